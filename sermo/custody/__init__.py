"""What takes two persons: custodians' keys, break-glass, recovery, and the rotation of every key.

This is the one place where code of both stores meets: two custodians decrypt what no process and
no person can decrypt alone (docs/design/anonymity.md, running a community on it).
"""
