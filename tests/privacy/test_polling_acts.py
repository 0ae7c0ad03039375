"""A polling member learns nothing of a colleague's answer, or of an anonymous author's act.

Each act is done once in an afternoon that is otherwise quiet. Until its mark every page that the
reader can fetch has the bytes of the quiet afternoon; after the mark some page must differ, or the
comparison would show nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from cases.drafts.content import OutcomeContent
from cases.services.comments import add_update
from cases.services.outcomes import mark_solved
from polls.models import Poll
from polls.services import AnswerInput, decline_answer, submit_answer
from polls.services.decisive_tests import report_test_result
from polls.services.quiz import answer_quiz
from sermo.members.viewer import Viewer
from tests.factories import client_for, make_viewer
from tests.factories_polls import case_of, option
from tests.privacy.polling import (
    Answers,
    World,
    assert_same,
    at,
    changed_addresses,
    make_world,
    poll_pages,
    run_jobs,
)

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Act = Callable[[World], None]
OUTCOME = OutcomeContent("Zebrosis", "certain", "test", "Look twice.")
NEW: dict[str, Any] = {"added": "Zoonotic zebrosis", "decisive_test": "An old film"}


def _answer(
    viewer: Viewer, poll: Poll, label: str = "", *, is_change: bool = False, **fields: Any
) -> None:
    ranked = [option(poll, label)] if label else []
    given = AnswerInput(ranked, **fields)
    submit_answer(viewer=viewer, poll=poll, answer=given, is_change=is_change)


def answer_first(world: World) -> None:
    _answer(make_viewer("new"), world.poll, "Gout", confidence=5)


def answer_with_a_new_diagnosis_and_a_test(world: World) -> None:
    moved = option(world.poll, "Lupus")
    _answer(make_viewer("new"), world.poll, "Gout", changes_to=moved, **NEW)


def answer_with_anonymous_reasons_in_one_form(world: World) -> None:
    form = {
        "choice": str(option(world.poll, "Lupus").pk), "reasoning": "Because.",
        "shown_as": "anonymous", "idempotency_key": str(uuid.uuid4()),
    }  # fmt: skip
    response = client_for(make_viewer("new")).post(f"/polls/{world.poll.public_id}/vote/", form)
    assert response.status_code == 302


def change_an_answer(world: World) -> None:
    _answer(world.colleague, world.poll, "Lupus", is_change=True, **NEW)


def answer_after_skipping(world: World) -> None:
    client = client_for(make_viewer("new"))
    assert client.post(f"{world.case.get_absolute_url()}read/").status_code == 302
    form = {"choice": str(option(world.poll, "Lupus").pk), "change": "1"}
    assert client.post(f"/polls/{world.poll.public_id}/vote/", form).status_code == 302


def vote_in_a_case(world: World) -> None:
    _answer(make_viewer("new"), world.opinion, "Operate")


def vote_in_the_community(world: World) -> None:
    _answer(make_viewer("new"), world.community, "B")


def change_a_vote_in_the_community(world: World) -> None:
    _answer(world.colleague, world.community, "B", is_change=True)


def answer_an_urgent_case(world: World) -> None:
    _answer(make_viewer("new"), world.soon, "Lupus", **NEW)


def guess_as_the_anonymous_author(world: World) -> None:
    _answer(world.author, world.hidden, **NEW)


def record_the_outcome_anonymously(world: World) -> None:
    said = [*world.anonymous.comments.all()[:1]]
    mark_solved(viewer=world.author, case=world.anonymous, outcome=OUTCOME, credited=said)


def record_the_outcome_of_a_poll_anonymously(world: World) -> None:
    mark_solved(viewer=world.author, case=case_of(world.hidden), outcome=OUTCOME)


def add_an_update_anonymously(world: World) -> None:
    case, key = case_of(world.hidden), uuid.uuid4()
    add_update(viewer=world.author, case=case, text="Day 2.", idempotency_key=key)


def tell_the_result_of_a_test_anonymously(world: World) -> None:
    report_test_result(
        viewer=world.author, decisive_test=world.hidden.decisive_tests.get(), text="Clean.",
        idempotency_key=uuid.uuid4(),
    )  # fmt: skip


def answer_a_quiz(world: World) -> None:
    key = world.solved.outcome.concept_id
    assert key is not None
    answer_quiz(
        viewer=make_viewer("new"), case_id=world.solved.pk, ranked=[key], confidence=3
    )  # fmt: skip


def decline_an_own_answer(world: World) -> None:
    decline_answer(viewer=world.author, case=case_of(world.hidden))


# The act, its mark, and whether any page shows it from then on.
ACTS: list[tuple[Act, str, bool]] = [
    *((act, "03:20", True) for act in (
        answer_first, answer_with_a_new_diagnosis_and_a_test,
        answer_with_anonymous_reasons_in_one_form, change_an_answer, answer_after_skipping,
        vote_in_a_case, vote_in_the_community,
        guess_as_the_anonymous_author, record_the_outcome_anonymously,
        record_the_outcome_of_a_poll_anonymously, add_an_update_anonymously,
        tell_the_result_of_a_test_anonymously,
    )),
    (answer_an_urgent_case, "03:10", True),
    # Changes are released in steps of five answers.
    (change_a_vote_in_the_community, "03:20", False),
    (answer_a_quiz, "03:20", False),
    (decline_an_own_answer, "03:20", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("act", "mark", "is_shown"), ACTS, ids=[act.__name__ for act, _mark, _shown in ACTS]
)
def test_no_page_tells_of_it_before_the_mark(
    act: Act, mark: str, is_shown: bool, settings: Any, time_machine: Any
) -> None:
    world = make_world(settings, time_machine)
    last = "03:09" if mark == "03:10" else "03:19"
    everything, few = world.addresses, list(world.polls_and_cases())
    nothing = transaction.savepoint()
    run_jobs("03:07", time_machine)
    quiet = poll_pages(world, [last], time_machine)
    world.addresses = few
    quiet |= poll_pages(world, [mark], time_machine)
    transaction.savepoint_rollback(nothing)

    time_machine.move_to(at("03:07:10"), tick=False)
    act(world)
    run_jobs("03:07", time_machine)
    world.addresses = everything
    busy = poll_pages(world, [last], time_machine)

    assert len(busy) > 60
    assert_same(quiet, busy)
    world.addresses = few
    shown = poll_pages(world, [mark], time_machine)
    assert bool(changed_addresses(quiet, shown)) == is_shown


def test_two_marks_tell_of_two_answers_each_at_its_own(settings: Any, time_machine: Any) -> None:
    world = make_world(settings, time_machine)
    first, second = make_viewer("first"), make_viewer("second")
    times = ["03:07", "03:20", "03:21", "03:39", "03:40"]
    world.addresses = [f"/polls/for-case/{world.case.public_id}/"]
    seen: Answers = {}
    for time in times:
        seen |= poll_pages(
            world, [time], time_machine,
            {"03:07": lambda: _answer(first, world.poll, "Gout"),
             "03:21": lambda: _answer(second, world.poll, "Lupus")}.get(time),
        )  # fmt: skip
    texts = [seen[time, world.addresses[0]].decode() for time in times]
    counts = [next(n for n in (2, 3, 4) if f"{n} answers given blind" in text) for text in texts]
    assert counts == [2, 3, 3, 3, 4]
