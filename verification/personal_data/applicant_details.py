"""An applicant's details, encrypted as one value with the applicant's own data key.

The plaintext is padded, so that its size reveals nothing. Without the data key the value cannot be
read.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sermo.core import crypto
from sermo.core.identifiers import normalise_domain

PADDED_BYTES = 2048
PADDED_TEXT_BYTES = 4096


@dataclass(frozen=True)
class ApplicantDetails:
    """Every field may be empty while the application is a draft."""

    number: str = ""
    given_name: str = ""
    family_name: str = ""
    # ISO date, year-month-day.
    birth_date: str = ""
    graduation_year: int = 0
    # The address confirmed at submission; later changes do not count.
    email: str = ""
    # Asked for the identity check only: home address, telephone, state licence.
    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    phone: str = ""
    licence_state: str = ""
    licence_number: str = ""
    me_number: str = ""
    # Whether a code from a contact of record came back.
    bound_by_code: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def born(self) -> dt.date | None:
        return dt.date.fromisoformat(self.birth_date) if self.birth_date else None

    @property
    def email_domain(self) -> str:
        """As the domain name system has it; empty without an address."""
        return normalise_domain(self.email.rpartition("@")[2])


def encrypt(data_key: bytes, person: ApplicantDetails) -> bytes:
    """The value of `Application.details_ciphertext`, padded to `PADDED_BYTES`.

    Raises `ValueError` if the details are longer than that.
    """
    plain = json.dumps(asdict(person), separators=(",", ":"), ensure_ascii=False).encode()
    return crypto.encrypt(data_key, crypto.pad(plain, PADDED_BYTES))


def decrypt(data_key: bytes, ciphertext: bytes | None) -> ApplicantDetails:
    """The details; empty ones for None.

    Raises `DecryptionError`.
    """
    if ciphertext is None:
        return ApplicantDetails()
    data = json.loads(crypto.unpad(crypto.decrypt(data_key, ciphertext)))
    known = {field.name for field in fields(ApplicantDetails)}
    return ApplicantDetails(**{name: value for name, value in data.items() if name in known})


def encrypt_json(data_key: bytes, data: Mapping[str, Any]) -> bytes:
    """Encrypt a mapping, padded to whole kilobytes."""
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    return crypto.encrypt(data_key, crypto.pad(plain, -(-(len(plain) + 8) // 1024) * 1024))


def decrypt_json(data_key: bytes, ciphertext: bytes) -> dict[str, Any]:
    """The mapping that `encrypt_json` encrypted.

    Raises `DecryptionError`.
    """
    data: dict[str, Any] = json.loads(crypto.unpad(crypto.decrypt(data_key, ciphertext)))
    return data


def encrypt_text(data_key: bytes, text: str) -> bytes:
    """Encrypt a question, an answer or a note."""
    return crypto.encrypt(data_key, crypto.pad(text.encode(), PADDED_TEXT_BYTES))


def decrypt_text(data_key: bytes, ciphertext: bytes | None) -> str:
    """The text that `encrypt_text` encrypted; empty for None.

    Raises `DecryptionError`.
    """
    return "" if ciphertext is None else crypto.unpad(crypto.decrypt(data_key, ciphertext)).decode()
