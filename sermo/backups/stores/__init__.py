"""What is read from and written to the databases and the file storages."""
