"""How claims are held against the diary: who counts, what is luck, and what is only told."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from tools.breach_drill import scoring, verdicts
from tools.breach_drill.attacks.claims import Claim
from tools.breach_drill.combinations import COMBINATIONS, Combination
from tools.breach_drill.scoring import Row, Truth, score

PEOPLE, POSTS = 300, 450
BY_NAME = {combination.name: combination for combination in COMBINATIONS}


def key(kind: int, number: int) -> str:
    return str(UUID(int=kind << 64 | number))


def diary(*, people: int = PEOPLE, posts: int = POSTS) -> dict[str, Any]:
    """Each fifth asked for mail; posts are dealt out in turn, every third anonymous."""
    persons = [
        {
            "id": key(1, n),
            "member": key(2, n),
            "npi": str(n),
            "email": f"{n}@mail.example",
            "password": "",
            "joined_at": f"2026-03-{n % 28 + 1:02}T00:00:00+00:00",
            "alerts": n % 5 == 0,
            "weak": False,
            "newest": False,
            "rare": False,
            "gone": False,
        }
        for n in range(people)
    ]
    post_rows = [
        {
            "id": f"post{n:08}",
            "case": f"case{n:08}",
            "anonymous": n % 3 == 0,
            "real_name": False,
            "member": key(2, n % people),
            "person": key(1, n % people),
            "gone": False,
            "alert": n % people % 5 == 0,
            "careless": False,
        }
        for n in range(posts)
    ]
    return {"people": people, "persons": persons, "posts": post_rows}


def claims_of(truth: dict[str, Any], *, right: int) -> list[Claim]:
    """Each anonymous post is somebody's: so many are right, and no other is."""
    anonymous_posts = [post for post in truth["posts"] if post["anonymous"]]
    chance = random.Random(7)
    rights = {post["id"] for post in chance.sample(anonymous_posts, right)}
    claims = []
    for post in anonymous_posts:
        others = [key(2, n) for n in range(PEOPLE) if key(2, n) != post["member"]]
        named = post["member"] if post["id"] in rights else chance.choice(others)
        claims.append(Claim("T", "anonymous_account", post["id"], named, 1.0, 0.4))
    return claims


def judged(combination: Combination, claims: list[Claim], truth: dict[str, Any]) -> dict[str, Any]:
    rows = verdicts.rows_that_count(
        combination, truth, lambda part: score(claims, Truth.from_json(part))
    )
    judged_rows = verdicts.judge(combination, rows, truth)
    return {f"{verdict.row.attack} {verdict.row.kind}": verdict for verdict in judged_rows}


def test_luck_is_judged_by_what_it_is_on_average_and_evidence_by_what_it_wins() -> None:
    truth = diary(posts=3 * POSTS)
    alone = BY_NAME["C alone"]

    lucky = judged(alone, claims_of(truth, right=3), truth)["T anonymous_account"]
    telling = judged(alone, claims_of(truth, right=20), truth)["T anonymous_account"]

    assert (lucky.passed, telling.passed) == (True, False)
    assert telling.row.p < verdicts.EVIDENCE
    assert telling.row.luck < telling.row.accuracy / 5


def test_shuffled_answers_win_a_blind_guess() -> None:
    truth = diary(posts=3 * POSTS)
    claims = claims_of(truth, right=0)
    indexed = Truth.from_json(truth)
    targets = {post["id"]: {post["member"]} for post in truth["posts"] if post["anonymous"]}

    luck, _p = scoring.by_luck(claims, targets, indexed, 0.0)

    assert 0.5 / PEOPLE < luck < 2 / PEOPLE


def test_letters_give_those_who_asked_for_mail_under_their_name_and_nobody_else() -> None:
    truth = diary()
    named = [
        Claim("T", "named_person", post["id"], post["person"], 1.0, 0.95)
        for post in truth["posts"]
        if post["alert"] and not post["anonymous"]
    ]

    without = judged(BY_NAME["community side but emails"], named, truth)
    given = judged(BY_NAME["community side"], named, truth)

    assert not without["T named_person"].passed
    assert given["T named_person"].passed
    assert given["T named_person"].row.confident == 0


def test_what_is_anonymous_counts_also_of_those_who_asked_for_mail() -> None:
    truth = diary()
    claims = [
        Claim("T", "anonymous_person", post["id"], post["person"], 1.0, 0.95)
        for post in truth["posts"]
        if post["alert"] and post["anonymous"]
    ]

    for name in ("community side", "community side, MAIL", "everything"):
        assert not judged(BY_NAME[name], claims, truth)["T anonymous_person"].passed


def test_what_is_held_against_no_limit_is_printed_all_the_same() -> None:
    truth = diary()
    truth["posts"][0]["careless"] = True
    post = truth["posts"][0]
    claims = [Claim("T", "anonymous_account", post["id"], post["member"], 1.0, 0.95)]

    def scored(part: dict[str, Any]) -> list[Row]:
        return score(claims, Truth.from_json(part))

    (reported,) = verdicts.reported_rows(BY_NAME["C alone"], truth, scored)
    held = judged(BY_NAME["C alone"], claims, truth)["T anonymous_account"]

    assert (reported.row.attack, reported.row.n, reported.row.accuracy) == ("careless", 1, 1.0)
    assert "told at posting" in reported.limit
    assert held.row.claims == 0
    assert held.passed


def test_an_answer_beside_a_post_under_a_name_is_reported_apart() -> None:
    """The case's page shows who spoke there: of few, one may guess who answered."""
    truth = diary()
    people = truth["persons"]
    truth["votes"] = [
        {
            "id": f"answer{n}",
            "member": people[n]["member"],
            "person": people[n]["id"],
            "gone": False,
            "careless": n == 0,
        }
        for n in range(2)
    ]
    vote = truth["votes"][0]
    claims = [Claim("T", "vote_account", vote["id"], vote["member"], 1.0, 0.95)]

    def scored(part: dict[str, Any]) -> list[Row]:
        return score(claims, Truth.from_json(part))

    (reported,) = verdicts.reported_rows(BY_NAME["C alone"], truth, scored)
    held = judged(BY_NAME["C alone"], claims, truth)["T vote_account"]

    assert (reported.row.attack, reported.row.n, reported.row.accuracy) == ("careless", 1, 1.0)
    assert "privacy page" in reported.limit
    assert (held.row.n, held.row.accuracy) == (1, 0.0)
