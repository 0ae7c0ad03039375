"""Backups of both stores, and restoring them without bringing back what was erased."""
