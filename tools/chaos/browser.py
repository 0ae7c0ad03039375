"""A browser without a screen: cookies, forms, files. It counts what pages answer."""

from __future__ import annotations

import http.client
import re
import time
import urllib.parse
import uuid
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 20
# The server closes a connection that was not used for 30 seconds.
IDLE_SECONDS = 10
NO_ANSWER = 0


@dataclass(frozen=True)
class Answer:
    """The status is 0 if the server closed the connection or gave no answer in time."""

    status: int
    body: str = ""
    location: str = ""
    retry_after: str = ""

    @property
    def is_outage(self) -> bool:
        return self.status == NO_ANSWER or self.status >= 500

    @property
    def signs_out(self) -> bool:
        return self.status == 302 and self.location.startswith("/accounts/login/")

    @property
    def is_degraded_badly(self) -> bool:
        """An error page that is blank, shows a trace, or says nothing to a person."""
        if self.status < 400:
            return False
        return "<h1" not in self.body or "Traceback" in self.body


@dataclass
class Browser:
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[float, Answer]] = field(default_factory=list)
    _connection: http.client.HTTPConnection | None = None
    _used_at: float = 0.0

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None, "")

    def post(self, path: str, **fields: str) -> Answer:
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.csrf, **fields}).encode()
        return self._send("POST", path, body, "application/x-www-form-urlencoded")

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        boundary = uuid.uuid4().hex
        disposition = "Content-Disposition: form-data; name="
        parts = [
            f'--{boundary}\r\n{disposition}"{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in {"csrfmiddlewaretoken": self.csrf, **fields}.items()
        ]
        head = (
            f'--{boundary}\r\n{disposition}"{name}"; filename="a.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body = b"".join([*parts, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
        return self._send("POST", path, body, f"multipart/form-data; boundary={boundary}")

    @property
    def csrf(self) -> str:
        return self.cookies.get("csrf", "")

    def _send(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        origin = f"localhost:{self.port}"
        headers = {"Host": origin, "Origin": f"http://{origin}", "Accept": "text/html"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if kind:
            headers["Content-Type"] = kind
        answer = self._request(method, path, body, headers)
        self.answers.append((time.monotonic(), answer))
        return answer

    def _request(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answer:
        if self._connection is None or time.monotonic() - self._used_at > IDLE_SECONDS:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=TIMEOUT_SECONDS
            )
        connection, self._used_at = self._connection, time.monotonic()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            connection.close()
            self._connection = None
            return Answer(NO_ANSWER)
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(
            response.status,
            content,
            response.headers.get("Location", ""),
            response.headers.get("Retry-After", ""),
        )


def found(pattern: str, answer: Answer) -> list[str]:
    """Distinct matches of the pattern in the page, in their order."""
    return list(dict.fromkeys(re.findall(pattern, answer.body)))
