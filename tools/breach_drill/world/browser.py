"""A browser without scripts: it fetches pages, fills in their forms, and keeps cookies."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tools.breach_drill.isolated_env import URL

HOST = urlsplit(URL).netloc
# What browsers send with a form under `Referrer-Policy: no-referrer`.
OWN_FORM = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_FIELD = re.compile(r"<(input|button)\b([^>]*)>|<(textarea|select)\b([^>]*)>(.*?)</\3>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*\"([^\"]*)\")?")
_CHOSEN = re.compile(r"<option\b([^>]*)\bselected\b[^>]*>", re.DOTALL)
_ERROR = re.compile(r'class="(?:errorlist|notice|field__error)[^"]*"[^>]*>(.*?)</', re.DOTALL)
UNSENT = {"submit", "button", "reset", "file", "image"}
Fields = dict[str, Any]


class Unexpected(Exception):
    """A page is not what the driver knows; says which, and what it holds of errors."""


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): html.unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def fields_of(form: str) -> Fields:
    """The fields that a browser would send if nothing was typed."""
    fields: Fields = {}
    for tag, plain, block, opening, inside in _FIELD.findall(form):
        reported = _attributes(plain or opening)
        name, kind = reported.get("name", ""), reported.get("type", "text")
        if not name or tag == "button" or kind in UNSENT:
            continue
        if kind in {"checkbox", "radio"}:
            if "checked" in reported:
                fields[name] = reported.get("value", "on")
        elif block == "select":
            chosen = _CHOSEN.search(inside)
            fields[name] = _attributes(chosen.group(1)).get("value", "") if chosen else ""
        else:
            fields[name] = html.unescape(inside.strip()) if block else reported.get("value", "")
    return fields


class Browser:
    """One device of one person, or a visitor's."""

    def __init__(self) -> None:
        self.client = Client(
            enforce_csrf_checks=True, raise_request_exception=False, HTTP_HOST=HOST
        )
        self.text = ""
        self.path = "/"
        self.status = 0

    def get(self, path: str) -> str:
        """The page at the end of every redirect."""
        return self._keep(path, self._send("get", path))

    def _send(self, method: str, path: str, data: Any = None, **headers: str) -> HttpResponse:
        act = getattr(self.client, method)
        response: HttpResponse = act(path, data, secure=True, headers=headers)
        return response

    def _keep(self, path: str, response: HttpResponse, *, follow: bool = True) -> str:
        for _ in range(6):
            if response.status_code not in {301, 302, 303}:
                break
            if not follow:
                self.path, self.status, self.text = response.headers["Location"], 200, ""
                return ""
            path = urljoin(path, response.headers["Location"])
            response = self._send("get", path)
        self.path, self.status = path, response.status_code
        content = b"" if response.streaming else response.content
        self.text = content.decode("utf-8", "replace")
        response.close()
        return self.text

    def submit(
        self, reported: Mapping[str, Any], *, to: str = "", at: str = "", follow: bool = True
    ) -> str:
        """Fill in the form of this page that goes `to` an address, and send it there, or to `at`
        where the pressed button says so.

        Raises `Unexpected` where the answer is no page.
        """
        action, fields = self.form(to)
        target = urljoin(self.path, at or action or self.path)
        data = {
            name: value for name, value in (fields | dict(reported)).items() if value is not None
        }
        self._keep(target, self._send("post", target, data, **OWN_FORM), follow=follow)
        if self.status != 200:
            raise Unexpected(f"{target} answers {self.status}: {self.errors()}")
        return self.text

    def send(self, path: str, data: Mapping[str, Any]) -> int:
        """Send a form of a page that has been open for a while; the status of the answer.

        Raises `Unexpected` where it leads to the door.
        """
        token = self.client.cookies[settings.CSRF_COOKIE_NAME].value
        reported = {**data, "csrfmiddlewaretoken": token}
        self._keep(path, self._send("post", path, reported, **OWN_FORM), follow=False)
        if "/login/" in self.path:
            raise Unexpected(f"{path} asks for a password")
        return self.status

    def form(self, to: str = "") -> tuple[str, Fields]:
        """Address and fields of the first form that goes there. Raises `Unexpected`."""
        for opening, inside in _FORM.findall(self.text):
            reported = _attributes(opening)
            action = reported.get("action", "")
            is_ours = action.endswith(to) if to else "logout" not in action
            if reported.get("method", "get").lower() == "post" and is_ours:
                return action, fields_of(inside)
        raise Unexpected(f"{self.path} ({self.status}) has no form to {to!r}: {self.errors()}")

    def has_form(self, to: str) -> bool:
        actions = (
            _attributes(opening).get("action", "") for opening, _ in _FORM.findall(self.text)
        )
        return any(action.endswith(to) for action in actions)

    def errors(self) -> str:
        """Error messages on the page, for developers of the drill."""
        messages = re.findall(
            r'class="(?:errorlist|notice|field__error)[^"]*"[^>]*>(.*?)</', self.text, re.DOTALL
        )
        plain = re.sub(r"<[^>]+>|\s+", " ", " | ".join(messages[:6]))
        return plain[:400] or re.sub(r"<[^>]+>|\s+", " ", self.text)[:200]
