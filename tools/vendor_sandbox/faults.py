"""Faults that a vendor can show instead of an answer, by the names of a scenario file."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape

from tools.vendor_sandbox.state import SandboxReply

HANG, DROP, DRIP = "timeout", "drop", "drip"
_STATUS = re.compile(r"(?P<status>[45]\d\d)(:(?P<after>\d+))?")
_BOMB = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><response>&i;</response>"
)
_EXTERNAL = (
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><response><id-number>&x;'
    "</id-number></response>"
)
_BODIES = {
    "http200_html": SandboxReply(200, b"<!doctype html><title>Maintenance</title>", "text/html"),
    "http200_failed": SandboxReply(200, b"<response><failed>Try later</failed></response>"),
    "empty": SandboxReply(200, b""),
    "xml_bomb": SandboxReply(200, _BOMB.encode()),
    "xml_external_entity": SandboxReply(200, _EXTERNAL.encode()),
    "truncated_xml": SandboxReply(200, b'<?xml version="1.0"?><response><id-number>2073'),
    "truncated_json": SandboxReply(
        200, b'{"result_count":1,"results":[{"number"', "application/json"
    ),
    "wrong_encoding": SandboxReply(
        200, '<?xml version="1.0" encoding="utf-8"?><r>é</r>'.encode("cp1252")
    ),
    "huge": SandboxReply(200, b"<response>" + b"x" * 5_000_000 + b"</response>"),
}


def fault_reply(fault: str) -> SandboxReply | None:
    """The reply for a fault; None for a fault of the connection.

    Raises `ValueError` for an unknown fault.
    """
    if fault in {HANG, DROP, DRIP}:
        return None
    if fault in _BODIES:
        return _BODIES[fault]
    word, _, text = fault.partition(":")
    if word == "http200_error":
        return SandboxReply(200, f"<response><error>{escape(text)}</error></response>".encode())
    if word == "http200_errors":
        body = {"Errors": [{"description": "Refused", "field": "number", "number": text}]}
        return SandboxReply(200, json.dumps(body).encode(), "application/json")
    status = _STATUS.fullmatch(fault)
    if status is None:
        raise ValueError(f"no such fault: {fault}")
    after = {"Retry-After": status["after"]} if status["after"] else {}
    return SandboxReply(int(status["status"]), b"", "text/plain", after)
