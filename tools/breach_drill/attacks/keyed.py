"""What stolen keys open: rows under OUTER, capsules, addresses, escrows, and guessed passwords.

How things are encrypted is read in the source (sermo.core.crypto, sermo.blinded_rows,
accounts.credential_wrapping), not imported.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox

from tools.breach_drill.attacks.stolen import MEMBERS, Claim, Stolen, bare, dashed

KEY_BYTES, SLOTS, SALT, PASSWORD = 16, "accounts_credentialslots", 2, 3
Authors = dict[str, str]
Strings = tuple[str, ...]


def derive(key: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=salt, info=purpose.encode()).derive(key)


def raw(value: object) -> bytes:
    return bytes.fromhex(str(value or "").removeprefix("\\x"))


def attack(stolen: Stolen) -> Iterator[Claim]:
    authors = dict(_moderated(stolen))
    persons = dict(_escrows(stolen))
    yield from _capsules(stolen, authors)
    yield from _alerted(stolen, authors)
    yield from _guessed(stolen)
    for account, person in persons.items():
        yield Claim("key", "account_person", dashed(account), dashed(person), 1.0, 1.0)
    for post in stolen.posts.values():
        account = post.author or authors.get(post.public_id, "")
        if account in persons:
            kind, person = "named" if post.author else "anonymous", dashed(persons[account])
            yield Claim("key", f"{kind}_person", post.public_id, person, 1.0, 1.0)


def _open(keys: Sequence[bytes], box: bytes, *, sealed: bool) -> bytes | None:
    for key in keys:
        try:
            return (SealedBox(PrivateKey(key)) if sealed else SecretBox(key)).decrypt(box)
        except (CryptoError, ValueError):
            continue
    return None


def _unseal(stolen: Stolen, name: str, box: bytes) -> bytes | None:
    """A sealed box with its version before it."""
    return _open(stolen.keys.get(name, ()), box[2:], sealed=True)


def _unpad(padded: bytes) -> bytes:
    return padded[2 : 2 + int.from_bytes(padded[:2], "big")]


def _parts(encoded: bytes) -> list[bytes]:
    """Values with two bytes of length before each."""
    parts = []
    while len(encoded) >= 2:
        parts.append(_unpad(encoded))
        encoded = encoded[2 + len(parts[-1]) :]
    return parts


def blinded(stolen: Stolen, side: str, table: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of every row of a blinded table, with the key OUTER."""
    tables = stolen.identity if side == "I" else stolen.community
    named = f"blinded_rows_{'identity' if side == 'I' else 'community'}epoch"
    epochs = (epoch for epoch in tables.get(named, ()) if epoch["table"] == table)
    for salt in (raw(epoch["salt"]) for epoch in epochs):
        outer = stolen.keys.get("OUTER", ())
        keys = [derive(key, f"blinded-rows:{table}:content", salt) for key in outer]
        for row in tables.get(table, ()):
            plain = _open(keys, raw(row["ciphertext"]), sealed=False)
            if plain is not None:
                yield plain[:KEY_BYTES].hex(), _unpad(plain[KEY_BYTES:])


def _moderated(stolen: Stolen) -> Iterator[tuple[str, str]]:
    by_key = {post.key: post.public_id for post in stolen.posts.values()}
    for row in stolen.community.get("members_authorcapsule", ()):
        plain = _unseal(stolen, "MODERATION_PRIVATE", raw(row["ciphertext"]))
        if plain is not None and bare(row["post_id"]) in by_key:
            yield by_key[bare(row["post_id"])], _unpad(plain).hex()


def _capsules(stolen: Stolen, authors: Authors) -> Iterator[Claim]:
    for public_id, account in authors.items():
        yield Claim("key", "anonymous_account", public_id, dashed(account), 1.0, 1.0)
    for one, other in combinations(authors, 2):
        is_other_case = stolen.posts[one].case != stolen.posts[other].case
        if authors[one] == authors[other] and is_other_case:
            yield Claim("key", "alias_pair", one, other, 1.0, 1.0)


def _alerted(stolen: Stolen, authors: Authors) -> Iterator[Claim]:
    """Encrypted contact addresses, with the account whose posts they are for.

    A wish about replies is its writer's own; one about a case may be a follower's, and counts
    only where nothing better is known.
    """
    wants = {bare(row["id"]) for row in stolen.community.get(MEMBERS, ()) if row["wants_mail"]}
    by_key = {post.key: post for post in stolen.posts.values()}
    found: dict[bool, dict[str, set[str]]] = {True: defaultdict(set), False: defaultdict(set)}
    for row in stolen.community.get("notifications_emailsubscription", ()):
        post = by_key.get(bare(row["replies_to"] or row["subject"]))
        plain = _unseal(stolen, "MAIL_PRIVATE", raw(row["capsule"]))
        account = (post.author or authors.get(post.public_id, "")) if post else ""
        if plain is not None and account in wants:
            found[bool(row["replies_to"])][account].add(_unpad(plain).decode())
    for account, addresses in (found[False] | found[True]).items():
        for right in (f"email:{address}" for address in addresses):
            yield Claim("key", "alert_person", dashed(account), right, 1 / len(addresses), 1.0)


def _escrows(stolen: Stolen) -> Iterator[tuple[str, str]]:
    """Account and person, by the first of three boxes in each member's record: layer by layer, the
    inner key, then the two of a pair.
    """
    for account, content in blinded(stolen, "C", "members_memberrecord"):
        box: bytes | None = _unpad(base64.b64decode(json.loads(content)["escrow"]))
        for name in ("INNER_PRIVATE", "CUSTODIAN_1_PRIVATE", "CUSTODIAN_2_PRIVATE"):
            box = _unseal(stolen, name, box) if box else None
        if box:
            yield account, box[:KEY_BYTES].hex()


def _guessed(stolen: Stolen) -> Iterator[Claim]:
    """Every password of the list against every slot, and what an open slot gives."""
    cost, listed = stolen.public("parameters"), tuple(stolen.public("passwords"))
    peppers = tuple(derive(key, "password-slot") for key in stolen.keys.get("PEPPER", ()))
    keys = {key for post in stolen.posts.values() for key in (post.case, dashed(post.case))}
    for person, parts in ((p, _parts(c)) for p, c in blinded(stolen, "I", SLOTS)):
        time, memory = int(cost["opslimit"]), int(cost["memlimit"])
        found = _guess(listed, parts[SALT], parts[PASSWORD][2:], peppers, time, memory)
        if found is None:
            continue
        user, account, secret = dashed(person), found[1][:KEY_BYTES].hex(), found[1][KEY_BYTES:]
        yield Claim("guess", "slot", user, found[0], 1.0, 1.0)
        yield Claim("guess", "account_person", dashed(account), user, 1.0, 1.0)
        tags = {hmac.digest(secret, f"case:{k}".encode(), "sha256")[:KEY_BYTES].hex() for k in keys}
        for post in stolen.posts.values():
            if post.author == account or post.tag in tags:
                kind = "named" if post.author else "vote" if post.is_vote else "anonymous"
                yield Claim("guess", f"{kind}_person", post.public_id, user, 1.0, 1.0)


@lru_cache(maxsize=4096)
def _guess(
    listed: Strings, salt: bytes, box: bytes, peppers: tuple[bytes, ...], time: int, memory: int
) -> tuple[str, bytes] | None:
    """The password and the credential in the slot; None if none of the list opens it."""
    for password in listed if box else ():
        stretched = pwhash.argon2id.kdf(32, password.encode(), salt, time, memory)
        keys = [stretched, *(hmac.digest(pepper, stretched, "sha256") for pepper in peppers)]
        plain = _open(keys, box, sealed=False)
        if plain is not None:
            return password, plain
    return None
