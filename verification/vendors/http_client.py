"""HTTP requests to a vendor, with limits on time and size, no redirects, no proxies and no log."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import httpx
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from django.conf import settings

from verification.vendors.errors import (
    TransientVendorError,
    UnknownResultError,
    VendorConfigurationError,
)

MAX_RESPONSE_BYTES = 1_000_000
# httpx logs each URL, and NPPES takes the number in the URL.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class VendorResponse:
    status: int
    content_type: str
    body: bytes


class UnauthorizedError(Exception):
    """Status 401: the token may have expired."""


@dataclass(frozen=True)
class VendorHttpClient:
    """`unsafe`: the vendor may count a request without an answer, so losing one is
    `UnknownResultError`.
    """

    provider: str
    base: str
    unsafe: bool = False
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    def send(self, method: str, path: str, **options: Any) -> VendorResponse:
        """Send a request and return an answer of status 2xx or 404.

        Raises `TransientVendorError`, `UnknownResultError`, `VendorConfigurationError` and
        `UnauthorizedError`.
        """
        try:
            response, headers = self._exchange(method, path, options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise TransientVendorError(self.provider) from None
        except httpx.HTTPError:
            raise self.unreadable() from None
        except (httpx.InvalidURL, UnicodeError):
            raise VendorConfigurationError(self.provider) from None
        self._raise_for_status(response.status, headers)
        return response

    def unreadable(self) -> TransientVendorError:
        """The error for an answer that cannot be read."""
        return (
            UnknownResultError(self.provider)
            if self.unsafe
            else TransientVendorError(self.provider)
        )

    def _exchange(
        self, method: str, path: str, options: Mapping[str, Any]
    ) -> tuple[VendorResponse, httpx.Headers]:
        connect, read, whole = settings.VENDOR_SECONDS
        deadline = time.monotonic() + whole
        timeout = httpx.Timeout(read, connect=connect)
        with (
            httpx.Client(timeout=timeout, trust_env=False, transport=self.transport) as client,
            client.stream(method, self.base.rstrip("/") + path, **options) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES or time.monotonic() > deadline:
                    raise self.unreadable()
            content_type = response.headers.get("content-type", "")
            return VendorResponse(response.status_code, content_type, bytes(body)), response.headers

    def _raise_for_status(self, status: int, headers: httpx.Headers) -> None:
        if 200 <= status < 300 or status == 404:
            return
        if status == 401:
            raise UnauthorizedError
        if status == 429:
            raise TransientVendorError(
                self.provider, after=_retry_after(headers.get("retry-after", ""))
            )
        if 400 <= status < 500:
            raise VendorConfigurationError(self.provider)
        raise self.unreadable()

    def xml(self, answer: VendorResponse, root: str) -> Element:
        """The document without namespaces.

        Raises the error of `unreadable` for another root element, a DTD or broken text.
        """
        try:
            root_element: Element = fromstring(answer.body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise self.unreadable() from None
        for element in root_element.iter():
            element.tag = element.tag.rpartition("}")[2]
        if root_element.tag != root:
            raise self.unreadable()
        return root_element


def _retry_after(text: str) -> dt.timedelta | None:
    """Retry-After in seconds, a day at most; a date is ignored."""
    seconds = text.strip()
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) <= 6
    return dt.timedelta(seconds=min(int(seconds), 86_400)) if is_number else None


def element_text(parent: Element, path: str) -> str:
    """The text of the first such element; empty if there is none."""
    return (parent.findtext(path) or "").strip()


def parse_date(text: object) -> dt.date | None:
    """A date from YYYY-MM-DD or YYYYMMDD; None for an empty text.

    Raises `ValueError` for anything else.
    """
    date = str(text or "").strip()[:10]
    return dt.date.fromisoformat(date) if date else None
