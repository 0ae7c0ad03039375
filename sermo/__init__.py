"""A community of verified physicians."""
