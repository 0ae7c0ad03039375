"""Who the custodians are, and the rule that none of them asks, or sits twice."""

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
from sermo.custody.ceremony import Refused
from sermo.routers import IDENTITY

PURPOSE = "custodian"
SEATS = 3


@dataclass(frozen=True)
class Holder:
    """A person, by name and e-mail address as they are known to the operators."""

    name: str
    email: str

    @classmethod
    def parse(cls, typed: str) -> Holder:
        """`Ada Sample <ada@mail.example>`. Raises `Refused`."""
        name, opened, rest = typed.partition("<")
        if not (name.strip() and opened and rest.endswith(">") and "@" in rest):
            raise Refused("Name a person as: Ada Sample <ada@mail.example>")
        return cls(name.strip(), rest[:-1].strip())

    def is_same(self, other: Holder) -> bool:
        """One person with two addresses, or one address under two names, is one person here."""
        return self._name == other._name or self._mailbox == other._mailbox

    @property
    def _name(self) -> tuple[str, ...]:
        folded = unicodedata.normalize("NFKD", self.name.casefold())
        letters = "".join(letter if letter.isalpha() else " " for letter in folded)
        return tuple(sorted(letters.split()))

    @property
    def _mailbox(self) -> str:
        local, _, domain = self.email.casefold().partition("@")
        return f"{local.partition('+')[0].replace('.', '')}@{domain}"


@dataclass(frozen=True)
class NewKey:
    """One custodian's fresh pair; the private half leaves with its holder."""

    number: int
    private: str
    public: str
    fingerprint: str


@transaction.atomic(using=IDENTITY)
def enrol(holders: list[Holder]) -> list[NewKey]:
    """Three people, a fresh key for each. Raises `Refused` for one person on two seats."""
    if len(holders) != SEATS:
        raise Refused("There are three custodians, no more and no fewer.")
    for at, holder in enumerate(holders):
        if any(holder.is_same(other) for other in holders[:at]):
            raise Refused("One person cannot hold two seats, whatever account they use.")
    made = [_new_key(number) for number in range(1, SEATS + 1)]
    Custodian.objects.all().delete()
    for holder, new in zip(holders, made, strict=True):
        Custodian.objects.create(
            number=new.number, encrypted_holder=_close(holder), key_fingerprint=new.fingerprint
        )
    record_audit_event(
        AuditAction.CUSTODIANS_APPOINTED, store="identity", actor="operator", target="custodians"
    )
    return made


def holders() -> dict[int, Holder]:
    """The seats taken; read by opening three rows."""
    return {seat.number: _open(seat) for seat in Custodian.objects.all()}


def refuse_custodian(person: Holder) -> None:
    """Who asks, and who is asked for, holds no seat. Raises `Refused`."""
    taken = holders()
    if len(taken) != SEATS:
        raise Refused("There are not three custodians yet: run make_custodians.")
    if any(person.is_same(holder) for holder in taken.values()):
        raise Refused("A custodian cannot ask: whoever asks holds no seat.")


def _new_key(number: int) -> NewKey:
    """The next version of the key this process knows, so that older boxes still name theirs."""
    private = PrivateKey.generate()
    public = bytes(private.public_key)
    held = keys.current(keys.KeyName(f"CUSTODIAN_{number}_PUBLIC"))
    return NewKey(
        number,
        keys.format_key(held.version + 1, bytes(private), is_demo=held.is_demo),
        keys.format_key(held.version + 1, public, is_demo=held.is_demo),
        fingerprint(public),
    )


def _close(holder: Holder) -> bytes:
    said = json.dumps(asdict(holder))
    return crypto.encrypt_with_named_key(
        keys.KeyName.FIELD, PURPOSE, crypto.pad(said.encode(), 512)
    )


def _open(seat: Custodian) -> Holder:
    said = json.loads(
        crypto.unpad(
            crypto.decrypt_with_named_key(keys.KeyName.FIELD, PURPOSE, bytes(seat.encrypted_holder))
        )
    )
    return Holder(said["name"], said["email"])
