"""Facts about rows that only this site's keys can read: records, sections, slots, passwords."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone

from accounts.models import SLOT_TABLE, Departure, SlotContents, User, current_month
from accounts.selectors import read_slots
from sermo.backups.erasure.facts import DecryptedFacts, IsListed
from sermo.backups.errors import BackupError
from sermo.blinded_rows.table import MAX_UNREADABLE_ROWS, BlindedTable
from sermo.members import records
from sermo.members.records import MEMBER_RECORDS, Record
from sermo.members.viewer import private_versions

Encode = Callable[[bytes, bytes], list[bytes]]
BATCH_USERS = 1000


def _scan(table: BlindedTable) -> Iterator[tuple[bytes, bytes]]:
    """Every row. Raises `BackupError` if so many do not decrypt that the key must be wrong.

    A list without them would say that they were erased.
    """
    n_read = 0
    for row in table.scan():
        n_read += 1
        yield row
    n_unread = table.model._default_manager.count() - n_read
    if n_unread > MAX_UNREADABLE_ROWS:
        raise BackupError(f"{n_unread} rows of {table.name} cannot be read with the OUTER key.")


@dataclass(frozen=True)
class Records:
    """Who is a member, is suspended, has left, wants mail."""

    title: str = "members_memberrecord: membership"

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        return _scan(MEMBER_RECORDS)

    def facts(self, name: bytes, content: bytes) -> list[bytes]:
        record = records.decode(content)
        said = {
            b"member": True,
            b"not banned": not record.is_banned,
            b"not left": record.left_on is None,
            b"wants mail": bool(record.pending and record.pending.wants_mail),
        }
        return [fact for fact, is_true in said.items() if is_true]

    def questions(self, name: bytes, content: bytes) -> list[bytes]:
        return [b"member", b"not banned", b"not left", b"wants mail"]

    def repair(self, name: bytes, content: bytes, is_listed: IsListed) -> bool:
        """The next night takes somebody who has left out of all author capsules."""
        before = records.decode(content)
        after = self._repaired(before, is_listed)
        if after == before:
            return False
        records.change_record(UUID(bytes=name), lambda _: after)
        return True

    def _repaired(self, record: Record, is_listed: IsListed) -> Record:
        is_gone = not (is_listed(b"member") and is_listed(b"not left"))
        if is_gone and record.left_on is None:
            record = replace(record, left_on=timezone.localdate())
        if is_listed(b"member"):
            record = replace(record, is_banned=not is_listed(b"not banned"))
        if record.pending and record.pending.wants_mail and not is_listed(b"wants mail"):
            record = replace(record, pending=replace(record.pending, wants_mail=False))
        return record


@dataclass(frozen=True)
class PrivateSections:
    """Which sections of private state exist. Only leaving deletes one."""

    title: str = "members_privatestate: section"

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        return _scan(private_versions.TABLE)

    def facts(self, name: bytes, content: bytes) -> list[bytes]:
        is_deleted = content == private_versions.DELETED
        return [self._fact(name, b"deleted" if is_deleted else b"exists")]

    def questions(self, name: bytes, content: bytes) -> list[bytes]:
        return [self._fact(name, b"deleted"), self._fact(name, b"exists")]

    def repair(self, name: bytes, content: bytes, is_listed: IsListed) -> bool:
        deleted, exists = (is_listed(fact) for fact in self.questions(name, content))
        if exists and not deleted:
            return False
        return bool(private_versions.TABLE.delete(name))

    def _fact(self, name: bytes, state: bytes) -> bytes:
        return private_versions.decode_name(name).section + state


@dataclass(frozen=True)
class Slots:
    """Ways to unwrap a person's credential, and whether the person left."""

    title: str = "accounts_credentialslots: ways to unwrap"

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        return _scan(SLOT_TABLE)

    def facts(self, name: bytes, content: bytes) -> list[bytes]:
        contents = SlotContents.decode(content)
        if contents.left:
            return [b"left, index kept" if contents.left.keeps_licence_index else b"left"]
        return [b"stays", *_ways(contents).values()]

    def questions(self, name: bytes, content: bytes) -> list[bytes]:
        fixed = [b"stays", b"left", b"left, index kept"]
        return fixed + list(_ways(SlotContents.decode(content)).values())

    def repair(self, name: bytes, content: bytes, is_listed: IsListed) -> bool:
        before = SlotContents.decode(content)
        if not any(is_listed(fact) for fact in (b"stays", b"left", b"left, index kept")):
            return bool(SLOT_TABLE.delete(name))
        after = self._repaired(before, is_listed)
        if after == before:
            return False
        SLOT_TABLE.update(name, lambda _: after.encode())
        return True

    def _repaired(self, before: SlotContents, is_listed: IsListed) -> SlotContents:
        if before.left:
            return before
        if not is_listed(b"stays"):
            left = Departure(current_month(), is_listed(b"left, index kept"))
            return SlotContents(is_issued=before.is_issued, left=left)
        ways = _ways(before)
        devices = tuple(device for device in before.devices if is_listed(ways[device.wrapped]))
        recovery = before.recovery if is_listed(ways.get(before.recovery, b"")) else b""
        after = replace(before, devices=devices, recovery=recovery)
        # An old password stays where nothing else would open the membership.
        if before.password and (devices or recovery):
            is_same = is_listed(ways[before.password.wrapped])
            after = replace(after, password=before.password if is_same else None)
        return after


def _ways(contents: SlotContents) -> dict[bytes, bytes]:
    """By wrapped copy, the fact that says that it is there. The custodians' are wrapped anew."""
    wrapped = {device.wrapped: b"device" for device in contents.devices}
    if contents.recovery:
        wrapped[contents.recovery] = b"recovery"
    if contents.password:
        wrapped[contents.password.wrapped] = b"password"
    return {copy: kind + hashlib.sha256(copy).digest() for copy, kind in wrapped.items()}


@dataclass(frozen=True)
class Passwords:
    """Password hashes. One that was replaced works no more after a restore.

    Exception: where it is the only way to a membership (`Slots`).
    """

    title: str = "accounts_user: the same password"

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        users = User.objects.order_by("pk").only("pk", "password")
        last = UUID(int=0)
        while batch := list(users.filter(pk__gt=last)[:BATCH_USERS]):
            for user in batch:
                yield user.pk.bytes, user.password.encode()
            last = batch[-1].pk

    def facts(self, name: bytes, content: bytes) -> list[bytes]:
        return [hashlib.sha256(content).digest()]

    questions = facts

    def repair(self, name: bytes, content: bytes, is_listed: IsListed) -> bool:
        if is_listed(self.facts(name, content)[0]):
            return False
        user = User.objects.get(pk=UUID(bytes=name))
        slots = read_slots(user.pk)
        if not user.has_usable_password() or (slots.is_issued and slots.password):
            return False
        user.set_unusable_password()
        user.save(update_fields=["password"])
        return True


COMMUNITY_FACTS: tuple[DecryptedFacts, ...] = (Records(), PrivateSections())
# In this order: a password depends on the slots that are left.
IDENTITY_FACTS: tuple[DecryptedFacts, ...] = (Slots(), Passwords())
