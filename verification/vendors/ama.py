"""AMA Physician Masterfile: a token, a search in JSON, profiles in XML, monitoring.

The nesting of the profile's XML is inferred (docs/design/verification.md, AMA), and the search a
customer gets depends on the contract; this class hides both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from verification.vendors.errors import TransientVendorError, VendorConfigurationError
from verification.vendors.http_client import (
    UnauthorizedError,
    VendorHttpClient,
    VendorResponse,
    element_text,
    parse_date,
)
from verification.vendors.records import (
    MasterfileCandidate,
    MasterfileChange,
    MasterfileProfile,
    StateLicence,
    TrainingPeriod,
)

OAUTH_PATH = "/oauth2/endpoint/eprofilesprovider/token"
# No expiry is documented.
TOKEN_SECONDS = 600


@dataclass
class AmaMasterfile:
    """Client of the Masterfile. It keeps one access token for all requests."""

    http: VendorHttpClient
    client_id: str
    client_secret: str = field(repr=False)
    location: str = "sermo"
    source_system: str = "sermo"
    is_configured = True
    _token: str = field(default="", repr=False)
    _until: float = field(default=0.0, repr=False)

    def find(self, npi: str) -> Sequence[MasterfileCandidate]:
        answer = self._send("POST", "/physicians/search", json={"npi_number": npi})
        if answer.status == 204:
            return []
        try:
            hits = json.loads(answer.body)
            return [_candidate(item) for item in hits]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise TransientVendorError(self.http.provider) from None

    def profile(self, entity_id: str) -> MasterfileProfile | None:
        answer = self._send("GET", f"/profiles/profile/full/{quote(entity_id, safe='')}")
        if answer.status == 404:
            return None
        root = self.http.xml(answer, "fullProfile")
        if element_text(root, "entityId") != entity_id:
            raise TransientVendorError(self.http.provider)
        try:
            return _profile(root)
        except ValueError:
            raise TransientVendorError(self.http.provider) from None

    def watch(self, entity_id: str) -> None:
        answer = self._send("PUT", f"/profiles/monitor/entities/{quote(entity_id, safe='')}")
        if answer.status == 404:
            raise VendorConfigurationError(self.http.provider)

    def unwatch(self, entity_id: str) -> None:
        self._send("DELETE", f"/profiles/monitor/entities/{quote(entity_id, safe='')}")

    def changes(self) -> Sequence[MasterfileChange]:
        answer = self._send("GET", "/profiles/monitor/notifications")
        if answer.status == 204:
            return []
        root = self.http.xml(answer, "notifications")
        changes = [
            MasterfileChange(element_text(item, "notificationId"), element_text(item, "entityId"))
            for item in root.findall("notification")
        ]
        if not all(change.id and change.entity_id for change in changes):
            raise TransientVendorError(self.http.provider)
        return changes

    def changed(self, change_id: str) -> MasterfileProfile | None:
        """The profile after the change; None if the vendor no longer has it."""
        answer = self._send("GET", f"/profiles/monitor/update/{quote(change_id, safe='')}")
        if answer.status == 404:
            return None
        try:
            return _profile(self.http.xml(answer, "fullProfile"))
        except ValueError:
            raise TransientVendorError(self.http.provider) from None

    def forget(self, change_id: str) -> None:
        """Delete a change at the vendor; deleting twice is safe."""
        self._send("DELETE", f"/profiles/monitor/notifications/{quote(change_id, safe='')}")

    def _send(self, method: str, path: str, **options: Any) -> VendorResponse:
        """Send with the current token; after a 401 once more with a new one."""
        for _ in range(2):
            try:
                return self.http.send(method, path, headers=self._headers(), **options)
            except UnauthorizedError:
                self._token = ""
        raise VendorConfigurationError(self.http.provider)

    def _headers(self) -> dict[str, str]:
        if not self._token or time.monotonic() > self._until:
            self._token = self._new_token()
            self._until = time.monotonic() + TOKEN_SECONDS
        return {
            "Authorization": f"Bearer {self._token}",
            "X-Location": self.location,
            "X-CredentialProviderUserId": self.client_id,
            "X-SourceSystem": self.source_system,
        }

    def _new_token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        try:
            answer = self.http.send("POST", OAUTH_PATH, data=form)
            token = json.loads(answer.body)["access_token"]
        except UnauthorizedError:
            raise VendorConfigurationError(self.http.provider) from None
        except (ValueError, TypeError, KeyError, RecursionError):
            raise TransientVendorError(self.http.provider) from None
        return str(token)


def _candidate(item: dict[str, Any]) -> MasterfileCandidate:
    """A search hit, from the four documented fields or the richer ones behind them."""
    names = item.get("names") or []
    return MasterfileCandidate(
        str(item.get("entity_id") or item["entityId"]),
        _unique([item.get("first_name"), item.get("legalFirstName"), *_each(names, "firstName")]),
        _unique([item.get("last_name"), item.get("legalLastName"), *_each(names, "lastName")]),
        parse_date(item.get("date_of_birth") or item.get("birthDate")),
        tuple(str(npi) for npi in item.get("npi") or item.get("npiNumber") or ()),
        str(item.get("meNumber") or item.get("me_number") or ""),
        str(item.get("mortalityStatusCode") or ""),
    )


def _each(names: Iterable[dict[str, Any]], key: str) -> list[Any]:
    return [name.get(key) for name in names]


def _unique(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))


def _profile(root: Element) -> MasterfileProfile:
    schools = [element_text(item, "degreeAwarded") for item in root.findall("medicalSchools")]
    people = root.findall("demographics")
    return MasterfileProfile(
        death_date=parse_date(element_text(root, "demographics/deathDate")),
        student=element_text(root, "demographics/studentIndicator") == "Y",
        degree_awarded="Yes" in schools if any(schools) else None,
        resident="resident" in element_text(root, "mpa/description").lower(),
        training=tuple(
            TrainingPeriod(
                parse_date(element_text(item, "beginDate")),
                parse_date(element_text(item, "endDate")),
            )
            for item in root.findall("medicalTraining")
            if element_text(item, "beginDate") or element_text(item, "programName")
        ),
        licences=tuple(_licence(item) for item in root.findall("licenses")),
        sanctioned=_sanctioned(root),
        emails=_unique(element_text(item, "emailAddress") for item in people),
        phones=_unique(_phone(item) for item in root.findall("demographics/phone")),
        given_names=_unique(element_text(item, "firstName") for item in people),
        family_names=_unique(element_text(item, "lastName") for item in people),
    )


def _licence(item: Element) -> StateLicence:
    return StateLicence(
        element_text(item, "stateDescription"),
        element_text(item, "licenseNumber"),
        element_text(item, "licenseStatusDescription"),
        parse_date(element_text(item, "expirationDate")),
    )


def _phone(item: Element) -> str:
    return "".join(element_text(item, name) for name in ("areaCode", "exchange", "number"))


def _sanctioned(root: Element) -> bool:
    """By flags and list of states; the texts have two spellings and are ignored."""
    flags = [(item.text or "").strip() for item in root.findall("sanctions/*")]
    states = [(item.text or "").strip() for item in root.findall("sanctions/stateSanctions/state")]
    return "Y" in flags or any(states)
