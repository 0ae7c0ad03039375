"""Servers that answer as the vendors do, on this machine alone: for tests, replays and rehearsals.

They are as strict about a request as the vendors are, and tell in whose name nobody asked. Nothing
here is used by the pipeline; it is reached over HTTP, like the vendors.
"""
