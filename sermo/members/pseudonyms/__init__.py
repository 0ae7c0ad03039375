"""Who somebody is within one case or poll, and nowhere else (ANONYMITY.md §1).

    tag = first 16 bytes of HMAC-SHA256(key = member secret, message = scope)

Two scopes share nothing without the secret; the secret lies only in seals and sealed sessions.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

PSEUDONYM_BYTES = 16
SECRET_BYTES = 32

COLOURS = [
    "Amber",
    "Ash",
    "Azure",
    "Beige",
    "Black",
    "Blue",
    "Bronze",
    "Brown",
    "Chalk",
    "Cobalt",
    "Copper",
    "Coral",
    "Cream",
    "Crimson",
    "Cyan",
    "Ebony",
    "Emerald",
    "Fawn",
    "Flax",
    "Gold",
    "Green",
    "Grey",
    "Hazel",
    "Indigo",
    "Ivory",
    "Jade",
    "Khaki",
    "Lilac",
    "Lime",
    "Linen",
    "Maroon",
    "Mauve",
    "Mint",
    "Navy",
    "Ochre",
    "Olive",
    "Opal",
    "Orange",
    "Pearl",
    "Peach",
    "Pewter",
    "Pink",
    "Plum",
    "Purple",
    "Quartz",
    "Red",
    "Rose",
    "Ruby",
    "Russet",
    "Rust",
    "Saffron",
    "Sage",
    "Sand",
    "Scarlet",
    "Sepia",
    "Silver",
    "Slate",
    "Steel",
    "Tan",
    "Teal",
    "Umber",
    "Violet",
    "White",
    "Yellow",
]
BIRDS = [
    "Avocet",
    "Bittern",
    "Bulbul",
    "Bunting",
    "Buzzard",
    "Crane",
    "Crow",
    "Cuckoo",
    "Curlew",
    "Dipper",
    "Diver",
    "Dove",
    "Duck",
    "Dunlin",
    "Eagle",
    "Egret",
    "Eider",
    "Falcon",
    "Finch",
    "Gannet",
    "Goose",
    "Grebe",
    "Grouse",
    "Gull",
    "Harrier",
    "Hawk",
    "Heron",
    "Hobby",
    "Hoopoe",
    "Ibis",
    "Jackdaw",
    "Jay",
    "Kestrel",
    "Kite",
    "Knot",
    "Lark",
    "Linnet",
    "Magpie",
    "Merlin",
    "Moorhen",
    "Nuthatch",
    "Oriole",
    "Osprey",
    "Owl",
    "Partridge",
    "Pelican",
    "Petrel",
    "Pigeon",
    "Pipit",
    "Plover",
    "Puffin",
    "Quail",
    "Rail",
    "Raven",
    "Redstart",
    "Robin",
    "Rook",
    "Shrike",
    "Siskin",
    "Snipe",
    "Sparrow",
    "Starling",
    "Stork",
    "Swift",
]


def pseudonym(secret: bytes, scope: str) -> bytes:
    """16 bytes that stand for the holder of the secret within the scope."""
    if len(secret) != SECRET_BYTES:
        raise ValueError("a member secret is 32 bytes")
    return hmac.new(secret, scope.encode(), hashlib.sha256).digest()[:PSEUDONYM_BYTES]


def anonymous_name(of: bytes) -> str:
    """The name shown for a tag, such as "Teal Heron": 64 colours by 64 birds, from its first bytes.

    Two tags of one case may share it: `number` tells them apart on the page.
    """
    return f"{COLOURS[of[0] % len(COLOURS)]} {BIRDS[of[1] % len(BIRDS)]}"


def case_scope(case_id: UUID) -> str:
    """What is written anonymously in a case, its author's part included."""
    return f"case:{case_id.hex}"


def poll_scope(poll_id: UUID) -> str:
    """Ballots."""
    return f"poll:{poll_id.hex}"


def answer_reveal_scope(case_id: UUID) -> str:
    """Having answered, or having chosen to just read."""
    return f"opening:{case_id.hex}"


def report_scope(item_id: UUID) -> str:
    return f"report:{item_id.hex}"


def helpful_scope(comment_id: UUID) -> str:
    return f"helpful:{comment_id.hex}"


def draft_scope(draft_id: UUID) -> str:
    return f"draft:{draft_id.hex}"


def private_state_scope(name: str) -> str:
    """The row of one shelf of a member's private state."""
    return f"shelf:{name}"
