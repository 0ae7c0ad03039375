"""The member credential itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

MEMBER_ID_BYTES = 16
MEMBER_SECRET_BYTES = 32


@dataclass(frozen=True)
class MemberCredential:
    """Whoever holds it acts as the member."""

    member_id: UUID
    # 32 bytes.
    secret: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """48 bytes."""
        return self.member_id.bytes + self.secret

    @classmethod
    def from_bytes(cls, encoded: bytes) -> MemberCredential:
        """The credential of 48 bytes that `to_bytes` made."""
        end = MEMBER_ID_BYTES + MEMBER_SECRET_BYTES
        return cls(UUID(bytes=encoded[:MEMBER_ID_BYTES]), encoded[MEMBER_ID_BYTES:end])
