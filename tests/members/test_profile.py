from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from sermo.members.models import MemberRecord
from sermo.members.viewer import Viewer
from tests.factories import client_for, make_user

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def test_a_member_sees_the_handle_and_the_credential_line_as_colleagues_do(osler: Viewer) -> None:
    page = client_for(osler).get("/me/").content.decode()

    assert "osler" in page
    assert "11 to 20 years" in page


def test_the_page_explains_the_two_stores_and_the_limits(osler: Viewer) -> None:
    page = client_for(osler).get("/me/").content.decode()

    assert "no row in either says that the two belong together" in page
    assert "Not promised" in page
    assert "180 days" in page


def test_every_setting_of_signing_in_has_a_link(osler: Viewer) -> None:
    client = client_for(osler)
    page = client.get("/me/").content.decode()

    for address in (
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/recovery-code/",
        "/accounts/sign-out-everywhere/",
    ):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


def test_email_notifications_are_turned_on_and_off_alone(osler: Viewer) -> None:
    client = client_for(osler)

    client.post("/me/mail/", {"wants_mail": "yes", "role": "admin", "handle": "somebody"})
    osler.member.refresh_from_db()
    on = osler.member.wants_mail
    client.post("/me/mail/", {"wants_mail": "no"})
    osler.member.refresh_from_db()

    assert (on, osler.member.wants_mail) == (True, False)
    assert (osler.member.role, osler.member.handle) == ("", "osler")


def test_the_page_names_neither_the_person_nor_the_secret(osler: Viewer) -> None:
    page = client_for(osler).get("/me/").content

    assert b"mail.example" not in page
    assert osler.member.pk.hex.encode() not in page.replace(b"-", b"")
    assert osler.secret.hex().encode() not in page


def test_an_applicant_is_redirected(client_for: Callable[[object], Client]) -> None:
    answer = client_for(make_user()).get("/me/")

    assert answer["Location"] == "/accounts/welcome/"


def test_a_suspended_member_sees_only_a_message(osler: Viewer) -> None:
    from sermo.members.services import suspend_member

    suspend_member(osler.member.pk)

    assert client_for(osler).get("/me/").status_code == 403


def test_a_credential_of_no_member_gives_no_viewer(osler: Viewer) -> None:
    client = client_for(osler)
    MemberRecord.objects.all().delete()

    assert client.get("/me/")["Location"] == "/accounts/welcome/"
    assert "member_credential" not in client.session
