"""How many bytes the body of a request may have, by its address.

One table for the application and for the proxy in front of it (sermo/local_stack/docker/nginx.conf
repeats it; tests/packaging/test_proxy.py compares). An address that is not listed takes a
form without files.
"""

from __future__ import annotations

import re

_MIB = 1024 * 1024
FORM_BYTES = 2 * _MIB
# Pictures of a case: several files may come in one request, each of settings.MAX_IMAGE_BYTES.
IMAGE_UPLOAD_BYTES = 64 * _MIB
# Two files of settings.MAX_EVIDENCE_BYTES, and the fields of the form.
EVIDENCE_UPLOAD_BYTES = 32 * _MIB

# Regular expressions that Python and nginx read alike.
UPLOADS: dict[str, int] = {
    "^/cases/drafts/[0-9a-z]+/images/$": IMAGE_UPLOAD_BYTES,
    "^/join/evidence/$": EVIDENCE_UPLOAD_BYTES,
    "^/join/status/answer/$": EVIDENCE_UPLOAD_BYTES,
}


def body_limit(path: str) -> int:
    """The most bytes that a request to this path may carry."""
    return next(
        (limit for pattern, limit in UPLOADS.items() if re.match(pattern, path)), FORM_BYTES
    )
