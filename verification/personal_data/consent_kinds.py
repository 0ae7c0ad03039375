"""What an applicant consents to. A changed text needs a new version number."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConsentKind:
    code: str
    version: int
    label: str
    why: str
    required: bool


REGISTER = ConsentKind(
    "register",
    1,
    "Compare my details with the medical register of my country",
    "It shows that the licence is active and the name is the same. Nothing is written there.",
    required=True,
)
OWN_DB = ConsentKind(
    "own_db",
    1,
    "Check that nobody else has joined with my licence number",
    "One licence, one membership. We keep a keyed fingerprint of the number for this.",
    required=True,
)
CONTACT = ConsentKind(
    "contact",
    1,
    "Send a code to the contact the register holds for me",
    "It shows that the licence is yours, and it is the quickest way in. Without it a reviewer "
    "decides by your document.",
    required=False,
)
DOCUMENT = ConsentKind(
    "document",
    1,
    "Let a reviewer look at the documents I add",
    "A person compares them with the register, every look is logged, and they are deleted after "
    "the decision.",
    required=False,
)
# Asked on the identity page, only if an identity check is made.
IDENTITY = ConsentKind(
    "identity",
    1,
    "Let an identity service compare my details",
    "Name, address, birth date and the number go to it once, after your licence was found. It "
    "learns that we ask, and nothing of what you do here.",
    required=True,
)
DEVICE = ConsentKind(
    "device",
    1,
    "Let a service (RelevantID) look at this device once",
    "It tells whether the same device has signed up before. Without it you need a code to a "
    "contact of record, or a reviewer decides.",
    required=False,
)
CONSENT_KINDS: tuple[ConsentKind, ...] = (REGISTER, OWN_DB, CONTACT, DOCUMENT, DEVICE)
