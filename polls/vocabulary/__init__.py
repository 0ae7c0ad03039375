"""Names of diagnoses: the lists they are loaded from, and how names are compared."""
