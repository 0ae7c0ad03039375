from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.db.models import DateField
from django.test import Client

from accounts import selectors, services
from accounts.errors import MembershipAlreadyIssued, NotVerified, WrongPassword
from accounts.models import SlotContents, User
from sermo.audit.models import IdentityAuditEvent
from sermo.core import crypto, keys
from sermo.members.models import Member, MemberRecord
from sermo.members.records import all_records
from sermo.members.services import HandleTaken, identity_escrow_of, is_handle_available
from tests.accounts.conftest import (
    assert_only_slots_are_written,
    credential_in_session,
    make_entered_member,
    make_verified,
    sign_in,
)
from tests.counting import statements
from tests.factories import PASSWORD, make_user
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
FORM = {"handle": "teal-heron-482", "wants_mail": "no", "password": PASSWORD}


@pytest.fixture
def verified_client(client: Client, verified: User) -> Client:
    sign_in(client, verified.email)
    return client


def test_a_verified_user_is_redirected_to_entering(verified_client: Client) -> None:
    assert verified_client.get("/accounts/welcome/")["Location"] == "/accounts/enter/"


def test_entering_makes_a_member_and_shows_the_code_until_it_is_confirmed(
    verified_client: Client,
) -> None:
    answer = verified_client.post("/accounts/enter/", FORM)
    shown = verified_client.get(answer["Location"])
    code = shown.context["code"]
    confirmed = verified_client.post(answer["Location"], {"written_down": "yes"})

    [(_, record)] = all_records()
    assert record.pending is not None
    assert (record.pending.handle, record.pending.wants_mail) == ("teal-heron-482", False)
    assert not Member.objects.exists()
    assert len(code) == 39
    assert code.encode() in shown.content
    assert confirmed["Location"] == "/cases/"
    assert code.encode() not in verified_client.get(answer["Location"]).content
    assert verified_client.cookies[settings.DEVICE_COOKIE_NAME].value


def test_no_row_of_either_store_names_the_other(verified_client: Client, verified: User) -> None:
    verified_client.post("/accounts/enter/", FORM)

    [(member_id, _)] = all_records()
    own = [str(member_id), member_id.hex, "teal-heron-482"]
    assert not [word for word in own if word in _everything("default")]
    for alias, foreign in (
        ("identity", own),
        ("default", [str(verified.pk), verified.pk.hex, "casey", "Sampleton"]),
    ):
        text = _everything(alias)
        assert not [word for word in foreign if word in text]


def _everything(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        table_texts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')  # noqa: S608
            table_texts.append(str(cursor.fetchone()[0]))
    return "\n".join(table_texts)


def test_a_date_of_a_person_is_a_month_and_in_one_store_only(
    verified_client: Client, verified: User
) -> None:
    verified_client.post("/accounts/enter/", FORM)

    verified.refresh_from_db()
    assert verified.created_month.day == 1
    assert not [field for field in Member._meta.get_fields() if isinstance(field, DateField)]


def test_the_identity_escrow_is_encrypted_for_each_pair_under_the_inner_key() -> None:
    casey = make_entered_member()
    escrow = identity_escrow_of(casey.credential.member_id)

    length = int.from_bytes(escrow[:2], "big")

    assert casey.user.pk.bytes not in escrow
    assert len(escrow) == 3 * (length + 2)
    assert crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, escrow[2 : 2 + length])


def test_email_notifications_are_not_preselected_and_their_cost_is_explained(
    verified_client: Client,
) -> None:
    page = verified_client.get("/accounts/enter/").content.decode()

    choices = re.findall(r'<input[^>]*name="wants_mail"[^>]*>', page)
    assert len(choices) == 2
    assert not [choice for choice in choices if "checked" in choice]
    assert "Its cost" in page
    assert verified_client.post("/accounts/enter/", FORM | {"wants_mail": ""}).status_code == 422
    assert not MemberRecord.objects.exists()


def test_three_handles_are_suggested_and_one_is_chosen_without_a_script(
    verified_client: Client,
) -> None:
    names = verified_client.get("/accounts/enter/").context["suggestions"]

    page = verified_client.post("/accounts/enter/", {"suggestion": names[0]})

    assert len(set(names)) == 3
    assert f'value="{names[0]}"'.encode() in page.content
    assert not MemberRecord.objects.exists()


@pytest.mark.parametrize(
    ("handle", "status"),
    [
        ("ab", "A name has"),
        ("the-moderator", "A name has"),
        ("tea1-her0n-482", "is taken"),
        ("heron", "is free"),
    ],
)
def test_a_handle_is_checked_while_it_is_typed(
    verified_client: Client, handle: str, status: str
) -> None:
    make_entered_member("blake", "teal-heron-482")

    answer = verified_client.post("/accounts/enter/name/", {"handle": handle})

    assert status.encode() in answer.content


def test_a_handle_that_looks_like_another_is_refused_on_the_page(
    verified_client: Client, verified: User
) -> None:
    make_entered_member("blake", "teal-heron-482")

    answer = verified_client.post("/accounts/enter/", FORM | {"handle": "tea1-heron-482"})

    assert answer.status_code == 422
    assert b"is taken" in answer.content
    assert MemberRecord.objects.count() == 1


def test_a_handle_taken_at_the_last_moment_rolls_everything_back(verified: User) -> None:
    make_entered_member("blake", "teal-heron-482")

    with pytest.raises(HandleTaken):
        services.enter_community(
            user=verified, password=PASSWORD, handle="teal-heron-482", wants_mail=False
        )

    assert selectors.read_slots(verified.pk) == SlotContents()
    assert services.enter_community(
        user=verified, password=PASSWORD, handle="plum-robin-211", wants_mail=False
    )


def test_a_wrong_password_creates_no_membership(verified_client: Client) -> None:
    answer = verified_client.post("/accounts/enter/", FORM | {"password": "a-wrong-one-altogether"})

    assert answer.status_code == 422
    assert b"a-wrong-one" not in answer.content
    assert not MemberRecord.objects.exists()


def test_the_service_enforces_the_rules_of_entering(verified: User) -> None:
    stranger = make_user("stranger")
    values: dict[str, Any] = {"handle": "plum-robin-211", "wants_mail": False}

    with pytest.raises(WrongPassword):
        services.enter_community(user=verified, password="wrong", **values)
    with pytest.raises(NotVerified):
        services.enter_community(user=stranger, password=PASSWORD, **values)
    services.enter_community(user=verified, password=PASSWORD, **values)
    with pytest.raises(MembershipAlreadyIssued):
        services.enter_community(
            user=verified, password=PASSWORD, handle="jade-osprey-300", wants_mail=False
        )
    assert MemberRecord.objects.count() == 1


def test_a_verification_withdrawn_before_entry_prevents_entry(verified: User) -> None:
    services.delete_verified_person(user=verified)

    assert selectors.real_name(verified) == ""
    with pytest.raises(NotVerified):
        services.enter_community(
            user=verified, password=PASSWORD, handle="plum-robin-211", wants_mail=False
        )


def test_staff_never_become_members(verified: User) -> None:
    User.objects.filter(pk=verified.pk).update(role="reviewer")

    with pytest.raises(NotVerified):
        services.enter_community(
            user=verified, password=PASSWORD, handle="plum-robin-211", wants_mail=False
        )

    assert not selectors.read_slots(verified.pk).is_issued


def test_every_credential_slot_is_created_at_entry() -> None:
    casey = make_entered_member()

    contents = selectors.read_slots(casey.user.pk)

    assert contents.is_issued
    assert contents.custodians
    assert sorted(contents.custodians.by_pair) == ["1-2", "1-3", "2-3"]
    assert services.unwrap_with_password(casey.user, PASSWORD) == casey.credential
    assert (
        services.unwrap_with_recovery_code(casey.user, casey.recovery_code.upper())
        == casey.credential
    )


def test_entering_changes_one_row_of_the_identity_store_and_it_has_no_readable_key(
    verified: User,
) -> None:
    with statements() as executed:
        services.enter_community(
            user=verified, password=PASSWORD, handle="teal-heron-482", wants_mail=False
        )

    assert_only_slots_are_written(executed, verified)
    assert not IdentityAuditEvent.objects.exists()


def test_a_session_that_signed_in_before_another_entered_asks_to_unlock(
    verified_client: Client, verified: User
) -> None:
    services.enter_community(
        user=verified, password=PASSWORD, handle="teal-heron-482", wants_mail=False
    )

    answer = verified_client.get("/accounts/welcome/", follow=True)

    assert answer.redirect_chain[-1][0] == "/accounts/unlock/"
    assert MemberRecord.objects.count() == 1


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_two_requests_at_once_issue_one_membership() -> None:
    verified = make_verified()
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def enter(handle: str) -> None:
        barrier.wait(MAX_WAIT_SECONDS)
        try:
            services.enter_community(
                user=User.objects.get(pk=verified.pk),
                password=PASSWORD,
                handle=handle,
                wants_mail=False,
            )
            outcomes.append("made")
        except MembershipAlreadyIssued:
            outcomes.append("refused")
        connections.close_all()

    threads = [
        threading.Thread(target=enter, args=[handle])
        for handle in ("teal-heron-482", "plum-robin-211")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert sorted(outcomes) == ["made", "refused"]
    assert MemberRecord.objects.count() == 1
    assert services.unwrap_with_password(verified, PASSWORD)


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_a_double_click_enters_once_and_shows_the_recovery_code() -> None:
    verified = make_verified()
    client = Client()
    sign_in(client, verified.email)
    answers: list[Any] = []
    barrier = threading.Barrier(2)

    def enter() -> None:
        mine = Client()
        mine.cookies.update(client.cookies)
        barrier.wait(MAX_WAIT_SECONDS)
        answers.append(mine.post("/accounts/enter/", FORM))
        connections.close_all()

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    assert {answer.status_code for answer in answers} == {302}
    assert MemberRecord.objects.count() == 1
    assert credential_in_session(client) is not None
    assert len(client.get("/accounts/recovery-code/").context["code"]) == 39


@pytest.mark.django_db(databases=["default", "identity"])
def test_a_second_click_whose_own_handle_is_taken_shows_the_recovery_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verified = make_verified()
    client, first = Client(), Client()
    sign_in(client, verified.email)
    first.cookies.update(client.cookies)
    is_free, checked_handles = is_handle_available, list[str]()

    def once_the_first_is_done(handle: str) -> bool:
        checked_handles.append(handle)
        if len(checked_handles) == 1:
            assert first.post("/accounts/enter/", FORM).status_code == 302
        return is_free(handle)

    monkeypatch.setattr("accounts.forms.is_handle_available", once_the_first_is_done)

    answer = client.post("/accounts/enter/", FORM)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/recovery-code/")
    assert len(checked_handles) == 2
    assert MemberRecord.objects.count() == 1
