"""How claims are held against the diary: who counts, what is luck, and what is only told."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from tools.breach_drill import scoring, verdicts
from tools.breach_drill.attacks.stolen import Claim
from tools.breach_drill.combinations import COMBINATIONS, Combination
from tools.breach_drill.scoring import Truth, score
from tools.breach_drill.verdicts import Verdict

PEOPLE, POSTS = 300, 1350
BY_NAME = {combination.name: combination for combination in COMBINATIONS}


def key(kind: int, number: int) -> str:
    return str(UUID(int=kind << 64 | number))


def diary(*, people: int = PEOPLE, posts: int = POSTS) -> dict[str, Any]:
    """Each fifth asked for mail; posts are dealt out in turn, every third anonymous. Of the people
    every twentieth left.
    """
    persons = [
        {
            "id": key(1, n),
            "member": key(2, n),
            "email": f"{n}@mail.example",
            "handle": f"handle-{n}",
            "password": "",
            "joined_at": f"2026-03-{n % 28 + 1:02}T00:00:00+00:00",
            "alerts": n % 5 == 0,
            "weak": False,
            "early": False,
            "gone": n % 20 == 0,
            "banned": False,
        }
        for n in range(people)
    ]
    post_rows = [
        {
            "id": f"post{n:08}",
            "kind": "comment",
            "case": f"case{n:08}",
            "anonymous": n % 3 == 0,
            "member": key(2, n % people),
            "person": key(1, n % people),
            "alert": n % people % 5 == 0,
            "careless": False,
            "at": "2026-03-05T10:11:12+00:00",
        }
        for n in range(posts)
    ]
    return {"people": people, "persons": persons, "posts": post_rows, "votes": []}


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


def judged(
    combination: Combination, claims: list[Claim], truth: dict[str, Any], cohort: str = ""
) -> dict[str, Verdict]:
    results = verdicts.judge(combination, Truth.from_json(truth), partial(score, claims))
    own = (verdict for verdict in results if verdict.row.cohort == cohort)
    return {f"{verdict.row.attack} {verdict.row.kind}": verdict for verdict in own}


def test_luck_is_judged_by_what_it_is_on_average_and_evidence_by_what_it_wins() -> None:
    truth = diary()
    alone = BY_NAME["C alone"]

    lucky = judged(alone, claims_of(truth, right=3), truth)["T anonymous_account"]
    telling = judged(alone, claims_of(truth, right=20), truth)["T anonymous_account"]

    assert (lucky.passed, telling.passed) == (True, False)
    assert telling.row.p < verdicts.EVIDENCE
    assert telling.row.luck < telling.row.accuracy / 5


def test_shuffled_answers_win_a_blind_guess() -> None:
    truth = diary()
    indexed = Truth.from_json(truth)

    luck, _p = scoring.by_luck(
        claims_of(truth, right=0), indexed.targets("anonymous_account", ""), indexed, 0.0
    )

    assert 0.5 / PEOPLE < luck < 2 / PEOPLE


def test_leavers_count_in_the_whole_and_are_a_group_of_their_own() -> None:
    truth = diary()
    left = {person["id"] for person in truth["persons"] if person["gone"]}
    claims = [
        Claim("T", "anonymous_account", post["id"], post["member"], 1.0, 0.5)
        for post in truth["posts"]
        if post["person"] in left and post["anonymous"]
    ]

    everybody = judged(BY_NAME["C alone"], claims, truth)["T anonymous_account"]
    leavers = judged(BY_NAME["C alone"], claims, truth, "leavers")["T anonymous_account"]

    assert 0 < everybody.row.accuracy < leavers.row.accuracy == 1
    assert not everybody.passed
    assert not leavers.passed


def test_one_sure_claim_among_few_that_is_right_fails() -> None:
    truth = diary()
    post = next(post for post in truth["posts"] if post["anonymous"])
    claim = Claim("T", "anonymous_account", post["id"], post["member"], 1.0, 0.95)

    sure = judged(BY_NAME["C alone"], [claim], truth)["T anonymous_account"]
    unsure = judged(BY_NAME["C alone"], [claim._replace(confidence=0.4)], truth)

    assert not sure.passed
    assert unsure["T anonymous_account"].passed


def test_letters_give_those_who_asked_for_mail_under_their_name_and_nobody_else() -> None:
    truth = diary()
    named = [
        Claim("T", "named_person", post["id"], post["person"], 1.0, 0.95)
        for post in truth["posts"]
        if post["alert"] and not post["anonymous"]
    ]
    hidden = [claim._replace(kind="anonymous_person") for claim in claims_of(truth, right=0)]
    hidden = [
        claim._replace(right=post["person"], confidence=0.95)
        for claim, post in zip(hidden, (p for p in truth["posts"] if p["anonymous"]), strict=True)
        if post["alert"]
    ]

    without = judged(BY_NAME["community side"], named, truth)["T named_person"]
    given = judged(BY_NAME["community side, emails"], named, truth)["T named_person"]
    anonymous = judged(BY_NAME["community side, emails"], hidden, truth)["T anonymous_person"]

    assert (without.passed, given.passed, anonymous.passed) == (False, True, False)
    assert given.row.confident == 0


def test_what_is_held_against_no_limit_is_printed_all_the_same() -> None:
    truth = diary()
    post = truth["posts"][0]
    post["careless"] = True
    claims = [Claim("T", "anonymous_account", post["id"], post["member"], 1.0, 0.95)]

    results = judged(BY_NAME["C alone"], claims, truth)

    told, held = results["careless anonymous_account"], results["T anonymous_account"]
    assert (told.row.n, told.row.accuracy) == (1, 1.0)
    assert "told" in told.limit
    assert held.row.claims == 0
    assert held.passed


def test_a_minute_is_guessed_blindly_once_in_twenty() -> None:
    assert verdicts.blind_guess("minute", PEOPLE) == 1 / 20
    assert verdicts.blind_guess("named_person", PEOPLE) == 1 / PEOPLE


def test_few_targets_are_granted_one_hit() -> None:
    row = scoring.Row("T", "vote_account", "", 10, 0.1, 10, 0, 0, scoring.wilson(0.1, 10))
    alone = BY_NAME["C alone"]
    truth = Truth.from_json(diary(posts=0))

    def rows(hits: float) -> list[scoring.Row]:
        return [replace(row, accuracy=hits / 10)]

    (one,) = verdicts.judge(alone, truth, lambda _: rows(1))[:1]
    (two,) = verdicts.judge(alone, truth, lambda _: rows(2))[:1]

    assert (one.passed, two.passed) == (True, False)
    assert one.limit.startswith("share")
