"""Credential lines: who counts, what is released, when it changes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from sermo.core import coarse, crypto, specialties
from sermo.core.redis import connection
from sermo.members import services
from sermo.members.credential_lines import deposits, release, released, tallies
from sermo.members.credential_lines.k_anonymity import (
    EMPTY_LINE,
    CredentialLine,
    MemberFacts,
    assign_lines,
    finest_released,
    generalisation_levels,
)
from sermo.members.credential_lines.labels import line_activity_label
from sermo.members.models import LineTally, Member, ReleasedLine, ShownAs, ShownLine
from sermo.members.viewer import Viewer
from tests.factories import client_for, make_case, make_viewer, release_line

INTERNIST = MemberFacts("internal", "11-20", "US")
WEDNESDAY = dt.datetime(2026, 11, 18, 12, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)

facts = st.builds(
    MemberFacts,
    st.sampled_from(["internal", "geriatrics", "cardiology", "heart-failure", "dermatology"]),
    st.sampled_from(["", "0-5", "11-20", "30+"]),
    st.sampled_from(["US", "CA", "DE", "FR", "JP"]),
)
people = st.lists(facts, max_size=120)


@pytest.fixture(autouse=True)
def _k_of_three(settings: Any) -> None:
    settings.K_ANONYMITY = 3


@given(people, st.integers(1, 50))
def test_every_line_shown_is_shown_by_k_members(members: list[MemberFacts], k: int) -> None:
    lines = assign_lines(Counter(members), k)

    showing = Counter(lines[facts] for facts in members)

    assert set(lines) == set(members)
    assert all(count >= k for line, count in showing.items() if line != EMPTY_LINE)


@given(people, st.integers(1, 50))
def test_a_line_contains_only_facts_or_coarser_facts(members: list[MemberFacts], k: int) -> None:
    for facts, line in assign_lines(Counter(members), k).items():
        assert line.specialty in {"", facts.specialty, specialties.family(facts.specialty)}
        assert line.years in {"", facts.years}
        assert line in {*generalisation_levels(facts), EMPTY_LINE}


@given(people, st.integers(1, 50))
def test_members_find_the_line_that_was_assigned_to_their_facts(
    members: list[MemberFacts], k: int
) -> None:
    lines = assign_lines(Counter(members), k)
    released_lines = set(lines.values()) - {EMPTY_LINE}

    assert all(finest_released(released_lines, facts) == line for facts, line in lines.items())


@given(people)
def test_with_k_of_one_the_line_is_exact(members: list[MemberFacts]) -> None:
    assert all(
        tuple(line) == tuple(facts) for facts, line in assign_lines(Counter(members), 1).items()
    )


def test_the_years_go_first_then_the_country_then_the_subspecialty() -> None:
    lines = generalisation_levels(MemberFacts("heart-failure", "11-20", "DE"))

    assert lines == (
        CredentialLine("heart-failure", "11-20", "DE"),
        CredentialLine("heart-failure", "", "DE"),
        CredentialLine("heart-failure", "", "Europe"),
        CredentialLine("cardiology", "", "Europe"),
        CredentialLine("cardiology", "", ""),
    )


def test_members_with_a_more_exact_line_do_not_count_for_a_coarser_one() -> None:
    common, rare = MemberFacts("internal", "11-20", "US"), MemberFacts("internal", "30+", "US")

    lines = assign_lines({common: 60, rare: 2}, 50)

    assert lines == {common: CredentialLine(*common), rare: EMPTY_LINE}


def deposit(count: int, what: MemberFacts = INTERNIST, *, on: dt.date | None = None) -> None:
    """So many members show a line on this day; today if none is given."""
    week = coarse.to_week(on or timezone.localdate())
    for _ in range(count):
        deposits.leave_deposit(locator=crypto.new_secret()[:16], week=week, facts=what)


def line_of(what: MemberFacts) -> CredentialLine:
    return finest_released(released.released_lines(), what)


@pytest.fixture
def night(db: Any, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[], int]:
    """Runs the step of the nightly pass."""

    def run() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return services.release_credential_lines()

    return run


@pytest.fixture
def acting(django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[..., Any]:
    """Runs what an act does after its commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_line_is_released_when_k_members_have_shown_it(night: Callable[[], int]) -> None:
    deposit(2)
    too_few = night(), line_of(INTERNIST)
    deposit(1)
    enough = night(), line_of(INTERNIST)

    assert too_few == (0, EMPTY_LINE)
    assert enough == (1, CredentialLine(*INTERNIST))


def test_members_who_say_nothing_do_not_count(night: Callable[[], int]) -> None:
    for number in range(5):
        make_viewer(f"silent-{number}")
    ReleasedLine.objects.all().delete()
    deposit(2)

    night()

    assert line_of(INTERNIST) == EMPTY_LINE


def test_a_finer_line_is_released_for_all_its_members_at_once(
    night: Callable[[], int], osler: Viewer
) -> None:
    """One signed in today, the other a month ago: neither session changes."""
    ReleasedLine.objects.all().delete()
    released.forget_released_lines()
    long_signed_in = dataclasses.replace(osler, secret=crypto.new_secret())
    before = osler.line, long_signed_in.line
    deposit(3)

    night()

    assert before == (EMPTY_LINE, EMPTY_LINE)
    assert osler.line == long_signed_in.line == CredentialLine(*INTERNIST)


def test_a_line_that_loses_its_k_becomes_coarser(night: Callable[[], int]) -> None:
    other = MemberFacts("internal", "30+", "US")
    with time_machine.travel(WEDNESDAY, tick=False):
        deposit(3)
        deposit(2, other)
        night()
        before = line_of(INTERNIST), line_of(other)
    with time_machine.travel(WEDNESDAY + 5 * WEEK, tick=False):
        deposit(2)
        deposit(2, other)
        night()
        after = line_of(INTERNIST), line_of(other)

    assert before == (CredentialLine(*INTERNIST), EMPTY_LINE)
    assert after == (CredentialLine("internal", "", "US"),) * 2


def test_the_best_week_of_thirty_days_counts(night: Callable[[], int]) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        deposit(3)
        night()
    seen = []
    for weeks in (1, 2, 3, 4, 5):
        with time_machine.travel(WEDNESDAY + weeks * WEEK, tick=False):
            deposit(1)
            night()
            seen.append(line_of(INTERNIST) != EMPTY_LINE)

    assert seen == [True, True, True, True, False]


def test_the_deposits_of_a_closed_week_are_deleted_and_its_tally_is_kept(
    night: Callable[[], int],
) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        deposit(3)
        night()
        first = set(ShownLine.objects.values_list("week", flat=True))
    with time_machine.travel(WEDNESDAY + WEEK, tick=False):
        night()
        deposit(2, on=WEDNESDAY.date())  # an act at the end of a week, committed in the next
        night()
        second = set(ShownLine.objects.values_list("week", flat=True))

    monday = dt.date(2026, 11, 16)
    assert first == {monday}
    assert second == {monday + WEEK}
    assert tallies.decrypt_tally(LineTally.objects.get().ciphertext) == {INTERNIST: 3}


def test_each_night_adds_a_multiple_of_the_step_whoever_acted(night: Callable[[], int]) -> None:
    counts = [0]
    with time_machine.travel(WEDNESDAY, tick=False):
        for acting in (0, 1, 40, 150):
            deposit(acting)
            night()
            counts.append(ShownLine.objects.count())
        counted = tallies.count_deposits(coarse.to_week(WEDNESDAY.date()))

    grown = [after - before for before, after in pairwise(counts)]
    assert all(rows >= deposits.ROWS_STEP and rows % deposits.ROWS_STEP == 0 for rows in grown)
    assert counted == {INTERNIST: 191}


def test_every_act_under_a_line_counts_once_a_week(osler: Viewer, acting: Any) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        for shown_as in (ShownAs.HANDLE, ShownAs.ANONYMOUS, ShownAs.HANDLE):
            with acting():
                services.authorship_fields(viewer=osler, scope="case:1", shown_as=shown_as)
        first_week = connection().hlen(deposits.PENDING)
    with time_machine.travel(WEDNESDAY + WEEK, tick=False), acting():
        services.count_shown_line(viewer=osler)

    assert first_week == 1
    assert connection().hlen(deposits.PENDING) == 2


def test_a_member_who_acts_on_two_days_of_a_week_counts_once(
    osler: Viewer, acting: Any, night: Callable[[], int]
) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        for _ in range(2):
            with acting():
                services.count_shown_line(viewer=osler)
            night()
        counted = tallies.count_deposits(coarse.to_week(WEDNESDAY.date()))

    assert counted == {INTERNIST: 1}


def test_an_act_writes_no_row_for_its_deposit(osler: Viewer, acting: Any) -> None:
    with acting():
        services.authorship_fields(viewer=osler, scope="case:1", shown_as=ShownAs.ANONYMOUS)

    assert not ShownLine.objects.exists()
    assert connection().hlen(deposits.PENDING) == 1


def test_an_act_that_is_rolled_back_counts_for_nothing(osler: Viewer, acting: Any) -> None:
    with acting(), suppress(services.InvalidHandle), transaction.atomic():
        services.count_shown_line(viewer=osler)
        raise services.InvalidHandle

    assert connection().hlen(deposits.PENDING) == 0


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_acts_at_one_moment_leave_one_deposit(osler: Viewer) -> None:
    barrier = threading.Barrier(4)

    def act() -> None:
        barrier.wait()
        services.count_shown_line(viewer=osler)
        connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert connection().hlen(deposits.PENDING) == 1


def test_a_pass_that_broke_off_counts_nobody_twice(
    night: Callable[[], int], monkeypatch: Any
) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        deposit(4)
        pending = dict(connection().hscan_iter(deposits.PENDING))
        night()
        connection().hset(deposits.PENDING, mapping=pending)
        night()
        counted = tallies.count_deposits(coarse.to_week(WEDNESDAY.date()))

    assert counted == {INTERNIST: 4}


def test_a_dump_tells_no_fact_and_no_count(night: Callable[[], int]) -> None:
    rare = MemberFacts("heart-failure", "30+", "MT")
    with time_machine.travel(WEDNESDAY, tick=False):
        deposit(1, rare)
        deposit(3)
        night()
    with time_machine.travel(WEDNESDAY + WEEK, tick=False):
        night()
        deposit(1, rare)
        night()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT t::text FROM members_shownline t")
        shown = [row for [row] in cursor.fetchall()]
        cursor.execute("SELECT t::text FROM members_linetally t")
        tallied = [row for [row] in cursor.fetchall()]

    readable = "\n".join((*shown, *tallied, *map(str, connection().hgetall(deposits.PENDING))))
    for word in ("heart-failure", "internal", "11-20"):
        assert word not in readable
        assert word.encode().hex() not in readable
    assert len({len(row) for row in shown}) == 1
    assert len(tallied[0]) > 2 * tallies.PADDING_STEP_BYTES


def test_only_the_sealed_worker_reads_deposits(monkeypatch: Any) -> None:
    ciphertext = deposits.encrypt_facts(INTERNIST)
    monkeypatch.delenv("SERMO_KEY_INNER_PRIVATE")

    with pytest.raises(Exception, match="SERMO_KEY_INNER_PRIVATE"):
        deposits.decrypt_facts(ciphertext)


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 30), facts), max_size=40), min_size=1, max_size=6)
)
def test_no_line_is_released_that_fewer_than_k_members_showed_in_thirty_days(
    weeks: list[list[tuple[int, MemberFacts]]],
) -> None:
    """Members are numbered; the facts of a number are those it first appears with."""
    known: dict[int, MemberFacts] = {}
    shown = [{(n, known.setdefault(n, what)) for n, what in week} for week in weeks]
    counted = {n: Counter(what for _, what in week) for n, week in enumerate(shown)}
    best: Counter[MemberFacts] = Counter()
    for week in counted.values():
        best |= week

    lines = set(assign_lines(best, 3).values()) - {EMPTY_LINE}

    everybody = set().union(*shown)
    showing = Counter(finest_released(lines, what) for _, what in everybody)
    assert all(showing[line] >= 3 for line in lines)


def test_two_releases_at_one_time_leave_one_row_for_each_line(night: Callable[[], int]) -> None:
    deposit(3)

    first, second = night(), night()

    assert (first, second, ReleasedLine.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("n", "shown"), [(0, 0), (2, 0), (3, 0), (5, 0), (6, 5), (46, 45), (50, 45), (51, 50)]
)
def test_counts_of_colleagues_are_rounded_down_and_hidden_below_k(n: int, shown: int) -> None:
    assert release.rounded_colleagues(n) == shown


@pytest.mark.django_db(databases=["default", "identity"])
def test_the_composer_says_how_many_colleagues_show_the_line(osler: Viewer) -> None:
    case = make_case(make_viewer("blackwell"))
    release_line(osler.line, n_this_week=45)

    page = client_for(osler).get(case.get_absolute_url()).content.decode()

    assert "45 colleagues with these credentials were active this week." in page


@pytest.mark.django_db(databases=["default", "identity"])
def test_what_is_said_of_colleagues_is_true_of_quiet_weeks_too(osler: Viewer) -> None:
    said = []
    for values in ({"n_last_week": 5}, {"n_last_week": 0}):
        release_line(osler.line, **values)
        said.append(line_activity_label(osler.line))

    assert said == [
        "5 colleagues with these credentials were active last week.",
        "At least 2 colleagues with these credentials were active in the last 30 days.",
    ]
    assert line_activity_label(EMPTY_LINE) == ""


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_session_without_facts_shows_no_line_and_counts_for_none(
    osler: Viewer, acting: Any
) -> None:
    older = dataclasses.replace(osler, facts=None)

    with acting():
        fields = services.authorship_fields(viewer=older, scope="case:1", shown_as=ShownAs.HANDLE)
    page = client_for(older).get("/me/")

    assert (fields["line_specialty"], fields["line_years"], fields["line_place"]) == ("", "", "")
    assert connection().hlen(deposits.PENDING) == 0
    assert "Sign in again to show it." in page.content.decode()


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_member_whose_line_too_few_show_reads_why(osler: Viewer) -> None:
    ReleasedLine.objects.all().delete()
    released.forget_released_lines()

    page = client_for(osler).get("/me/").content.decode()

    assert "Your specialty is not shown: fewer than 3 active members share it." in page
    assert "colleagues with these credentials" not in page


@pytest.mark.django_db
def test_the_row_of_a_member_has_no_fact_about_the_person() -> None:
    names = {field.name for field in Member._meta.get_fields()}

    assert not {name for name in names if "line" in name or "specialt" in name or "year" in name}


@pytest.mark.django_db
def test_the_benchmark_of_the_nightly_step_keeps_nothing(capsys: Any) -> None:
    call_command("bench_credential_lines", deposits=50)

    assert "counted" in capsys.readouterr().out
    assert not ShownLine.objects.exists()
    assert connection().hlen(deposits.PENDING) == 0
