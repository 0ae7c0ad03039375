"""Who the three custodians are. No person holds two keys, and no custodian makes a request."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass

from django.db import transaction
from nacl.public import PrivateKey

from accounts.models import Custodian
from sermo.audit.models import AuditAction
from sermo.audit.services import record_audit_event
from sermo.core import crypto, keys
from sermo.core.crypto import fingerprint
from sermo.core.identifiers import fold, normalise_email
from sermo.custody.errors import CustodyRefusal
from sermo.routers import IDENTITY

KEY_PURPOSE = "custodian"
N_CUSTODIANS = 3
PADDED_HOLDER_BYTES = 512


@dataclass(frozen=True)
class NamedPerson:
    """A person, by name and e-mail address as the operators know them."""

    name: str
    email: str

    @classmethod
    def parse(cls, typed: str) -> NamedPerson:
        """From `Ada Sample <ada@mail.example>`. Raises `CustodyRefusal` for another form."""
        name, bracket, rest = typed.partition("<")
        if not (name.strip() and bracket and rest.endswith(">") and "@" in rest):
            raise CustodyRefusal("Name a person as: Ada Sample <ada@mail.example>")
        return cls(name.strip(), rest[:-1].strip())

    def is_same(self, other: NamedPerson) -> bool:
        """Whether both may be one person: equal words of the name, or one mailbox."""
        return self._name_words == other._name_words or self._mailbox == other._mailbox

    @property
    def _name_words(self) -> tuple[str, ...]:
        folded = unicodedata.normalize("NFKD", fold(self.name))
        letters = "".join(letter if letter.isalpha() else " " for letter in folded)
        return tuple(sorted(letters.split()))

    @property
    def _mailbox(self) -> str:
        """The address without dots and "+" suffix, which many providers ignore."""
        local, _, domain = normalise_email(self.email).rpartition("@")
        return f"{fold(local).partition('+')[0].replace('.', '')}@{domain}"


@dataclass(frozen=True)
class NewKey:
    """One custodian's new key pair; only the holder keeps the private key."""

    number: int
    private: str
    public: str
    fingerprint: str


@transaction.atomic(using=IDENTITY)
def appoint_custodians(holders: list[NamedPerson]) -> list[NewKey]:
    """Replace the custodians by these three persons, with a new key pair for each.

    Raises `CustodyRefusal` unless they are three different persons.
    """
    if len(holders) != N_CUSTODIANS:
        raise CustodyRefusal("There are three custodians, no more and no fewer.")
    for position, holder in enumerate(holders):
        if any(holder.is_same(other) for other in holders[:position]):
            raise CustodyRefusal("One person cannot hold two seats, whatever account they use.")
    new_keys = [_new_key(number) for number in range(1, N_CUSTODIANS + 1)]
    Custodian.objects.all().delete()
    for holder, new_key in zip(holders, new_keys, strict=True):
        Custodian.objects.create(
            number=new_key.number,
            encrypted_holder=_encrypt_holder(holder),
            key_fingerprint=new_key.fingerprint,
        )
    record_audit_event(
        AuditAction.CUSTODIANS_APPOINTED, store="identity", actor="operator", target="custodians"
    )
    return new_keys


def refuse_custodian(person: NamedPerson) -> None:
    """Raises `CustodyRefusal` if this person is a custodian, or if there are not three yet."""
    holders = [_decrypt_holder(custodian) for custodian in Custodian.objects.all()]
    if len(holders) != N_CUSTODIANS:
        raise CustodyRefusal("There are not three custodians yet: run make_custodians.")
    if any(person.is_same(holder) for holder in holders):
        raise CustodyRefusal("A custodian cannot ask: whoever asks holds no seat.")


def _new_key(number: int) -> NewKey:
    """The version after the one in use, so that older ciphertexts still name theirs."""
    private_key = PrivateKey.generate()
    public_key = bytes(private_key.public_key)
    current = keys.current(keys.KeyName(f"CUSTODIAN_{number}_PUBLIC"))
    version = current.version + 1
    return NewKey(
        number,
        keys.format_key(version, bytes(private_key), is_demo=current.is_demo),
        keys.format_key(version, public_key, is_demo=current.is_demo),
        fingerprint(public_key),
    )


def _encrypt_holder(holder: NamedPerson) -> bytes:
    padded = crypto.pad(json.dumps(asdict(holder)).encode(), PADDED_HOLDER_BYTES)
    return crypto.encrypt_with_named_key(keys.KeyName.FIELD, KEY_PURPOSE, padded)


def _decrypt_holder(custodian: Custodian) -> NamedPerson:
    padded = crypto.decrypt_with_named_key(
        keys.KeyName.FIELD, KEY_PURPOSE, bytes(custodian.encrypted_holder)
    )
    return NamedPerson(**json.loads(crypto.unpad(padded)))
