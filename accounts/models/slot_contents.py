"""What a person's row of credential slots holds, and its bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

# Devices beyond this number: the one not used for longest leaves.
MAX_DEVICES = 10
# Pairs of the three custodians, in the order in which the bytes hold them.
CUSTODIAN_PAIRS = ("1-2", "1-3", "2-3")
# Parts of the bytes that every row has; each device has one more.
_N_FIXED_PARTS = 9


@dataclass(frozen=True)
class PasswordSlot:
    """The credential, wrapped under the password."""

    # Of the password's hash; 16 bytes.
    salt: bytes
    wrapped: bytes


@dataclass(frozen=True)
class DeviceSlot:
    """The credential, wrapped under the secret of a device's cookie."""

    wrapped: bytes
    # The first day of the month of the last sign-in.
    used_month: dt.date


@dataclass(frozen=True)
class CustodianSlots:
    """The credential, encrypted for each pair of custodians."""

    # The versions of their three public keys, two bytes each.
    key_versions: bytes
    by_pair: dict[str, bytes]


@dataclass(frozen=True)
class Departure:
    """What the deletion of a person who left needs to know."""

    # The first day of the month in which the person left.
    month: dt.date
    # Whether the index of the licence stays, as after a ban.
    keeps_licence_index: bool

    @property
    def deleted_on(self) -> dt.date:
        return deletion_date(self.month)


def deletion_date(left_on: dt.date) -> dt.date:
    """The day whose first hours see the deletion of all who leave in this month: the next first."""
    return dt.date(left_on.year + left_on.month // 12, left_on.month % 12 + 1, 1)


@dataclass(frozen=True)
class SlotContents:
    """The wrapped copies of one credential, one for each way to unwrap it, and two facts."""

    # A person gets one membership, ever.
    is_issued: bool = False
    left: Departure | None = None
    password: PasswordSlot | None = None
    # Wrapped under the recovery code; empty where there is none.
    recovery: bytes = b""
    custodians: CustodianSlots | None = None
    devices: tuple[DeviceSlot, ...] = ()

    def encode(self) -> bytes:
        """Parts with two bytes of length before each; `decode` reads them."""
        password = self.password or PasswordSlot(b"", b"")
        custodians = self.custodians or CustodianSlots(b"", {})
        parts = [
            bytes([self.is_issued]),
            _encode_departure(self.left) if self.left else b"",
            password.salt,
            password.wrapped,
            self.recovery,
            custodians.key_versions,
            *(custodians.by_pair.get(pair, b"") for pair in CUSTODIAN_PAIRS),
            *(_encode_month(device.used_month) + device.wrapped for device in self.devices),
        ]
        return b"".join(len(part).to_bytes(2, "big") + part for part in parts)

    @classmethod
    def decode(cls, encoded: bytes) -> SlotContents:
        """What `encode` encoded."""
        parts = list(_parts(encoded))
        issued, left, salt, password, recovery, versions, *pairs = parts[:_N_FIXED_PARTS]
        by_pair = {pair: text for pair, text in zip(CUSTODIAN_PAIRS, pairs, strict=True) if text}
        return cls(
            is_issued=issued == b"\x01",
            left=_decode_departure(left) if left else None,
            password=PasswordSlot(salt, password) if password else None,
            recovery=recovery,
            custodians=CustodianSlots(versions, by_pair) if by_pair else None,
            devices=tuple(
                DeviceSlot(part[2:], _decode_month(part[:2])) for part in parts[_N_FIXED_PARTS:]
            ),
        )


def _parts(encoded: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(encoded):
        end = start + 2 + int.from_bytes(encoded[start : start + 2], "big")
        yield encoded[start + 2 : end]
        start = end


def _encode_departure(left: Departure) -> bytes:
    return _encode_month(left.month) + bytes([left.keeps_licence_index])


def _decode_departure(encoded: bytes) -> Departure:
    return Departure(_decode_month(encoded[:2]), encoded[2:] == b"\x01")


def _encode_month(month: dt.date) -> bytes:
    return (month.year * 12 + month.month - 1).to_bytes(2, "big")


def _decode_month(encoded: bytes) -> dt.date:
    year, month = divmod(int.from_bytes(encoded, "big"), 12)
    return dt.date(year, month + 1, 1)
