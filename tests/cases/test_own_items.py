"""A member's own drafts, cases and anonymous comments are found by keys; nothing lists them."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from cases.drafts.encryption import DecryptedDraft
from cases.errors import TooManyDrafts
from cases.models import CasePurpose, Comment, Draft
from cases.selectors import own_items
from cases.selectors.drafts import own_drafts
from cases.selectors.own_items import MAX_DRAFTS, own_case_keys, own_subjects
from cases.services import drafts
from cases.services.drafts import delete_draft_rows
from sermo.members.models import PrivateState, ShownAs
from sermo.members.pseudonyms import draft_number_scope
from sermo.members.services import earlier_state
from sermo.members.viewer import Viewer, private_state
from sermo.notifications.selectors.inbox import inbox
from tests.accounts.conftest import credential_in_session, make_entered_member, sign_in
from tests.counting import statements
from tests.factories import make_case, make_viewer
from tests.factories_cases import make_case as publish
from tests.factories_cases import make_draft, post_comment
from tests.quotas import forget_counters
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[Viewer | None], Client]
JANUARY = dt.datetime(2027, 1, 15, 10, tzinfo=dt.UTC)


def key(viewer: Viewer, scope: str) -> uuid.UUID:
    return uuid.UUID(bytes=viewer.pseudonym(scope), version=4)


def test_a_draft_has_the_first_free_key_of_its_author_and_its_case_keeps_it(
    osler: Viewer, blackwell: Viewer
) -> None:
    first, second, third = (make_draft(osler) for _ in range(3))
    case = publish(blackwell, shown_as=ShownAs.ANONYMOUS)

    delete_draft_rows(second.id)
    again = make_draft(osler)

    assert [first.id, third.id] == [key(osler, f"draft:{n}") for n in (0, 2)]
    assert again.id == second.id
    assert case.pk == key(blackwell, "draft:0")
    assert make_draft(blackwell).id == key(blackwell, "draft:1")


def private_rows() -> list[tuple[Any, ...]]:
    return sorted(PrivateState.objects.values_list("pk", "ciphertext"))


def test_drafts_and_cases_write_no_private_state(osler: Viewer) -> None:
    before = private_rows()

    draft = make_draft(osler)
    publish(osler)
    publish(osler, shown_as=ShownAs.ANONYMOUS)
    delete_draft_rows(draft.id)

    assert private_rows() == before


def test_the_same_form_makes_one_draft_also_at_the_same_moment(osler: Viewer) -> None:
    form, other = uuid.uuid4(), uuid.uuid4()

    made = [
        drafts.create_draft(viewer=osler, purpose=CasePurpose.ASK, idempotency_key=one).id
        for one in (form, other, form)
    ]

    assert made[0] == made[2] != made[1]
    assert Draft.objects.count() == 2


def in_threads(n: int, function: Callable[[int], None]) -> None:
    start = threading.Barrier(n)

    def run(number: int) -> None:
        try:
            start.wait(MAX_WAIT_SECONDS)
            function(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_drafts_made_at_once_get_different_keys_and_one_form_one_draft() -> None:
    viewer = make_viewer("osler")
    forms = [uuid.uuid4(), uuid.uuid4(), uuid.uuid4()]
    made: list[tuple[uuid.UUID, uuid.UUID]] = []

    def create(number: int) -> None:
        form = forms[number % 3]
        draft = drafts.create_draft(viewer=viewer, purpose=CasePurpose.ASK, idempotency_key=form)
        made.append((form, draft.id))

    in_threads(6, create)

    assert len(made) == 6
    assert {draft for _form, draft in made} == {key(viewer, f"draft:{n}") for n in range(3)}
    assert len(set(made)) == Draft.objects.count() == 3


@pytest.mark.django_db(transaction=True, databases=["default", "identity"])
def test_anonymous_comments_posted_at_once_are_all_posted() -> None:
    osler, blackwell = make_viewer("osler"), make_viewer("blackwell")
    case = make_case(osler)
    posted: list[uuid.UUID] = []

    def post(_number: int) -> None:
        posted.append(post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS).pk)

    in_threads(4, post)

    month = f"{Comment.objects.all()[0].posted_at:%Y-%m}"
    assert set(posted) == {key(blackwell, f"comment:{month}:{n}") for n in range(4)}


def make_drafts(viewer: Viewer, n: int) -> list[DecryptedDraft]:
    """So many drafts, begun on several days."""
    drafts = []
    for _ in range(n):
        forget_counters()
        drafts.append(make_draft(viewer))
    return drafts


def test_a_member_has_at_most_64_drafts(osler: Viewer, client_for: Browser) -> None:
    rows = make_drafts(osler, MAX_DRAFTS)
    forget_counters()

    with pytest.raises(TooManyDrafts):
        make_draft(osler)
    answer = client_for(osler).post("/cases/new/", {"purpose": "ask"})
    delete_draft_rows(rows[7].id)

    assert answer.status_code == 422
    assert "You have 64 drafts" in answer.content.decode()
    assert make_draft(osler).id == rows[7].id


@pytest.mark.parametrize("n_deleted", [0, 30, 63])
def test_items_above_a_sparse_block_are_found(osler: Viewer, n_deleted: int) -> None:
    """63 open drafts, a case, more cases above; then most of the drafts are deleted."""
    rows = make_drafts(osler, 63)
    cases = [make_case(osler, anonymous=True) for _ in range(70)]
    for row in rows[:n_deleted]:
        delete_draft_rows(row.id)

    assert set(own_case_keys(osler)) == {case.pk for case in cases}
    assert len(own_drafts(osler)) == 63 - n_deleted


def test_64_items_need_one_statement_and_many_need_few(osler: Viewer) -> None:
    for _ in range(64):
        make_case(osler)
    with statements() as one:
        own_case_keys(osler)
    for _ in range(140):
        make_case(osler)

    with statements() as few:
        found = own_case_keys(osler)

    assert len(found) == 204
    assert (len(one), len(few)) == (1, 3)


def test_the_inbox_covers_anonymous_comments_of_three_months(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    time_machine.move_to(JANUARY)
    before = private_rows()
    cases = [make_case(osler, title=f"Case {n}") for n in range(3)]
    for case, month in zip(cases, (JANUARY, JANUARY, JANUARY.replace(month=2)), strict=True):
        time_machine.move_to(month)
        post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)
    time_machine.move_to(JANUARY.replace(month=3, day=31))
    for case in cases:
        post_comment(osler, case, "Later")

    in_march = {group.title for group in inbox(blackwell)}
    time_machine.move_to(JANUARY.replace(month=4, day=1))
    in_april = {group.title for group in inbox(blackwell)}
    time_machine.move_to(JANUARY.replace(month=5, day=1))

    assert in_march == {"Case 0", "Case 1", "Case 2"}
    assert in_april == {"Case 2"}
    assert inbox(blackwell) == []
    assert private_rows() == before


def test_what_was_said_before_the_own_comment_is_not_new(
    osler: Viewer, blackwell: Viewer, time_machine: Any
) -> None:
    time_machine.move_to(JANUARY)
    case = make_case(osler)
    post_comment(osler, case, "Before")
    time_machine.shift(dt.timedelta(hours=1))
    post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)
    time_machine.shift(dt.timedelta(hours=1))
    post_comment(osler, case, "After")

    (group,) = inbox(blackwell)

    assert [item.is_new for item in group.items] == [True, False]


def test_forty_comments_in_a_month_are_all_found(osler: Viewer, blackwell: Viewer) -> None:
    cases = [make_case(osler) for _ in range(70)]
    with statements() as before:
        own_subjects(blackwell)
    for case in cases[:32]:
        post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)
    with statements() as up_to_32:
        own_subjects(blackwell)
    forget_counters()
    for case in cases[32:]:
        post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)

    assert len(before) == len(up_to_32) == 1
    assert set(own_subjects(blackwell)) == {case.pk for case in cases}


def test_the_keys_of_two_members_have_nothing_in_common(osler: Viewer, blackwell: Viewer) -> None:
    series = [
        {
            own_items._key(viewer, scope(n))
            for n in range(64)
            for scope in (draft_number_scope, lambda n: f"comment:2026-01:{n}")
        }
        for viewer in (osler, blackwell)
    ]

    assert series[0].isdisjoint(series[1])
    assert {one.version for keys in series for one in keys} == {4}


def test_drafts_and_cases_of_earlier_members_are_found_from_sign_in_on(
    osler: Viewer, client_for: Browser
) -> None:
    """Their keys were random; the private state "drafts" still lists them and is not written."""
    draft, case = make_draft(osler, title="Begun earlier"), make_case(osler, anonymous=True)
    other = make_viewer("earlier")
    private_state.update_section(
        other, "drafts", lambda state: state.update({draft.id.hex: "x", case.pk.hex: "y"})
    )

    keys = earlier_state(member_id=other.member.pk, secret=other.secret)["earlier_cases"]
    viewer = Viewer(other.member, other.secret, earlier_cases=tuple(map(uuid.UUID, keys)))

    assert set(viewer.earlier_cases) == {draft.id, case.pk}
    with statements() as sql:
        assert own_case_keys(viewer) == [case.pk]
    assert len(sql) == 1
    assert set(own_subjects(viewer)) == {case.pk}
    assert own_items.own_draft_keys(viewer) == [draft.id]
    assert earlier_state(member_id=osler.member.pk, secret=osler.secret) == {
        "earlier_cases": [],
        "earlier_quizzes": False,
    }


def test_a_sign_in_finds_drafts_and_cases_whose_keys_did_not_follow_from_the_secret(
    client: Client,
) -> None:
    casey = make_entered_member()
    viewer = casey.viewer
    case = make_case(make_viewer("osler"), anonymous=True, title="Published earlier")
    private_state.update_section(viewer, "drafts", lambda state: state.update({case.pk.hex: "x"}))

    sign_in(client, casey.user.email)

    assert case.pk.hex in (credential_in_session(client) or {})["earlier_cases"]
    assert "Published earlier" in client.get("/cases/?mine=1").content.decode()


def test_pages_read_own_items_with_one_statement(
    osler: Viewer, blackwell: Viewer, client_for: Browser
) -> None:
    """As many statements as when private state listed drafts: two of them find who asks."""
    for _ in range(20):
        case = make_case(osler)
        post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)
        post_comment(osler, case)
    make_draft(blackwell)
    browser = client_for(blackwell)
    counts: dict[str, int] = {}

    for address in ("/cases/?mine=1", "/cases/new/", "/inbox/", "/inbox/bell/"):
        browser.get(address)
        with statements() as sql:
            browser.get(address)
        counts[address] = len(sql)

    assert counts == {"/cases/?mine=1": 4, "/cases/new/": 4, "/inbox/": 6, "/inbox/bell/": 5}
