"""Attacks on answers: each finds what is planted, and nothing where nothing is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.breach_drill import attacks
from tools.breach_drill.attacks.claims import Claim

DOCTORS = ("a" * 32, "b" * 32)
CASE, POLL = "c" * 32, "d" * 32
BALLOT = "00000000-0000-4000-8000-00000000000e"
Rows = dict[str, list[dict[str, Any]]]


def rows() -> Rows:
    """Two doctors; one says something under a name at ten past ten; somebody answers a poll."""
    return {
        "members_member": [
            {"id": key, "wants_mail": False, "identity_escrow": ""} for key in DOCTORS
        ],
        "moderation_note": [
            {"id": 1, "member_id": DOCTORS[0], "said_at": "2026-03-05T10:10:00+00:00"},
            {"id": 2, "member_id": DOCTORS[1], "said_at": "2026-03-05T15:20:00+00:00"},
        ],
        "polls_poll": [{"id": POLL, "case_id": CASE}],
        "polls_answer": [
            {
                "id": BALLOT,
                "poll_id": POLL,
                "pseudonym": "\\x" + "12" * 16,
                "specialty": "",
                "cast_at": "2026-03-05T23:00:00+00:00",
            }
        ],
        "notifications_event": [],
    }


def found(folder: Path, tables: Rows) -> list[Claim]:
    for name, those in tables.items():
        path = folder / "C1" / "C" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        numbered = [{"ctid": f"(0,{n})", "xmin": 7, **row} for n, row in enumerate(those, 1)]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in numbered))
    claims = attacks.run(folder, frozenset({"C"}), frozenset())
    return [claim for claim in claims if claim.left == BALLOT]


def test_an_answer_of_nobody_is_linked_to_nobody(tmp_path: Path) -> None:
    assert found(tmp_path, rows()) == []


def test_the_hour_of_an_answer_names_its_author(tmp_path: Path) -> None:
    stolen_rows = rows()
    stolen_rows["polls_answer"][0]["cast_at"] = "2026-03-05T10:00:00+00:00"

    (claim,) = found(tmp_path, stolen_rows)

    assert (claim.attack, claim.kind, claim.credit) == ("T", "vote_account", 1.0)
    assert claim.right.replace("-", "") == DOCTORS[0]


@pytest.mark.parametrize(("at", "credit"), [("10:00", 1.0), ("00:00", 0.5)])
def test_the_hour_of_the_word_that_somebody_answered_is_a_name(
    at: str, credit: float, tmp_path: Path
) -> None:
    stolen_rows = rows()
    stolen_rows["notifications_event"] = [
        {
            "kind": "answer",
            "subject": CASE,
            "parent_comment_id": None,
            "happened_at": f"2026-03-05T{at}:00+00:00",
        }
    ]

    claims = [claim for claim in found(tmp_path, stolen_rows) if claim.attack == "T answer"]

    assert {claim.kind for claim in claims} == {"vote_account"}
    assert [claim.credit for claim in claims] == [credit] * round(1 / credit)


def test_an_account_on_an_answer_is_found(tmp_path: Path) -> None:
    stolen_rows = rows()
    stolen_rows["polls_answer"][0]["voter_id"] = DOCTORS[1]

    (claim,) = [claim for claim in found(tmp_path, stolen_rows) if claim.attack == "E"]

    assert (claim.kind, claim.credit, claim.confidence) == ("vote_account", 1.0, 0.95)
    assert claim.right.replace("-", "") == DOCTORS[1]
