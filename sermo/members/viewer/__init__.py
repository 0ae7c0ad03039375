"""The acting member: who it is, and the secret that is only in the member's session."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sermo.members import pseudonyms
from sermo.members.credential_lines.k_anonymity import (
    EMPTY_LINE,
    CredentialLine,
    MemberFacts,
    finest_released,
)
from sermo.members.credential_lines.released import released_lines
from sermo.members.models import Member


@dataclass(frozen=True)
class Viewer:
    """Who acts. Services take a viewer; the secret is only used to derive pseudonyms and keys."""

    member: Member
    # 32 bytes.
    secret: bytes = field(repr=False)
    # The verified name, for posts under the real name; empty where unknown.
    real_name: str = field(default="", repr=False)
    # The address to encrypt for the mailer; empty unless the member wants e-mail.
    email: str = field(default="", repr=False)
    # What verification established; None in a session that does not know it.
    facts: MemberFacts | None = field(default=None, repr=False)
    # Keys of drafts and cases from before their keys followed from the secret.
    earlier_cases: tuple[UUID, ...] = field(default=(), repr=False)
    # Whether there are quiz answers from before they were rows of their own.
    has_earlier_quizzes: bool = field(default=False, repr=False)
    # Suspended: may neither read nor write (sermo.core.access).
    is_banned: bool = False
    # In the first week after entry.
    is_newcomer: bool = False

    @property
    def line(self) -> CredentialLine:
        """What colleagues see beside the name: the most exact released line that is true."""
        return finest_released(released_lines(), self.facts) if self.facts else EMPTY_LINE

    @property
    def is_pending(self) -> bool:
        """Whether the member has no row of their own yet (sermo.members.records)."""
        return self.member._state.adding

    def pseudonym(self, scope: str) -> bytes:
        """This member within the scope; 16 bytes."""
        return pseudonyms.pseudonym(self.secret, scope)
