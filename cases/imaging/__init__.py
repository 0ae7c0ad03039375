"""Pictures of cases: processing, redactions, files and presentation."""
