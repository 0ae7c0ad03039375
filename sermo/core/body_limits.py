"""How many bytes the body of a request may have, by its address.

One table for the application, for the web process that waits for bodies (sermo.buffering_worker)
and for the proxy in front (sermo/local_stack/docker/nginx.conf repeats it;
tests/packaging/test_proxy.py compares). An address that is not listed takes a short form.
"""

from __future__ import annotations

import re

_KIB = 1024
_MIB = 1024 * _KIB
# Sign-in and other forms of a few fields, and all that visitors may send.
FORM_BYTES = 64 * _KIB
# Where people write: a text far above the limit of its field still comes back with its form.
TEXT_BYTES = 2 * _MIB
# A picture of settings.MAX_IMAGE_BYTES, or several that are smaller.
IMAGE_UPLOAD_BYTES = 48 * _MIB
# Two files of settings.MAX_EVIDENCE_BYTES, and the fields of the form.
EVIDENCE_UPLOAD_BYTES = 32 * _MIB

# Regular expressions that Python and nginx read alike; the first that matches counts.
LIMITS: dict[str, int] = {
    "^/cases/drafts/[0-9a-z]+/images/$": IMAGE_UPLOAD_BYTES,
    # The composer without scripts: its form holds the text and the files.
    "^/cases/drafts/[0-9a-z]+/$": IMAGE_UPLOAD_BYTES,
    "^/join/evidence/$": EVIDENCE_UPLOAD_BYTES,
    "^/join/status/answer/$": EVIDENCE_UPLOAD_BYTES,
    "^/(cases|polls|moderation|review|admin)/": TEXT_BYTES,
}


def body_limit(path: str) -> int:
    """The most bytes that a request to this path may carry."""
    return next((limit for pattern, limit in LIMITS.items() if re.match(pattern, path)), FORM_BYTES)


def takes_files(path: str) -> bool:
    """Whether the address may get more than text."""
    return body_limit(path) > TEXT_BYTES
