"""Sign-ups from a file, played through the real pipeline in databases of their own."""
