"""Play sign-ups from a file through the real pipeline, in temporary databases."""
