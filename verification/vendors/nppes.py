"""The live NPI register: no key; errors and sometimes HTML come with status 200."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from verification.vendors.errors import (
    RequestRejectedError,
    TransientVendorError,
    VendorConfigurationError,
)
from verification.vendors.http_client import UnauthorizedError, VendorHttpClient
from verification.vendors.records import NpiRecord, StateLicence

BAD_NUMBER = "06"


@dataclass(frozen=True)
class NppesRegistry:
    """Client of the live NPI register."""

    http: VendorHttpClient
    is_configured = True

    def find(self, npi: str) -> NpiRecord | None:
        """None if the number is unknown or deactivated; only the file tells which."""
        try:
            query = {"version": "2.1", "number": npi}
            answer = self.http.send("GET", "/api/", params=query)
            data = json.loads(answer.body)
            if data.get("Errors"):
                raise _refusal(self.http.provider, data["Errors"])
            records = [_provider(item) for item in data["results"] if item["number"] == npi]
        except UnauthorizedError:
            raise VendorConfigurationError(self.http.provider) from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise TransientVendorError(self.http.provider) from None
        if not records and data["results"]:
            raise TransientVendorError(self.http.provider)
        return records[0] if records else None


def _refusal(provider: str, errors: list[dict[str, Any]]) -> VendorConfigurationError:
    """An invalid number concerns this request alone; any other error concerns all."""
    numbers = {str(error.get("number")) for error in errors}
    return (RequestRejectedError if numbers <= {BAD_NUMBER} else VendorConfigurationError)(provider)


def _provider(item: dict[str, Any]) -> NpiRecord:
    basic, others = item["basic"], item.get("other_names") or []
    taxonomies = item.get("taxonomies") or []
    return NpiRecord(
        organisation=item["enumeration_type"] == "NPI-2",
        given_names=_texts([basic.get("first_name"), *(n.get("first_name") for n in others)]),
        family_names=_texts([basic.get("last_name"), *(n.get("last_name") for n in others)]),
        credential=str(basic.get("credential") or ""),
        codes=_texts(entry.get("code") for entry in taxonomies),
        licences=[
            StateLicence(str(entry.get("state") or ""), str(entry.get("license") or ""))
            for entry in taxonomies
            if entry.get("license")
        ],
        phones=_texts(place.get("telephone_number") for place in item.get("addresses") or []),
    )


def _texts(values: Iterable[object]) -> list[str]:
    """Non-empty values, each once, in order. NPPES writes "--" for a value that is not given."""
    texts = (str(value or "") for value in values)
    return list(dict.fromkeys(text for text in texts if text and text != "--"))
