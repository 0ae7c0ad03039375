"""A browser without scripts: it fetches pages, fills in their forms, and keeps cookies."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client

from tools.breach_drill.isolated_env import URL

# What browsers send with a form under `Referrer-Policy: no-referrer`.
OWN_FORM = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_FIELD = re.compile(r"<(input|button)\b([^>]*)>|<(textarea|select)\b([^>]*)>(.*?)</\3>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)(?:\s*=\s*\"([^\"]*)\")?")
_CHOSEN = re.compile(r"<option\b([^>]*)\bselected\b[^>]*>", re.DOTALL)
_ERROR = re.compile(r'class="(?:errorlist|notice|field__error)[^"]*"[^>]*>(.*?)</', re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>|\s+")
UNSENT = {"submit", "button", "reset", "file", "image"}
REDIRECTS, MAX_REDIRECTS = {301, 302, 303}, 6
Fields = dict[str, Any]


class Unexpected(Exception):
    """A page is not what the driver knows; says which, and what it holds of errors."""


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): html.unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def fields_of(form: str) -> Fields:
    """The fields that a browser would send if nothing was typed."""
    fields: Fields = {}
    for tag, plain, block, opening, inside in _FIELD.findall(form):
        field = _attributes(plain or opening)
        name, kind = field.get("name", ""), field.get("type", "text")
        if not name or tag == "button" or kind in UNSENT:
            continue
        if kind in {"checkbox", "radio"}:
            if "checked" in field:
                fields[name] = field.get("value", "on")
        elif block == "select":
            chosen = _CHOSEN.search(inside)
            fields[name] = _attributes(chosen.group(1)).get("value", "") if chosen else ""
        else:
            fields[name] = html.unescape(inside.strip()) if block else field.get("value", "")
    return fields


class Browser:
    """One device of one person. Redirects are followed."""

    def __init__(self) -> None:
        host = urlsplit(URL).netloc
        self.client = Client(True, raise_request_exception=False, HTTP_HOST=host)
        self.text, self.path, self.status = "", "/", 0

    def get(self, path: str) -> str:
        """The page at the end of every redirect."""
        return self._keep(path, self.client.get(path, secure=True))

    def _post(self, path: str, data: Mapping[str, Any]) -> None:
        self._keep(path, self.client.post(path, data, secure=True, headers=OWN_FORM))

    def _keep(self, path: str, response: Any) -> str:
        for _ in range(MAX_REDIRECTS):
            if response.status_code not in REDIRECTS:
                break
            path = urljoin(path, response.headers["Location"])
            response = self.client.get(path, secure=True)
        self.path, self.status = path, response.status_code
        self.text = "" if response.streaming else response.content.decode("utf-8", "replace")
        response.close()
        return self.text

    def submit(self, typed: Mapping[str, Any], *, to: str = "", at: str = "") -> str:
        """Fill in the form of this page that goes `to` an address, and send it there, or to `at`
        where the pressed button says so. Raises `Unexpected` where the answer is no page.
        """
        action, fields = self.form(to)
        target = urljoin(self.path, at or action or self.path)
        self._post(target, {**fields, **typed})
        if self.status != 200:
            raise Unexpected(f"{target} answers {self.status}: {self.errors()}")
        return self.text

    def send(self, path: str, data: Mapping[str, Any]) -> int:
        """Send a form of a page that has been open for a while; the status of the answer.

        Raises `Unexpected` where it leads to the door.
        """
        token = self.client.cookies[settings.CSRF_COOKIE_NAME].value
        self._post(path, {**data, "csrfmiddlewaretoken": token})
        if "/login/" in self.path:
            raise Unexpected(f"{path} asks for a password")
        return self.status

    def form(self, to: str = "") -> tuple[str, Fields]:
        """Address and fields of the first form that goes there. Raises `Unexpected`."""
        for action, inside in self._forms():
            if action.endswith(to) if to else "logout" not in action:
                return action, fields_of(inside)
        raise Unexpected(f"{self.path} ({self.status}) has no form to {to!r}: {self.errors()}")

    def has_form(self, to: str) -> bool:
        return any(action.endswith(to) for action, _ in self._forms())

    def _forms(self) -> Iterator[tuple[str, str]]:
        for opening, inside in _FORM.findall(self.text):
            form = _attributes(opening)
            if form.get("method", "get").lower() == "post":
                yield form.get("action", ""), inside

    def errors(self) -> str:
        """Error messages on the page, for developers of the drill."""
        return _MARKUP.sub(" ", " | ".join(_ERROR.findall(self.text)) or self.text)[:300]
