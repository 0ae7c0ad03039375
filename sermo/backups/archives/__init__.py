"""Archives: their encryption, their records, their keys, and the places that keep them.

Nothing here knows Django, so that an archive can be read with this package alone.
"""
