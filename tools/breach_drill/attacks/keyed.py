"""What stolen keys open: rows under OUTER, capsules, addresses, escrows, and guessed passwords.

How things are encrypted is read in the source (sermo.core.crypto, sermo.blinded_rows,
accounts.credential_wrapping), not imported.
"""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen import MEMBERS, Post, Stolen, bare, dashed

NAME_BYTES = KEY_BYTES = 16
PAIRS = ("1-2", "1-3", "2-3")


def derive(key: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=salt, info=purpose.encode()).derive(key)


def raw(value: object) -> bytes:
    text = str(value or "")
    return bytes.fromhex(text[2:]) if text.startswith("\\x") else b""


def attack(stolen: Stolen) -> list[Claim]:
    authors = dict(_moderated(stolen))
    claims = [
        Claim("key", "anonymous_account", key, dashed(account), 1.0, 1.0)
        for key, account in authors.items()
    ]
    claims += _pairs(stolen, authors)
    claims += _alerted(stolen, authors)
    persons = {key: who for key, who in _escrows(stolen) if who}
    claims += _named(stolen, persons, authors)
    return [*claims, *_guessed(stolen)]


def _unseal(private: list[bytes], box: bytes) -> bytes | None:
    """A sealed box with its version before it."""
    for key in private:
        try:
            return SealedBox(PrivateKey(key)).decrypt(box[2:])
        except (CryptoError, ValueError):
            continue
    return None


def _unpad(padded: bytes) -> bytes:
    return padded[2 : 2 + int.from_bytes(padded[:2], "big")]


def _parts(encoded: bytes) -> list[bytes]:
    """Values with two bytes of length before each."""
    parts = []
    while len(encoded) >= 2:
        length = int.from_bytes(encoded[:2], "big")
        parts.append(encoded[2 : 2 + length])
        encoded = encoded[2 + length :]
    return parts


def blinded(stolen: Stolen, side: str, table: str) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of every row of a blinded table, with the key OUTER."""
    tables, store = (
        (stolen.identity, "identity") if side == "I" else (stolen.community, "community")
    )
    for epoch in tables.get(f"blinded_rows_{store}epoch", ()):
        if epoch["table"] != table:
            continue
        for outer in stolen.keys.get("OUTER", []):
            key = derive(outer, f"blinded-rows:{table}:content", raw(epoch["salt"]))
            for row in tables.get(table, ()):
                try:
                    plain = SecretBox(key).decrypt(raw(row["ciphertext"]))
                except (CryptoError, ValueError):
                    continue
                yield plain[:NAME_BYTES], _unpad(plain[NAME_BYTES:])


# Capsules.


def _moderated(stolen: Stolen) -> Iterator[tuple[str, str]]:
    private = stolen.keys.get("MODERATION_PRIVATE", [])
    by_key = {post.key: post.public_id for post in stolen.posts.values()}
    for row in stolen.community.get("members_authorcapsule", ()) if private else ():
        plain = _unseal(private, raw(row["ciphertext"]))
        post = by_key.get(bare(row["post_id"]))
        if plain is not None and post:
            yield post, _unpad(plain).hex()


def _pairs(stolen: Stolen, authors: dict[str, str]) -> Iterator[Claim]:
    by_account: dict[str, list[Post]] = defaultdict(list)
    for public_id, account in authors.items():
        by_account[account].append(stolen.posts[public_id])
    for posts in by_account.values():
        for post in posts:
            for other in posts:
                if post.public_id < other.public_id and post.case != other.case:
                    yield Claim("key", "alias_pair", post.public_id, other.public_id, 1.0, 1.0)


def _alerted(stolen: Stolen, authors: dict[str, str]) -> list[Claim]:
    """Encrypted contact addresses, with the account whose posts they are for.

    A wish about replies is its writer's own; one about a case may be a follower's, and counts
    only where nothing better is known.
    """
    private = stolen.keys.get("MAIL_PRIVATE", [])
    wants = {bare(row["id"]) for row in stolen.community.get(MEMBERS, ()) if row["wants_mail"]}
    by_key = {post.key: post for post in stolen.posts.values()}
    own: dict[str, set[str]] = defaultdict(set)
    perhaps: dict[str, set[str]] = defaultdict(set)
    for row in stolen.community.get("notifications_emailsubscription", ()) if private else ():
        post = by_key.get(bare(row["replies_to"] or row["subject"]))
        plain = _unseal(private, raw(row["capsule"]))
        account = (post.author or authors.get(post.public_id, "")) if post else ""
        if plain is not None and account in wants:
            (own if row["replies_to"] else perhaps)[account].add(_unpad(plain).decode())
    return [
        Claim("key", "alert_person", dashed(account), f"email:{address}", 1 / len(found), 1.0)
        for account, found in (perhaps | own).items()
        for address in sorted(found)
    ]


# Custodians.


def _escrows(stolen: Stolen) -> Iterator[tuple[str, str]]:
    """Account and person, by the boxes in each member's record; "" where they stay closed."""
    for name, content in blinded(stolen, "C", "members_memberrecord"):
        for at in range(len(content) - 2):
            person = _escrow(stolen, content[at:])
            if person:
                yield name.hex(), person
                break


def _escrow(stolen: Stolen, encoded: bytes) -> str:
    """Layer by layer: the inner key, then the two of a pair."""
    boxes = _parts(encoded)[: len(PAIRS)]
    for pair, whole in zip(PAIRS, boxes, strict=False):
        if len(whole) < 3 * 48:
            return ""
        box: bytes | None = whole
        first, second = pair.split("-")
        for name in ("INNER_PRIVATE", f"CUSTODIAN_{first}_PRIVATE", f"CUSTODIAN_{second}_PRIVATE"):
            box = _unseal(stolen.keys.get(name, []), box) if box else None
        if box is not None:
            return box[:KEY_BYTES].hex()
    return ""


def _named(stolen: Stolen, persons: dict[str, str], authors: dict[str, str]) -> Iterator[Claim]:
    for account, person in persons.items():
        yield Claim("key", "account_person", dashed(account), dashed(person), 1.0, 1.0)
    for post in stolen.posts.values():
        account = post.author or authors.get(post.public_id, "")
        if account in persons:
            kind = "named_person" if post.author else "anonymous_person"
            yield Claim("key", kind, post.public_id, dashed(persons[account]), 1.0, 1.0)


# Passwords.


def _guessed(stolen: Stolen) -> Iterator[Claim]:
    """Every password of the list against every slot, and what an open slot gives."""
    peppers = tuple(stolen.keys.get("PEPPER", ()))
    cost = (int(stolen.parameters["opslimit"]), int(stolen.parameters["memlimit"]))
    cases = sorted({dashed(post.case) for post in stolen.posts.values()})
    for name, content in blinded(stolen, "I", "accounts_credentialslots"):
        parts = _parts(content)
        opened = _guess(tuple(stolen.public("passwords")), parts[2], parts[3], peppers, cost)
        if opened is None:
            continue
        password, credential = opened
        user, account = dashed(name.hex()), credential[:KEY_BYTES].hex()
        yield Claim("guess", "slot", user, password, 1.0, 1.0)
        yield Claim("guess", "account_person", dashed(account), user, 1.0, 1.0)
        written = set(_tags(credential[KEY_BYTES:], cases))
        for post in stolen.posts.values():
            if post.author == account or (post.tag and post.tag in written):
                kind = "named" if post.author else "vote" if post.is_vote else "anonymous"
                yield Claim("guess", f"{kind}_person", post.public_id, user, 1.0, 1.0)


def _tags(secret: bytes, cases: list[str]) -> Iterator[str]:
    for case in cases:
        for scope in (f"case:{case}", f"case:{bare(case)}"):
            yield hmac.digest(secret, scope.encode(), "sha256")[:KEY_BYTES].hex()


@lru_cache(maxsize=4096)
def _guess(
    passwords: tuple[str, ...],
    salt: bytes,
    wrapped: bytes,
    peppers: tuple[bytes, ...],
    cost: tuple[int, int],
) -> tuple[str, bytes] | None:
    """The password and the credential in the slot; None if none of the list opens it."""
    if not wrapped:
        return None
    for password in passwords:
        stretched = pwhash.argon2id.kdf(
            32, password.encode(), salt, opslimit=cost[0], memlimit=cost[1]
        )
        for key in (stretched, *(_peppered(pepper, stretched) for pepper in peppers)):
            try:
                return password, SecretBox(key).decrypt(wrapped[2:])
            except (CryptoError, ValueError):
                continue
    return None


def _peppered(pepper: bytes, stretched: bytes) -> bytes:
    return hmac.digest(derive(pepper, "password-slot"), stretched, "sha256")
