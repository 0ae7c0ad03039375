"""A report of patient details hides words or a picture until somebody acts (decision 0032)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Case, CaseSearchEntry, CaseStats, Comment
from cases.policies import HIDDEN_WORDS
from cases.selectors.case_page import case_pictures
from polls.models import DecisiveTest, Poll, PollKind
from sermo.audit.services import first_broken_position
from sermo.core.quotas import REPORTS, QuotaReached
from sermo.members.viewer import Viewer
from sermo.moderation import errors, policies
from sermo.moderation.models import (
    CoverState,
    DecisionKind,
    HiddenText,
    ModerationDecision,
    Report,
    StoppedReporter,
)
from sermo.moderation.selectors.reporters import covers_left, is_stopped, reports_of
from sermo.moderation.selectors.reports import open_reports
from sermo.moderation.services import covers, hidden_words, reporters
from sermo.moderation.services.reports import report_target
from sermo.notifications.models import Event, EventKind, NotificationEmail
from sermo.notifications.selectors.inbox import inbox
from tests.factories import make_case, make_comment
from tests.factories_cases import solve
from tests.moderation.marking import decide, make_picture, report_words

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
NAME = "Zachary Placeholder"
TABLES_OF_A_CASE = (
    "cases_case", "cases_outcome", "cases_image", "cases_comment", "polls_poll",
    "polls_answeroption", "polls_decisivetest",
)  # fmt: skip
PLACES = (
    "title", "question", "history", "laboratory", "tags", "outcome", "caption", "alt", "poll",
)  # fmt: skip


def kinds() -> list[str]:
    return sorted(ModerationDecision.objects.values_list("kind", flat=True))


def make_target(author: Viewer, kind: str) -> Any:
    """One of what can be reported, with the name in its text only."""
    if kind == "poll":
        return Poll.objects.create(
            kind=PollKind.OPINION,
            question=f"Who treats {NAME}?",
            opened_at=timezone.now(),
            asked_by=author.member,
        )
    case = make_case(author, history=f"{NAME} fell." if kind == "case" else "")
    if kind == "case":
        return case
    if kind == "picture":
        return make_picture(case, caption="An arm")
    text = f"I know {NAME} well."
    return make_comment(author, case, text=text, kind="comment" if kind == "comment" else "update")


def shown_text(item: Any) -> str:
    item.refresh_from_db()
    for name in ("history", "text", "question"):
        if hasattr(item, name):
            return str(getattr(item, name))
    return "covered" if item.covered_at else "shown"


@pytest.mark.parametrize("kind", ["case", "comment", "update", "poll", "picture"])
def test_a_report_hides_what_it_marks_and_nothing_else(
    osler: Viewer, blackwell: Viewer, kind: str
) -> None:
    item = make_target(osler, kind)
    words = () if kind == "picture" else (NAME,)

    report = report_words(blackwell, item, *words)

    assert report.cover == CoverState.COVERED
    text = shown_text(item)
    assert text == "covered" if kind == "picture" else HIDDEN_WORDS in text
    assert NAME not in text
    assert item.hidden_at is None
    assert kinds() == ["cover"]
    assert ModerationDecision.objects.get().moderator is None


@pytest.mark.parametrize("kind", ["case", "comment", "update", "poll", "picture"])
@pytest.mark.parametrize("end", ["withdrawn", "restored"])
def test_the_reporter_or_a_moderator_brings_all_of_it_back(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, kind: str, end: str
) -> None:
    item = make_target(osler, kind)
    before = shown_text(item)
    report = report_words(blackwell, item, *([] if kind == "picture" else [NAME]))

    if end == "withdrawn":
        covers.withdraw_report(viewer=blackwell, item=item)
    else:
        decide(moderator, item, DecisionKind.RESTORE)

    assert shown_text(item) == before
    report.refresh_from_db()
    assert report.cover == end
    assert report.resolved_at is not None
    assert not HiddenText.objects.exists()
    assert not open_reports()
    assert kinds() == ["cover", "withdraw" if end == "withdrawn" else "restore"]
    assert first_broken_position("community") is None


def texts_of_a_case() -> list[str]:
    """Every row that a page of a case can show a text of."""
    rows = []
    with connection.cursor() as cursor:
        for table in TABLES_OF_A_CASE:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")  # noqa: S608
            rows += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    return sorted(rows)


@pytest.mark.parametrize("place", PLACES)
def test_the_words_are_hidden_in_every_text_of_the_case(
    osler: Viewer, blackwell: Viewer, place: str
) -> None:
    case = make_case(osler)
    if place in {"caption", "alt"}:
        make_picture(case, **{place: f"Hand of {NAME}"})
    elif place == "poll":
        poll = Poll.objects.create(
            kind=PollKind.OPINION, question=f"{NAME}?", opened_at=case.posted_at, case=case
        )
        for label in (NAME, f"{NAME} {NAME}", NAME.upper()):
            poll.options.create(label=label)
        poll.decisive_tests.create(text=f"A film of {NAME}", folded="a film")
    elif place == "outcome":
        solve(osler, case, diagnosis=f"Gout of {NAME}")
    else:
        value = [NAME] if place == "tags" else f"About {NAME} here"
        Case.objects.filter(pk=case.pk).update(**{place: value})
    case.refresh_from_db()
    before = texts_of_a_case()
    assert any(NAME in row for row in before)

    report_words(blackwell, case, NAME)

    assert [row for row in texts_of_a_case() if NAME.lower() in row.lower()] == []
    hidden_words.show_words(case)
    assert texts_of_a_case() == before


@pytest.mark.parametrize(
    ("marked", "text", "hidden"),
    [
        ("Zachary  Placeholder", "Mr Zachary\n Placeholder came", "Mr # came"),
        ("zachary placeholder", "Mr ZACHARY Placeholder came", "Mr # came"),
        ("“Zachary”", "Zachary and Zacharyson", "# and Zacharyson"),
        ("Zoe Q", "Zoe Q. and Zoe Quentin", "#. and Zoe Quentin"),
        ("an", "an antelope and an ant", "# antelope and # ant"),
        ("Zachary\n\nPlaceholder", "Placeholder, Zachary", "#, #"),
        ("Zoë", "Zoe\u0308 came", "# came"),
        ("田中", "田中さんは", "#さんは"),
        ("Ann", "Annさんは", "#さんは"),
        ("김철수", "김철수는", "#는"),
        ("report", "a report of", "a # of"),
        ("a.b", "acb a.b", "acb #"),
    ],
)
def test_words_are_found_whatever_their_white_space_case_and_form(
    marked: str, text: str, hidden: str
) -> None:
    passages = policies.passages_of(marked)

    assert policies.missing_passages(passages, [text]) == []
    pattern = policies.pattern_of(passages)
    assert policies.hide_words(pattern, text) == hidden.replace("#", HIDDEN_WORDS)


def test_words_that_are_not_in_the_post_are_refused_and_hide_nothing(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")

    with pytest.raises(errors.WordsNotInPost):
        report_words(blackwell, case, "Quentin Nobody")
    with pytest.raises(errors.WordsNotInPost):
        report_words(blackwell, case)

    assert NAME in shown_text(case)
    assert not Report.objects.exists()


@pytest.mark.parametrize("part", ["th", "he", "Zacha", "ary", "achar", "Zachary Place", "fell.\nT"])
def test_parts_of_words_are_refused_so_that_they_shred_nothing_and_tell_nothing(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, part: str
) -> None:
    """Also of words that are hidden: they could be guessed letter by letter."""
    case = make_case(osler, history=f"{NAME} fell. There, the others bathed.")
    with pytest.raises(errors.WordsNotInPost):
        report_words(blackwell, case, *policies.passages_of(part))

    report_words(garrett, case, NAME)
    with pytest.raises(errors.WordsNotInPost):
        report_words(blackwell, case, *policies.passages_of(part))


LONG = " ".join(f"word{n} the of in" for n in range(400))


@pytest.mark.parametrize(
    "words",
    [["the"], ["the", "of", "in"], [" ".join(LONG.split()[:150])]],
    ids=["one word in many places", "words without meaning", "a long passage"],
)
@pytest.mark.parametrize("first", [[], ["word7"]], ids=["at once", "added to a report"])
def test_one_report_hides_no_more_than_some_words_of_a_post(
    osler: Viewer, blackwell: Viewer, words: list[str], first: list[str]
) -> None:
    case = make_case(osler, history=LONG)
    if first:
        report_words(blackwell, case, *first)
    before = shown_text(case)

    with pytest.raises(errors.TooMuchMarked):
        report_words(blackwell, case, *words)

    assert shown_text(case) == before


def test_a_report_grows_to_twenty_passages_and_no_passage_is_dropped_in_silence(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler, history=LONG)
    report_words(blackwell, case, *(f"word{n}" for n in range(15)))
    report_words(blackwell, case, *(f"word{n}" for n in range(10, 20)))

    with pytest.raises(errors.TooMuchMarked):
        report_words(blackwell, case, "word20")

    assert "word19 " not in shown_text(case)
    assert "word20 " in shown_text(case)


def test_how_much_is_hidden_tells_nothing_of_an_outcome_that_the_member_cannot_see(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler, purpose="teaching", history="Lupus? " * 40)
    solve(osler, case, diagnosis="Lupus")
    Case.objects.filter(pk=case.pk).update(status="case_study")
    case.refresh_from_db()

    assert report_words(blackwell, case, "Lupus").cover == CoverState.COVERED


def test_an_outcome_that_the_member_cannot_see_cannot_be_guessed(
    osler: Viewer, blackwell: Viewer
) -> None:
    """Otherwise the answer to a report would tell the diagnosis."""
    case = make_case(osler, purpose="teaching")
    solve(osler, case, diagnosis="Lupus")
    Case.objects.filter(pk=case.pk).update(status="case_study")
    case.refresh_from_db()

    with pytest.raises(errors.WordsNotInPost):
        report_words(blackwell, case, "Lupus")


def test_hidden_words_are_not_found_by_search_and_are_again_afterwards(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler, title=f"Rash of {NAME}")

    def found(words: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT vector @@ plainto_tsquery('english', %s) FROM cases_casesearchentry",
                [words],
            )
            return bool(cursor.fetchone()[0])

    report_words(blackwell, case, NAME)

    assert not found(NAME)
    assert not found("hidden report")
    assert CaseSearchEntry.objects.get().is_listed
    covers.withdraw_report(viewer=blackwell, item=case)
    assert found(NAME)


def test_a_picture_leaves_a_sentence_for_others_and_its_file_is_not_served(
    osler: Viewer, blackwell: Viewer, client_for: Callable[..., Any]
) -> None:
    case = make_case(osler)
    image = make_picture(case, caption="An arm")
    report_words(blackwell, image)

    case = Case.objects.get()
    picture = case_pictures(case)[0]
    page = client_for(blackwell).get(case.get_absolute_url()).content.decode()

    assert (picture.src, picture.caption, picture.withheld_reason) == ("", "", "covered")
    assert "Hidden after a report: possible patient details." in page
    assert "An arm" not in page
    assert client_for(blackwell).get(f"/media/{image.public_id}/480/").status_code == 404
    assert case_pictures(case, includes_withheld=True)[0].caption == "An arm"


def test_the_author_gets_a_notification_that_leads_to_the_words(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    case = make_case(garrett)
    named = make_comment(osler, case, text=f"{NAME} is ill.")
    anonymous = make_comment(osler, case, text=f"{NAME} is well.", anonymous=True)

    for item in (named, anonymous):
        report_words(blackwell, item, NAME)

    events = Event.objects.filter(kind=EventKind.COVER)
    assert {event.path for event in events} == {
        f"/moderation/correct/comment/{item.public_id}/" for item in (named, anonymous)
    }
    assert not NotificationEmail.objects.exists()
    texts = [item.text for group in inbox(osler) for item in group.items]
    assert texts.count("A colleague reported patient details in your post. Correct it now") >= 1
    assert inbox(garrett) == [] or not any(
        "reported patient details" in item.text for group in inbox(garrett) for item in group.items
    )


@pytest.mark.parametrize("kind", ["case", "comment", "update", "poll"])
def test_the_author_corrects_the_words_and_colleagues_see_the_post_at_once(
    osler: Viewer, blackwell: Viewer, kind: str
) -> None:
    item = make_target(osler, kind)
    report = report_words(blackwell, item, NAME)

    is_changed = covers.correct_words(viewer=osler, item=item, replacements={NAME: "the patient"})

    assert is_changed
    assert "the patient" in shown_text(item)
    report.refresh_from_db()
    assert (report.cover, report.passages) == (CoverState.MENDED, [])
    assert not HiddenText.objects.exists()
    assert kinds() == ["cover", "mend"]
    assert not open_reports()
    assert not covers.correct_words(viewer=osler, item=item, replacements={NAME: "again"})


def test_words_without_a_replacement_are_removed(osler: Viewer, blackwell: Viewer) -> None:
    comment = make_comment(osler, make_case(osler), text=f"I know {NAME} well.")
    report_words(blackwell, comment, NAME)

    covers.correct_words(viewer=osler, item=comment, replacements={})

    assert shown_text(comment) == "I know [removed] well."


def test_a_correction_that_keeps_the_words_is_refused(osler: Viewer, blackwell: Viewer) -> None:
    comment = make_comment(osler, make_case(osler), text=f"I know {NAME} well.")
    report_words(blackwell, comment, NAME)

    with pytest.raises(errors.WordsRemain):
        covers.correct_words(viewer=osler, item=comment, replacements={NAME: f"Mr {NAME.lower()}"})

    assert shown_text(comment) == f"I know {HIDDEN_WORDS} well."


def test_only_the_author_corrects(osler: Viewer, blackwell: Viewer, garrett: Viewer) -> None:
    comment = make_comment(osler, make_case(osler), text=f"I know {NAME} well.")
    report_words(blackwell, comment, NAME)

    assert not covers.correct_words(viewer=garrett, item=comment, replacements={})

    assert HIDDEN_WORDS in shown_text(comment)


def test_the_author_removes_a_reported_picture(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    image = make_picture(case)
    report_words(blackwell, image)

    assert covers.remove_picture(viewer=osler, item=image)
    assert not covers.remove_picture(viewer=osler, item=image)

    assert not case.images.exists()
    assert CaseStats.objects.get(case=case).n_images == 0
    assert kinds() == ["cover", "mend"]


@pytest.mark.parametrize("kind", ["case", "comment", "update", "poll", "picture"])
def test_the_report_of_a_second_member_hides_the_whole_post(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, moderator: Viewer, kind: str
) -> None:
    item = make_target(osler, kind)
    words = () if kind == "picture" else (NAME,)
    report_words(blackwell, item, *words)

    report_words(garrett, item, *words)

    item.refresh_from_db()
    assert item.hidden_at is not None
    assert kinds() == ["cover", "takedown"]
    with pytest.raises(errors.ReportAlreadyActedOn):
        covers.withdraw_report(viewer=blackwell, item=item)
    assert len(open_reports()) == 1
    decide(moderator, item, DecisionKind.RESTORE)
    item.refresh_from_db()
    assert item.hidden_at is None
    assert NAME in shown_text(item) or kind == "picture"


def test_a_post_that_two_members_reported_stays_hidden_until_a_moderator_has_seen_the_correction(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, moderator: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    for viewer in (blackwell, garrett):
        report_words(viewer, case, NAME)

    covers.correct_words(viewer=osler, item=case, replacements={})

    case.refresh_from_db()
    assert (case.history, case.hidden_at is None) == ("[removed] fell.", False)
    assert len(open_reports()) == 1
    decide(moderator, case, DecisionKind.RESTORE)
    case.refresh_from_db()
    assert (case.history, case.hidden_at) == ("[removed] fell.", None)


def test_a_moderator_makes_it_a_hidden_post(
    osler: Viewer, blackwell: Viewer, moderator: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    report_words(blackwell, case, NAME)

    decide(moderator, case, DecisionKind.HIDE)

    case.refresh_from_db()
    assert case.hidden_at is not None
    assert not open_reports()
    assert kinds() == ["cover", "hide"]


def test_the_same_member_counts_once(osler: Viewer, blackwell: Viewer) -> None:
    """A double click, or more words found later, is no second report."""
    case = make_case(osler, history=f"{NAME} of Placetown fell.")

    for words in ((NAME,), (NAME,), ("Placetown",)):
        report_words(blackwell, case, *words)

    assert shown_text(case) == f"{HIDDEN_WORDS} of {HIDDEN_WORDS} fell."
    assert case.hidden_at is None
    assert Report.objects.get().passages == [NAME, "Placetown"]
    assert kinds() == ["cover"]


def test_three_reports_a_day_hide_something_and_later_ones_reach_the_moderators_only(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    time_machine.move_to(dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC), tick=False)
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(5)]

    states = [report_words(blackwell, case, NAME).cover for case in cases[:4]]

    assert states == ["covered", "covered", "covered", ""]
    assert NAME in shown_text(cases[3])
    assert len(open_reports()) == 4
    covers.withdraw_report(viewer=blackwell, item=cases[0])
    assert covers_left(blackwell) == 0, "undoing gives nothing back"
    time_machine.move_to(dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC), tick=False)
    assert report_words(blackwell, cases[4], NAME).cover == "covered"


def test_one_report_of_the_first_week_hides_something(osler: Viewer, blackwell: Viewer) -> None:
    newcomer = Viewer(blackwell.member, blackwell.secret, is_newcomer=True)
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(2)]

    states = [report_words(newcomer, case, NAME).cover for case in cases]

    assert states == ["covered", ""]


def test_over_the_limit_a_second_report_does_not_hide_the_post(
    osler: Viewer, blackwell: Viewer, garrett: Viewer
) -> None:
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(4)]
    for case in cases[:3]:
        report_words(blackwell, case, NAME)
    report_words(garrett, cases[3], NAME)

    report_words(blackwell, cases[3], NAME)

    cases[3].refresh_from_db()
    assert cases[3].hidden_at is None


def test_words_that_a_moderator_kept_are_not_hidden_again_and_others_are(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, moderator: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} of Placetown fell.")
    report_words(blackwell, case, NAME)
    decide(moderator, case, DecisionKind.RESTORE)

    again = report_words(garrett, case, NAME.upper())
    assert again.cover == CoverState.NONE
    assert NAME in shown_text(case)
    report_words(garrett, case, "Placetown")

    assert shown_text(case) == f"{NAME} of {HIDDEN_WORDS} fell."


@pytest.mark.parametrize("kind", [DecisionKind.DISMISS, DecisionKind.RESTORE, DecisionKind.CLOSE])
def test_a_resolved_report_of_another_reason_does_not_switch_hiding_off(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, moderator: Viewer, kind: DecisionKind
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    report_target(viewer=garrett, item=case, reason="abuse", note="")
    decide(moderator, case, kind)

    assert report_words(blackwell, case, NAME).cover == CoverState.COVERED


def test_a_second_report_after_the_first_was_resolved_is_not_lost(
    osler: Viewer, blackwell: Viewer, moderator: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} of Placetown fell.")
    for reason in ("abuse", "patient"):
        for words in (NAME, "Placetown"):
            if reason == "abuse":
                report_target(viewer=blackwell, item=case, reason="abuse", note=words)
            else:
                report_words(blackwell, case, words)
            decide(moderator, case, DecisionKind.RESTORE)

    assert Report.objects.count() == 4
    report_target(viewer=blackwell, item=case, reason="abuse", note="Again.")
    assert [row.reasons for row in open_reports()] == [["Insult or harassment"]]


def test_closing_the_discussion_answers_no_report_of_patient_details(
    osler: Viewer, blackwell: Viewer, moderator: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    report_words(blackwell, case, NAME)

    decide(moderator, case, DecisionKind.CLOSE)

    assert len(open_reports()) == 1
    assert HIDDEN_WORDS in shown_text(case)


def test_a_hundred_reports_of_one_post_are_one_row_of_the_queue(
    osler: Viewer, blackwell: Viewer, django_assert_num_queries: Any
) -> None:
    many, other = make_case(osler), make_case(osler)
    Report.objects.bulk_create(
        Report(
            target_kind="case",
            target_id=many.pk,
            reason="abuse",
            reporter=n.to_bytes(16, "big"),
            reported_at=timezone.now() - dt.timedelta(days=3),
        )
        for n in range(120)
    )
    report_target(viewer=blackwell, item=other, reason="other", note="")

    with django_assert_num_queries(2):
        rows = open_reports()

    assert [(row.item.pk, row.n_reports) for row in rows] == [(many.pk, 120), (other.pk, 1)]


def test_what_is_hidden_comes_first_and_says_that_it_is_late(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, time_machine: Any
) -> None:
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(3)]
    time_machine.move_to(dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC), tick=False)
    report_target(viewer=garrett, item=cases[0], reason="abuse", note="")
    report_words(blackwell, cases[1], NAME)
    time_machine.move_to(dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC), tick=False)
    report_words(garrett, cases[2], NAME)

    rows = open_reports()

    assert [(row.item, row.is_overdue) for row in rows] == [
        (cases[1], True),
        (cases[2], False),
        (cases[0], False),
    ]
    assert HIDDEN_WORDS in shown_text(cases[1]), "late or not, it stays hidden"


def test_moderators_see_by_a_label_who_reports_often_and_how_it_ended(
    osler: Viewer, blackwell: Viewer, garrett: Viewer, moderator: Viewer
) -> None:
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(3)]
    for case in cases:
        report_words(blackwell, case, NAME)
    for case in cases[:2]:
        decide(moderator, case, DecisionKind.RESTORE)
    report_words(garrett, cases[2], NAME)

    first, second = (row.reporter for row in reports_of(cases[2]))

    assert first is not None
    assert second is not None
    by_label = {reporter.n_covers: reporter for reporter in (first, second)}
    assert by_label[3].n_restored == 2
    assert by_label[1].n_restored == 0
    assert by_label[3].label != by_label[1].label
    assert len(by_label[3].label) == 4


def test_no_table_links_a_reporter_to_a_member_or_to_what_they_posted(
    osler: Viewer, blackwell: Viewer, moderator: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    own = make_comment(blackwell, case, anonymous=True)
    report = report_words(blackwell, case, NAME)
    reporters.stop_reporter(moderator=moderator, report=report, item=case)

    values = {bytes(report.reporter), bytes(report.reporter_week)}
    assert not values & {blackwell.member.pk.bytes, blackwell.secret, own.pseudonym}
    columns = [
        (table, column)
        for table in connection.introspection.table_names()
        for column in (
            info.name
            for info in connection.introspection.get_table_description(connection.cursor(), table)
        )
    ]
    found = set()
    with connection.cursor() as cursor:
        for table, column in columns:
            for value in values:
                cursor.execute(
                    f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s',  # noqa: S608
                    [f"%{value.hex()}%"],
                )
                if cursor.fetchone():
                    found.add(table)
    assert found == {"moderation_report", "moderation_stoppedreporter"}


def test_a_stopped_member_reports_but_hides_nothing_for_90_days_or_until_a_moderator_allows_it(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, time_machine: Any
) -> None:
    time_machine.move_to(dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC), tick=False)
    cases = [make_case(osler, history=f"{NAME} fell.") for _ in range(4)]
    report = report_words(blackwell, cases[0], NAME)

    for _ in range(2):
        reporters.stop_reporter(moderator=moderator, report=report, item=cases[0])

    assert report_words(blackwell, cases[1], NAME).cover == CoverState.NONE
    time_machine.move_to(dt.datetime(2026, 5, 20, 10, tzinfo=dt.UTC), tick=False)
    assert report_words(blackwell, cases[2], NAME).cover == CoverState.NONE
    stopped = StoppedReporter.objects.get()
    reporters.resume_reporter(moderator=moderator, reporter=stopped.reporter_week)
    assert report_words(blackwell, cases[3], NAME).cover == CoverState.COVERED
    reporters.stop_reporter(moderator=moderator, report=report, item=cases[0])
    time_machine.move_to(dt.datetime(2026, 8, 31, 10, tzinfo=dt.UTC), tick=False)
    assert not is_stopped(blackwell)


def test_nobody_decides_about_their_own_post_or_their_own_report(
    osler: Viewer, blackwell: Viewer, moderator: Viewer, second_moderator: Viewer
) -> None:
    own = make_case(moderator, history=f"{NAME} fell.", anonymous=True)
    report = report_words(blackwell, own, NAME)
    with pytest.raises(errors.OwnPost):
        decide(moderator, own, DecisionKind.RESTORE)
    with pytest.raises(errors.OwnPost):
        reporters.stop_reporter(moderator=moderator, report=report, item=own)
    with pytest.raises(errors.OwnPostReported):
        report_words(moderator, own, NAME)

    reported = make_case(osler, history=f"{NAME} fell.")
    report_words(moderator, reported, NAME)
    with pytest.raises(errors.OwnReport):
        decide(moderator, reported, DecisionKind.HIDE)
    decide(second_moderator, reported, DecisionKind.RESTORE)

    assert NAME in shown_text(reported)


def test_two_passages_and_their_replacements_do_not_mix(osler: Viewer, blackwell: Viewer) -> None:
    comment = make_comment(osler, make_case(osler), text="Ann Placeholder, Ann, of Annaville.")
    report_words(blackwell, comment, "Ann", "Ann Placeholder")

    assert shown_text(comment) == f"{HIDDEN_WORDS}, {HIDDEN_WORDS}, of Annaville."
    new = {"Ann": "she", "Ann Placeholder": "The patient"}
    covers.correct_words(viewer=osler, item=comment, replacements=new)

    assert shown_text(comment) == "The patient, she, of Annaville."


def test_a_text_that_its_author_emptied_is_not_brought_back(
    osler: Viewer, blackwell: Viewer, moderator: Viewer
) -> None:
    comment = make_comment(osler, make_case(osler), text=f"I know {NAME} well.")
    report_words(blackwell, comment, NAME)
    Comment.objects.update(text="")

    decide(moderator, comment, DecisionKind.RESTORE)

    assert shown_text(comment) == ""


def test_a_title_of_full_length_can_be_hidden_and_comes_back_whole(
    osler: Viewer, blackwell: Viewer
) -> None:
    title = ("Alma " * 32).strip()
    case = make_case(osler, title=title)
    report_words(blackwell, case, "Alma")
    case.refresh_from_db()
    assert "Alma" not in case.title

    covers.withdraw_report(viewer=blackwell, item=case)

    case.refresh_from_db()
    assert case.title == title


def test_attempts_are_limited_so_that_hidden_words_cannot_be_guessed(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler, history=f"{NAME} fell.")
    for n in range(REPORTS.per_hour or 0):
        with pytest.raises(errors.WordsNotInPost):
            report_words(blackwell, case, f"Guess{n}")

    with pytest.raises(QuotaReached):
        report_words(blackwell, case, NAME)


def test_new_words_that_do_not_fit_are_refused(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler, title=("Alma " * 32).strip())
    report_words(blackwell, case, "Alma")

    with pytest.raises(errors.NewWordsTooLong):
        covers.correct_words(viewer=osler, item=case, replacements={"Alma": "The patient"})

    assert covers.correct_words(viewer=osler, item=case, replacements={"Alma": "x"})


def test_an_author_writes_no_words_into_the_answers_of_others(
    osler: Viewer, blackwell: Viewer
) -> None:
    """A report and a correction would otherwise change what others have answered."""
    case = make_case(osler, history=f"{NAME} fell.")
    poll = Poll.objects.create(
        kind=PollKind.DIAGNOSIS, question="Which?", opened_at=case.posted_at, case=case
    )
    offered = poll.options.create(label=f"Ague of {NAME}")
    added = poll.options.create(label=f"Gout of {NAME}", hidden_until_answer=True)
    test = DecisiveTest.objects.create(poll=poll, text=f"Ask {NAME}", folded="ask")
    report_words(blackwell, case, NAME)

    covers.correct_words(viewer=osler, item=case, replacements={NAME: "a liar"})

    for row in (case, offered, added, test):
        row.refresh_from_db()
    assert (case.history, offered.label) == ("a liar fell.", "Ague of a liar")
    assert (added.label, test.text) == ("Gout of [removed]", "Ask [removed]")


def test_options_stay_different_when_hidden_and_when_corrected(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    poll = Poll.objects.create(
        kind=PollKind.OPINION, question="Which?", opened_at=case.posted_at, case=case
    )
    for label in ("Ann", "Bob", "Ann Bob"):
        poll.options.create(label=label)

    report_words(blackwell, case, "Ann")
    report_words(blackwell, case, "Bob")
    hidden = set(poll.options.values_list("label", flat=True))
    covers.correct_words(viewer=osler, item=case, replacements={})

    assert len(hidden) == 3
    assert all(HIDDEN_WORDS in label for label in hidden)
    corrected = set(poll.options.values_list("label", flat=True))
    assert corrected == {"[removed]", "[removed] 2", "[removed] [removed]"}


def test_an_option_that_the_member_cannot_see_cannot_be_guessed(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)
    poll = Poll.objects.create(
        kind=PollKind.OPINION, question="Which?", opened_at=case.posted_at, case=case
    )
    poll.options.create(label="Lupus", hidden_until_answer=True)

    with pytest.raises(errors.WordsNotInPost):
        report_words(blackwell, case, "Lupus")
