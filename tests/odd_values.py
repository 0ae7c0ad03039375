"""Values that nobody types: for query strings, forms, addresses, bodies and headers."""

from __future__ import annotations

import json

TEXTS = (
    "\0",
    "before\0after",
    "-" * 40,
    "--",
    "!" * 40,
    "(" * 60,
    '"',
    '"unclosed',
    ":*&|!()",
    "or or or or",
    "' OR 1=1 --",
    "\\",
    "%",
    "%s%n%d",
    "{{7*7}}{% debug %}",
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "../../../../etc/passwd",
    "\u202e\u200b\ufeff\u2028",
    "\ufffd\uffff\U0010ffff",
    "e\u0301" * 300,
    "İıſﬁ²٣Ⅷ",
    "x" * 9000,
    "[" * 3000,
    '{"a":' * 1500,
    "null",
    "undefined",
    "NaN",
    "inf",
    "-inf",
    "1e309",
    "1e-400",
    "0x1F",
    "1_000",
    "٣٤",
    "²",
    " ",
    "",
)
NUMBERS = (
    "-1",
    "0",
    "2147483648",
    "9223372036854775808",
    "9" * 40,
    "9" * 5000,
    "-" + "9" * 40,
    "1.5",
)
DATES = (
    "2026-13-45",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "99999-01-01",
    "2026-02-30T99:99:99Z",
    "1900-01-01",
)
KEYS = (
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "0" * 12,
    "0" * 31,
    "{00000000000000000000000000000000}",
)
# The form of this site's cursors, with values at the ends of their types.
_TIMES = ("0", "-1", "9" * 18, "-62135596800000000", "253402300799999999", "1e308", "inf")
CURSORS = (
    *(f"{number}_{key}" for number in _TIMES for key in ("0" * 32, "f" * 32)),
    *("_", "0_", f"_{'0' * 32}", f"{'9' * 4400}_{'0' * 32}", f"1_{'g' * 32}"),
)
VALUES = (*TEXTS, *NUMBERS, *DATES, *KEYS, *CURSORS)

# After the name of a parameter, percent-encoded: bad UTF-8, a lone surrogate, an overlong slash.
RAW_BYTES = ("%ff%fe", "%ED%A0%80", "%c0%af", "%", "%zz", "%00", "%F0%9F%92")
# In place of a part of an address.
PARTS = ("%00", "%ff%fe", "%ED%A0%80", "-" * 40, "a" * 2000, "..%2f..%2f", "%2e%2e", "0", "9" * 40)
FORM = "application/x-www-form-urlencoded"
BODIES: tuple[tuple[str, bytes], ...] = (
    (FORM, b"\xff\xfe=\xff&=&&&a&=b%"),
    (FORM, b"a=" + b"%00" * 400),
    (FORM, b"&".join(b"f%d=1" % number for number in range(2500))),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\xff\r\n"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="images"; filename="\0a.png"\r\n'
        b"\r\n\0\r\n--x--",
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!\r\n--x--",
    ),
    ("application/json", b"[" * 20000),
    ("application/json", json.dumps({"text": "\ud800"}).encode()),
    ("text/plain; charset=no-such-charset", b"a=b"),
    (f"{FORM}; charset=utf-7", b"a=+AAA-"),
    (f"{FORM}; charset=no-such-charset", b"a=b"),
    ("", b"\0" * 100),
    ("\xff/\xfe", b""),
)
HEADERS: tuple[dict[str, str], ...] = (
    {"HTTP_ACCEPT": "*/*;q=x,\xff,,,"},
    {"HTTP_ACCEPT": "application/json", "HTTP_HX_REQUEST": "true"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[::1", "HTTP_HX_TARGET": "\xff"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "%00", "HTTP_HX_PROMPT": "%FF"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER": "[" * 3000, "HTTP_TRIGGERING_EVENT": "[" * 3000},
    {"HTTP_HOST": "a b"},
    {"HTTP_HOST": "[::1"},
    {"HTTP_HOST": "elsewhere.example"},
    {"HTTP_HOST": "testserver:99999999"},
    {"HTTP_RANGE": "bytes=9-1,-,x"},
    {"HTTP_RANGE": "bytes=" + "0-1," * 500},
    {"HTTP_IF_MODIFIED_SINCE": "Thu, 99 Foo 99999 99:99:99 GMT"},
    {"HTTP_IF_NONE_MATCH": '"' * 50},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 600},
    {"HTTP_ACCEPT_LANGUAGE": "\xff;q=9e999"},
    {"HTTP_ACCEPT_ENCODING": "gzip;q=x, *;q=-1"},
    {"HTTP_ORIGIN": "null", "HTTP_SEC_FETCH_SITE": "same-origin"},
    {"HTTP_ORIGIN": "http://[", "HTTP_REFERER": "http://["},
    {"HTTP_X_FORWARDED_FOR": "\0, 1.2.3.4", "HTTP_X_FORWARDED_PROTO": "x"},
    {"HTTP_AUTHORIZATION": "Bearer \xff"},
    {"HTTP_X_REQUESTED_WITH": "autosave", "HTTP_ACCEPT": "application/json"},
    {"REMOTE_ADDR": ""},
    {"HTTP_COOKIE": 'messages="\xff"; theme=\x01; csrf=; device=' + "A" * 3000},
    {"HTTP_COOKIE": "session=\xff; messages=a:b:c; device=%00"},
)
