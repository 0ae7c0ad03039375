"""What a custodian runs on a machine without network, database or Django."""
