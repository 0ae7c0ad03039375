"""Vendors on loopback that answer correctly, or with the fault a test asks for."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.waiting import MAX_WAIT_SECONDS
from verification.vendors.http import HttpVendorAdapters

Answer = tuple[int, str, bytes]
XML, JSON, HTML = "text/xml", "application/json", "text/html"
PASS = """<?xml version="1.0"?><response><id-number>2073386242</id-number><summary-result>
<key>id.success</key></summary-result><results><key>result.match</key></results>
<echo>%s</echo></response>"""
PROFILE = """<fullProfile xmlns="http://eprofiles.myama.com/core/"><entityId>%s</entityId>
<demographics><firstName>Blake</firstName><lastName>Placeholder</lastName><deathDate/>
<studentIndicator>N</studentIndicator></demographics>
<licenses><licenseNumber>25MA00000001</licenseNumber><stateDescription>New Jersey</stateDescription>
<licenseStatusDescription>Active</licenseStatusDescription>
<expirationDate>2099-06-30</expirationDate></licenses>
<medicalSchools><degreeAwarded>Yes</degreeAwarded></medicalSchools>
<sanctions><deaSanction>N</deaSanction></sanctions></fullProfile>"""
BOMB = b"""<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><response><id-number>1</id-number>&c;</response>"""
EXTERNAL = b"""<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><response>&a;</response>"""
ENTITY = "9"


def identity(path: str, body: bytes) -> Answer:
    form = parse_qs(body.decode(), keep_blank_values=True)
    # The worst case: the vendor repeats the social security number.
    return 200, XML, (PASS % form.get("ssn", [""])[0]).encode()


def masterfile(path: str, body: bytes) -> Answer:
    if "oauth2" in path:
        return 200, JSON, b'{"access_token": "T"}'
    if path.endswith("/search"):
        npi = json.loads(body)["npi_number"]
        hit = {
            "entity_id": ENTITY + npi,
            "legalFirstName": "Blake",
            "legalLastName": "Placeholder",
            "birthDate": "19580206",
            "npi": [npi],
            "mortalityStatusCode": "A",
        }
        return 200, JSON, json.dumps([hit]).encode()
    if "/full/" in path:
        return 200, XML, (PROFILE % path.rpartition("/")[2]).encode()
    return 200, XML, b""


def providers(path: str, body: bytes) -> Answer:
    npi = parse_qs(urlsplit(path).query)["number"][0]
    basic = {"first_name": "BLAKE", "last_name": "PLACEHOLDER", "credential": "M.D."}
    taxonomy = {"code": "207R00000X", "state": "NJ", "license": "25MA00000001"}
    record = {
        "number": npi,
        "enumeration_type": "NPI-1",
        "basic": basic,
        "taxonomies": [taxonomy],
    }
    return 200, JSON, json.dumps({"result_count": 1, "results": [record]}).encode()


GOOD_ANSWERS = {"idology": identity, "ama": masterfile, "nppes": providers}
# What is sent instead of a correct answer.
FAULTY_ANSWERS: dict[str, Answer] = {
    "error": (200, XML, b"<response><error>Invalid username and password</error></response>"),
    "failed": (200, XML, b"<response><failed>later</failed></response>"),
    "html": (200, HTML, b"<html><body>Maintenance</body></html>"),
    "empty": (200, XML, b""),
    "errors": (200, JSON, b'{"Errors":[{"description":"x","field":"number","number":"06"}]}'),
    "bomb": (200, XML, BOMB),
    "external": (200, XML, EXTERNAL),
    "encoding": (200, XML, b'<?xml version="1.0" encoding="utf-8"?><response>\xff\xfe</response>'),
    "huge": (200, XML, b"<response>" + b"x" * 50_000_000),
    "unknown key": (
        200,
        XML,
        PASS.replace("id.success", "id.wonderful").encode(),
    ),
    "missing element": (200, XML, b"<response><id-number>1</id-number></response>"),
    "a list": (200, JSON, b'{"results": {"number": "1"}}'),
    "nobody": (204, JSON, b""),
    "401": (401, JSON, b"{}"),
    "404": (404, XML, b""),
    "500": (500, HTML, b"oops"),
    "502": (502, HTML, b""),
    "503": (503, HTML, b""),
    "400": (400, XML, b"<error/>"),
}


class _Handler(BaseHTTPRequestHandler):
    server: FaultyVendor
    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: a URL contains a number."""

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        vendor = self.server
        fault = vendor.next(self.path)
        good = GOOD_ANSWERS[vendor.name](self.path, body)
        if fault == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "stall":
            vendor.is_waiting.set()
            vendor.go_on.wait(MAX_WAIT_SECONDS)
            self._say(good)
        elif fault == "drip":
            self._drip(good)
        elif fault == "truncated":
            self._say((good[0], good[1], good[2][: len(good[2]) // 2]))
        elif fault.startswith("429"):
            self._say((429, HTML, b""), {"Retry-After": fault.partition(" ")[2]})
        else:
            self._say(FAULTY_ANSWERS.get(fault, good))

    do_POST = do_PUT = do_DELETE = do_GET

    def _say(self, answer: Answer, headers: dict[str, str] | None = None) -> None:
        status, kind, body = answer
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if status != 204:
                self.wfile.write(body)
        except OSError:
            pass  # the worker hung up: it had read enough, or was killed

    def _drip(self, answer: Answer) -> None:
        """Send bytes without an end, until the worker closes the connection."""
        self.send_response(answer[0])
        self.send_header("Content-Type", answer[1])
        self.end_headers()
        try:
            for sign in itertools.cycle(answer[2]):
                self.wfile.write(bytes([sign]))
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass


class FaultyVendor(ThreadingHTTPServer):
    """One vendor on its own port. `faults` come first, one for each request."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, name: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.name = name
        self.faults: deque[str] = deque()
        self.calls: list[str] = []
        self.is_waiting, self.go_on = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def next(self, path: str) -> str:
        self.calls.append(path.partition("?")[0])
        # A watch is placed after admission, at its own time, and a token is fetched by whichever
        # child of the worker has none yet: no test's fault is meant for them.
        if "/monitor/" in path or "oauth2" in path:
            return ""
        return self.faults.popleft() if self.faults else ""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


@dataclass
class FaultyVendors:
    each: dict[str, FaultyVendor] = field(default_factory=dict)

    def start(self) -> None:
        for name in GOOD_ANSWERS:
            self.each[name] = FaultyVendor(name)

    def __getitem__(self, name: str) -> FaultyVendor:
        return self.each[name]

    def fail(self, name: str, *faults: str) -> None:
        self.each[name].faults.extend(faults)

    def hang_up(self, name: str) -> None:
        """Stop listening."""
        self.each[name].stop()

    def come_back(self, name: str) -> None:
        self.each[name] = FaultyVendor(name, self.each[name].server_port)

    def stall(self, name: str, times: int = 1) -> None:
        vendor = self.each[name]
        vendor.is_waiting.clear()
        vendor.go_on.clear()
        vendor.faults.extend(["stall"] * times)

    def reset(self) -> None:
        for vendor in self.each.values():
            vendor.go_on.set()
            vendor.faults.clear()
            vendor.calls.clear()

    def call_count(self, name: str, part: str = "") -> int:
        return sum(part in path for path in self.each[name].calls)

    def environment(self) -> dict[str, str]:
        urls = {
            name: f"http://127.0.0.1:{vendor.server_port}" for name, vendor in self.each.items()
        }
        return {
            "IDOLOGY_URL": urls["idology"],
            "IDOLOGY_USERNAME": "U",
            "IDOLOGY_PASSWORD": "P",
            "AMA_URL": urls["ama"],
            "AMA_CLIENT_ID": "C",
            "AMA_CLIENT_SECRET": "S",
            "NPPES_URL": urls["nppes"],
        }

    def stop(self) -> None:
        for vendor in self.each.values():
            vendor.stop()


class FaultyVendorAdapters(HttpVendorAdapters):
    """The same vendors for the test process, beside the worker."""
