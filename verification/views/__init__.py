"""The pages of verification: joining, waiting, reviewing."""
