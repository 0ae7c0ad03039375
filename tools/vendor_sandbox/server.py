"""All vendors in one process, on the loopback address only.

/idology/<service>.svc /ama/… /nppes/api/ POST /__control__ GET /__calls__
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tools.vendor_sandbox import ama, faults, idology, nppes
from tools.vendor_sandbox.state import OK, SandboxReply, SandboxRequest, SandboxState

HOST = "127.0.0.1"
MAX_BODY_BYTES = 100_000
DRIP_SECONDS = 0.2


class SandboxServer(ThreadingHTTPServer):
    """`state` is shared by all requests."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__((HOST, port), SandboxHandler)
        self.state = SandboxState()

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def addresses(self) -> dict[str, str]:
        """Environment variables that lead the site here."""
        return {
            "IDOLOGY_URL": f"{self.base}/idology",
            "AMA_URL": f"{self.base}/ama",
            "NPPES_URL": f"{self.base}/nppes",
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection."""


class SandboxHandler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: requests contain personal data."""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # the names http.server calls

    def _answer(self) -> None:
        length = self.headers.get("content-length", "0")
        size = int(length) if length.isdigit() else 0
        body = self.rfile.read(min(size, MAX_BODY_BYTES))
        parts = urlsplit(self.path)
        request = SandboxRequest(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        if parts.path in {"/__control__", "/__calls__"}:
            self._send(_control_reply(self.server.state, request))
            return
        self._vendor(request)

    def _vendor(self, request: SandboxRequest) -> None:
        provider = provider_of(request.path)
        if not provider:
            self._send(SandboxReply(404))
            return
        fault = self.server.state.record_request(provider, request)
        if fault == OK:
            self._send(_vendor_reply(self.server.state, request))
        elif (reply := faults.fault_reply(fault)) is not None:
            self._send(reply)
        else:
            self._misbehave(fault)

    def _misbehave(self, fault: str) -> None:
        """Never answer, close the connection, or answer byte by byte."""
        end = time.monotonic() + self.server.state.hang
        self.close_connection = True
        if fault == faults.DRIP:
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
        while fault != faults.DROP and time.monotonic() < end:
            if fault == faults.DRIP:
                self.wfile.write(b" ")
            time.sleep(min(DRIP_SECONDS, self.server.state.hang))

    def _send(self, reply: SandboxReply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(reply.body if reply.status != 204 else b"")


def provider_of(path: str) -> str:
    """The provider of a path; empty for an unknown path."""
    vendor = path.split("/")[1] if path.count("/") > 1 else ""
    if vendor == "idology":
        return idology.SERVICES.get(idology.service_of(path), "")
    if vendor == "ama":
        return ama.provider_of(path)
    return "nppes" if path == "/nppes/api/" else ""


def _vendor_reply(state: SandboxState, request: SandboxRequest) -> SandboxReply:
    vendor = request.path.split("/")[1]
    if vendor == "idology":
        return idology.answer(state, request)
    if vendor == "ama":
        return ama.answer(state, request, request.path.removeprefix("/ama"))
    return nppes.answer(state, request)


def _control_reply(state: SandboxState, request: SandboxRequest) -> SandboxReply:
    if request.path == "/__calls__":
        with state.lock:
            return SandboxReply(200, json.dumps(state.calls).encode(), "application/json")
    try:
        command = json.loads(request.body)
        if request.method != "POST" or not isinstance(command, dict):
            raise ValueError("POST an object")
        for fault in (f for item in command.get("faults", ()) for f in item.get("sequence", ())):
            if fault != OK:
                faults.fault_reply(str(fault))
        state.control(command)
    except (ValueError, TypeError, AttributeError) as error:
        return SandboxReply(400, str(error).encode(), "text/plain")
    return SandboxReply(200, b"{}", "application/json")


@contextmanager
def running_sandbox(port: int = 0) -> Iterator[SandboxServer]:
    """A sandbox on a free port, serving until the end of the block."""
    sandbox = SandboxServer(port)
    thread = threading.Thread(target=sandbox.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield sandbox
    finally:
        sandbox.shutdown()
        sandbox.server_close()
        thread.join(5)
