"""Local servers that answer as the vendors do, for tests, replays and rehearsals.

They check requests as strictly as the vendors. The pipeline does not import them; it reaches them
over HTTP, like the vendors.
"""
