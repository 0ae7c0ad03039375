"""Two reports, corrections or decisions at the same moment: the database decides."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from cases.models import CaseSearchEntry
from cases.policies import HIDDEN_WORDS
from sermo.core.errors import DomainError
from sermo.members.viewer import Viewer
from sermo.moderation.models import DecisionKind, HiddenText, ModerationDecision, Report
from sermo.moderation.services import covers
from sermo.moderation.services.reports import report_target
from tests.factories import make_case, make_comment, make_viewer
from tests.moderation.marking import decide, report_words
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "identity"])
NAME = "Zachary Placeholder"


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run all acts in threads of their own; the names of the rules that refused one, sorted."""
    start = threading.Barrier(len(acts))
    refused: list[str] = []
    failed: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            act()
        except DomainError as error:
            refused.append(type(error).__name__)
        except BaseException as error:  # reported by the assertion below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)
    assert failed == []
    return sorted(refused)


def kinds() -> list[str]:
    return sorted(ModerationDecision.objects.values_list("kind", flat=True))


def test_a_double_click_is_one_report(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler, history=f"{NAME} fell.")

    refused = at_once(*[lambda: report_words(blackwell, case, NAME)] * 4)

    assert refused == []
    assert Report.objects.count() == 1
    assert kinds() == ["cover"]
    case.refresh_from_db()
    assert case.history == f"{HIDDEN_WORDS} fell."


def test_a_double_click_on_the_other_form_is_one_report(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)

    at_once(*[lambda: report_target(viewer=blackwell, item=case, reason="abuse", note="x")] * 4)

    assert Report.objects.get().note == "x"


def test_two_reporters_at_once_hide_the_post(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    second = make_viewer("second")

    at_once(
        lambda: report_words(blackwell, case, NAME),
        lambda: report_words(second, case, NAME),
    )

    case.refresh_from_db()
    assert case.hidden_at is not None
    assert kinds() == ["cover", "takedown"]
    assert HiddenText.objects.get(field="history").original == f"{NAME} fell."
    assert not CaseSearchEntry.objects.get().is_listed


def test_many_reports_of_one_member_at_once_hide_three_posts(
    osler: Viewer, blackwell: Viewer
) -> None:
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(8)]

    at_once(*[lambda case=case: report_words(blackwell, case, NAME) for case in cases])

    assert Report.objects.count() == 8
    assert Report.objects.filter(cover="covered").count() == 3


@pytest.mark.parametrize("other", ["withdraw", "restore", "hide", "second"])
def test_a_correction_beside_another_act_leaves_one_true_state(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, other: str
) -> None:
    comment = make_comment(osler, make_case(osler), text=f"I know {NAME} well.")
    report_words(blackwell, comment, NAME)
    second = make_viewer("second")
    acts: dict[str, Callable[[], object]] = {
        "withdraw": lambda: covers.withdraw_report(viewer=blackwell, item=comment),
        "restore": lambda: decide(moderator, comment, DecisionKind.RESTORE),
        "hide": lambda: decide(moderator, comment, DecisionKind.HIDE),
        "second": lambda: report_words(second, comment, NAME),
    }

    at_once(
        lambda: covers.correct_words(viewer=osler, item=comment, replacements={NAME: "a man"}),
        acts[other],
    )

    comment.refresh_from_db()
    original, hidden, new = (f"I know {words} well." for words in (NAME, HIDDEN_WORDS, "a man"))
    log = kinds()
    assert comment.text == (new if "mend" in log else hidden if other == "hide" else original)
    assert HiddenText.objects.exists() == (comment.text == hidden)
    assert (comment.hidden_at is not None) == ("hide" in log or "takedown" in log)


def test_undoing_twice_at_once_is_undoing_once(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    report_words(blackwell, case, NAME)

    refused = at_once(*[lambda: covers.withdraw_report(viewer=blackwell, item=case)] * 3)

    assert refused == []
    assert kinds() == ["cover", "withdraw"]
    case.refresh_from_db()
    assert case.history == f"{NAME} fell."
