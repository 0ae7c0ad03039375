"""AL, G, K: recomputed tags, guessed passwords, and what stolen keys open.

How things are encrypted is read in the source (sermo.core.crypto,
accounts.credential_wrapping), not imported.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox

from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.attacks.stolen_data import StolenData, dashed

TAG_BYTES = 16
SECRET_BYTES = 32
MAX_CANDIDATES = 20_000
PAIRS = ("1-2", "1-3", "2-3")
AccountAndSecret = tuple[str, bytes]


def derive(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(key)


def _raw(value: object) -> bytes:
    text = str(value or "")
    return bytes.fromhex(text[2:]) if text.startswith("\\x") else b""


def _tags(stolen: StolenData) -> dict[bytes, list[str]]:
    """First sixteen bytes of a tag, and the anonymous posts that carry it."""
    matches: dict[bytes, list[str]] = defaultdict(list)
    for post in stolen.posts.values():
        if post.is_anonymous:
            matches[bytes.fromhex(post.tag)[:TAG_BYTES]].append(post.public_id)
    return matches


def aliases(stolen: StolenData) -> list[Claim]:
    """AL: tries every 32 bytes in the data as the secret of the account named in the same row."""
    tags = _tags(stolen)
    cases = _scopes(stolen)
    claims: list[Claim] = []
    if not tags:
        return claims
    for secret, accounts in _candidates(stolen):
        for public_id in _written_by(secret, cases, tags):
            claims += [
                Claim("AL", "anonymous_account", public_id, dashed(key), 1 / len(accounts), 0.95)
                for key in accounts
            ]
    return claims


def _written_by(secret: bytes, cases: list[str], tags: dict[bytes, list[str]]) -> Iterator[str]:
    for case in cases:
        for message in (f"case:{case}", f"poll:{case}", case, f"alias:{case}"):
            digest = hmac.new(secret, message.encode(), hashlib.sha256).digest()[:TAG_BYTES]
            yield from tags.get(digest, ())


def _scopes(stolen: StolenData) -> list[str]:
    """Cases and polls with anonymous posts."""
    cases = {post.case for post in stolen.posts.values() if post.is_anonymous}
    polls = {_hex(record.row["id"]) for record in stolen.community.get("polls_poll", ())}
    return sorted(cases | polls)


def _candidates(stolen: StolenData) -> Iterator[tuple[bytes, list[str]]]:
    """Values that could be a member's secret, with the accounts of the same record."""
    tried = 0
    for number, record in enumerate(stolen.records):
        owner = stolen.owner_of.get(number)
        accounts = [owner[1]] if owner and owner[0] == "account" else []
        for token in record.tokens:
            if len(token) == 2 * SECRET_BYTES and not token.strip("0123456789abcdef") and accounts:
                tried += 1
                if tried > MAX_CANDIDATES:
                    return
                yield bytes.fromhex(token), accounts


# G: passwords.


def guesses(stolen: StolenData) -> tuple[list[Claim], dict[str, AccountAndSecret]]:
    """Every password of the list against every slot; what opens, and the pairs in it."""
    if not stolen.persons:
        return [], {}
    peppers = tuple(stolen.keys.get("PEPPER", ()))
    reported = stolen.parameters()
    slots = tuple(
        (
            _hex(record.row["user_id"]),
            _raw(record.row["salt"]),
            _raw(record.row["wrapped_credential"]),
        )
        for record in stolen.identity.get("accounts_credentialslot", ())
        if record.row["kind"] == "password"
    )
    opened = (
        _guess(
            stolen.first / "P" / "passwords.txt",
            slots,
            peppers,
            int(reported.get("password_slot_opslimit", 3)),
            int(reported.get("password_slot_memlimit", 2**26)),
        )
        if "P" in stolen.stores
        else {}
    )
    claims = [
        Claim("G", "slot", dashed(user), password, 1.0, 1.0)
        for user, (password, _) in opened.items()
    ]
    return claims, {user: pair for user, (_, pair) in opened.items()}


def _hex(value: str) -> str:
    return str(value).replace("-", "")


@lru_cache(maxsize=8)
def _guess(
    passwords: Path,
    slots: tuple[tuple[str, bytes, bytes], ...],
    peppers: tuple[bytes, ...],
    opslimit: int,
    memlimit: int,
) -> dict[str, tuple[str, AccountAndSecret]]:
    matches = {}
    listed = passwords.read_text().split() if passwords.exists() else []
    under = [derive(pepper, "password-slot") for pepper in peppers]
    for user, salt, box in slots:
        for password in listed:
            stretched = pwhash.argon2id.kdf(
                32, password.encode(), salt, opslimit=opslimit, memlimit=memlimit
            )
            keys = [hmac.new(key, stretched, hashlib.sha256).digest() for key in under]
            plain = _open_any([*keys, stretched], box[2:])
            if plain is not None:
                matches[user] = (password, (plain[:16].hex(), plain[16:48]))
                break
    return matches


def _open_any(keys: list[bytes], box: bytes) -> bytes | None:
    for key in keys:
        try:
            return SecretBox(key).decrypt(box)
        except (CryptoError, ValueError):
            continue
    return None


# K: what keys open.


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


def capsules(stolen: StolenData) -> list[Claim]:
    """K: decrypts encrypted member ids, contact addresses and escrows."""
    accounts = _moderated(stolen)
    claims = [
        Claim("K", "anonymous_account", public_id, dashed(key), 1.0, 1.0)
        for public_id, key in accounts.items()
        if key in stolen.accounts
    ]
    claims += _pairs_of_aliases(stolen, accounts)
    claims += _alerted(stolen, accounts)
    return claims + _broken_glass(stolen, accounts)


def _moderated(stolen: StolenData) -> dict[str, str]:
    private = stolen.keys.get("MODERATION_PRIVATE", [])
    matches = {}
    for post in stolen.posts.values() if private else ():
        box = _raw(post.record.row.get("encrypted_member_id"))
        plain = _unseal(private, box) if box else None
        if plain is not None:
            matches[post.public_id] = _unpad(plain).hex()
    return matches


def _pairs_of_aliases(stolen: StolenData, accounts: dict[str, str]) -> list[Claim]:
    by_account: dict[str, list[str]] = defaultdict(list)
    for public_id, key in accounts.items():
        by_account[key].append(public_id)
    return [
        Claim("K", "alias_pair", post, other, 1.0, 1.0)
        for posts in by_account.values()
        for post in posts
        for other in posts
        if post < other and stolen.posts[post].case != stolen.posts[other].case
    ]


def _alerted(stolen: StolenData, accounts: dict[str, str]) -> list[Claim]:
    """Encrypted contact addresses, with the account whose posts they are for.

    A wish about replies is its writer's own; one about a case may be a follower's, and counts
    only where nothing better is known.
    """
    private = stolen.keys.get("MAIL_PRIVATE", [])
    by_key = {post.key: post for post in stolen.posts.values()}
    own: dict[str, set[str]] = defaultdict(set)
    perhaps: dict[str, set[str]] = defaultdict(set)
    for record in stolen.community.get("notifications_emailsubscription", ()) if private else ():
        row = record.row
        post = by_key.get(_hex(row["replies_to"] or row["subject"]))
        plain = _unseal(private, _raw(row["capsule"]))
        account = (post.author or accounts.get(post.public_id, "")) if post else ""
        wants = account in stolen.accounts and stolen.accounts[account].row["wants_mail"]
        if plain is not None and wants:
            (own if row["replies_to"] else perhaps)[account].add(_unpad(plain).decode())
    persons = _persons_by_address(stolen)
    return [
        Claim(
            "K",
            "alert_person",
            dashed(account),
            dashed(persons.get(address, f"email:{address}")),
            1 / len(addresses),
            1.0,
        )
        for account, addresses in (perhaps | own).items()
        for address in sorted(addresses)
    ]


def _persons_by_address(stolen: StolenData) -> dict[str, str]:
    """The e-mail column opened with EMAIL, where it was stolen."""
    return {
        plain: key
        for key, record in stolen.persons.items()
        for plain in _addresses(stolen, str(record.row["email"]))
    }


def _addresses(stolen: StolenData, closed: str) -> Iterator[str]:
    for key in stolen.keys.get("EMAIL", ()):
        try:
            raw = base64.b64decode(closed.partition(":")[2])
            yield AESSIV(derive(key, "email")).decrypt(raw, None).decode()
        except (InvalidTag, ValueError):
            continue


def _broken_glass(stolen: StolenData, accounts: dict[str, str]) -> list[Claim]:
    """Two custodians and the inner key: the person in each member's escrow."""
    persons = {}
    for key, record in stolen.accounts.items():
        plain = _escrow(stolen, _raw(record.row["identity_escrow"]))
        if plain is not None:
            persons[key] = plain.hex()
    claims = [
        Claim("K", "account_person", dashed(key), dashed(who), 1.0, 1.0)
        for key, who in persons.items()
    ]
    for post in stolen.posts.values():
        account = post.author or accounts.get(post.public_id, "")
        if account in persons:
            kind = "anonymous_person" if post.is_anonymous else "named_person"
            claims.append(Claim("K", kind, post.public_id, dashed(persons[account]), 1.0, 1.0))
    return claims


def _escrow(stolen: StolenData, escrow: bytes) -> bytes | None:
    """Layer by layer: the inner key, then the two of a pair."""
    at = 0
    for pair in PAIRS if escrow else ():
        length = int.from_bytes(escrow[at : at + 2], "big")
        box: bytes | None = escrow[at + 2 : at + 2 + length]
        at += 2 + length
        first, second = pair.split("-")
        for name in ("INNER_PRIVATE", f"CUSTODIAN_{first}_PRIVATE", f"CUSTODIAN_{second}_PRIVATE"):
            box = _unseal(stolen.keys.get(name, []), box) if box else None
        if box is not None:
            return box
    return None


def with_pairs(stolen: StolenData, pairs: dict[str, AccountAndSecret]) -> list[Claim]:
    """What a decrypted key slot gives: the account, and by its secret every anonymous post."""
    tags, claims = _tags(stolen), []
    cases = _scopes(stolen)
    for user, (member, secret) in pairs.items():
        claims.append(Claim("G", "account_person", dashed(member), dashed(user), 1.0, 1.0))
        for public_id in _written_by(secret, cases, tags):
            claims.append(Claim("G", "anonymous_person", public_id, dashed(user), 1.0, 1.0))
        claims += [
            Claim("G", "named_person", post.public_id, dashed(user), 1.0, 1.0)
            for post in stolen.posts.values()
            if post.author == member
        ]
    return claims
