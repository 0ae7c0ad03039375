"""What a restore must not bring back.

A *keep list* says, as keyed digests, what existed at one moment: rows, files' names in rows, texts,
ways to unwrap a credential. A restore takes away what the newest list does not name. Nothing is
noted when somebody erases something, so nothing tells who did and when (decision 0037).
"""
