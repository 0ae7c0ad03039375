"""The pages of verification: joining, status, review."""
