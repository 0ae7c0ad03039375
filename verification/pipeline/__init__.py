"""Background work: what a worker does with an application. State lies in PostgreSQL."""
