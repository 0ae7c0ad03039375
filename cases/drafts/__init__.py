"""Unpublished cases: content, encryption, findings and readiness."""
