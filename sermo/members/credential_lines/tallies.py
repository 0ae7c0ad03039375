"""Tallies: how many members showed a line in a week, by exact facts. In the sealed worker only.

A closed week has a `LineTally`, encrypted to the INNER key, and no deposits any more. The deposits
of the week that runs are counted again each night.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

from django.db import transaction

from sermo.core import crypto
from sermo.core.keys import KeyName
from sermo.members.credential_lines.deposits import NOBODY, decrypt_facts
from sermo.members.credential_lines.k_anonymity import MemberFacts
from sermo.members.models import LineTally, ShownLine

# Tallies are padded to a multiple of this many bytes.
PADDING_STEP_BYTES = 65_536
CHUNK_ROWS = 5000


def count_deposits(week: dt.date) -> Counter[MemberFacts]:
    """Members who showed a line in this week, by facts; rows of nobody are left out."""
    counted: Counter[MemberFacts] = Counter()
    with transaction.atomic():
        ciphertexts = ShownLine.objects.filter(week=week).order_by()
        for ciphertext in ciphertexts.values_list("ciphertext", flat=True).iterator(CHUNK_ROWS):
            try:
                counted[decrypt_facts(bytes(ciphertext))] += 1
            except crypto.DecryptionError:
                continue
    del counted[NOBODY]
    return counted


def close_weeks(*, this_week: dt.date, oldest_week: dt.date) -> None:
    """Count each week that is over, once, and delete its deposits; delete what is too old."""
    deposits = ShownLine.objects.filter(week__lt=this_week).order_by()
    for week in deposits.values_list("week", flat=True).distinct():
        with transaction.atomic():
            store_tally(week, count_deposits(week))
            ShownLine.objects.filter(week=week).delete()
    LineTally.objects.filter(week__lt=oldest_week).delete()


def store_tally(week: dt.date, counted: Counter[MemberFacts]) -> None:
    """Store what was counted in the week, unless it was counted before."""
    rows = [LineTally(week=week, ciphertext=encrypt_tally(counted))]
    LineTally.objects.bulk_create(rows, ignore_conflicts=True)


def read_tallies(*, oldest_week: dt.date) -> dict[dt.date, Counter[MemberFacts]]:
    """What was counted in each closed week, by its Monday."""
    rows = LineTally.objects.filter(week__gte=oldest_week)
    return {row.week: decrypt_tally(bytes(row.ciphertext)) for row in rows}


def encrypt_tally(counted: Counter[MemberFacts]) -> bytes:
    """The counts, padded and encrypted to the INNER key."""
    plain = json.dumps([[*facts, n] for facts, n in sorted(counted.items())]).encode()
    return crypto.encrypt_to_public_key(
        KeyName.INNER_PUBLIC, crypto.pad_to_multiple(plain, PADDING_STEP_BYTES)
    )


def decrypt_tally(ciphertext: bytes) -> Counter[MemberFacts]:
    """What `encrypt_tally` encrypted. Raises `DecryptionError`; elsewhere `MissingKeyError`."""
    padded = crypto.decrypt_with_private_key(KeyName.INNER_PRIVATE, ciphertext)
    rows = json.loads(crypto.unpad_multiple(padded))
    return Counter({MemberFacts(*facts): n for *facts, n in rows})
