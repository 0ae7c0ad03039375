"""Making, verifying, pruning and restoring backups."""
