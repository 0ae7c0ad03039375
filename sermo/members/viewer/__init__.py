"""A member at work: the row, and the secret that lies in their session only."""

from __future__ import annotations

from dataclasses import dataclass, field

from sermo.members import pseudonyms
from sermo.members.models import Member


@dataclass(frozen=True)
class Viewer:
    """Who acts. Services take a viewer; the secret goes nowhere but into tags and boxes."""

    member: Member
    secret: bytes = field(repr=False)
    # The verified name, for items somebody chooses to sign with it; empty where unknown.
    real_name: str = field(default="", repr=False)
    # The address to seal into contact capsules; empty unless the member wants mail.
    email: str = field(default="", repr=False)

    def pseudonym(self, scope: str) -> bytes:
        """This member within the scope; 16 bytes."""
        return pseudonyms.pseudonym(self.secret, scope)
