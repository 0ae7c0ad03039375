"""Background processing of applications. All state is stored in PostgreSQL."""
