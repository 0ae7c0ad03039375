from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connections
from django.test import Client

from accounts.models import User
from accounts.sessions.member_credential import PENDING_CREDENTIAL
from sermo.members.models import Member
from sermo.members.services import ensure_member_row
from tests.accounts.conftest import (
    EnteredMember,
    credential_in_session,
    make_entered_member,
    sent_emails,
    sign_in,
)
from tests.accounts.software_passkey import Passkey
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


@pytest.fixture(autouse=True)
def _early_in_a_step(time_machine: Any) -> None:
    """A code holds 30 seconds: the clock stands still, so that no test runs over the edge."""
    time_machine.move_to(dt.datetime(2030, 3, 14, 9, 26, 1, tzinfo=dt.UTC), tick=False)


def confirm_it_is_me(client: Client) -> None:
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def add_totp(client: Client) -> str:
    """An authenticator app; its secret."""
    confirm_it_is_me(client)
    secret: str = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": totp(secret)})
    assert answer.status_code == 302, answer.context["form"].errors
    return secret


def totp(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def add_passkey(client: Client) -> Passkey:
    confirm_it_is_me(client)
    passkey = Passkey()
    options = _options(client.get("/accounts/2fa/webauthn/add/").context["js_data"])
    answer = client.post(
        "/accounts/2fa/webauthn/add/",
        {
            "name": "synthetic key",
            "passwordless": "on",
            "credential": passkey.create(options["creation_options"]),
        },
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return passkey


def _options(data: Any) -> dict[str, Any]:
    """As the page carries it to the browser."""
    from django.core.serializers.json import DjangoJSONEncoder

    decoded: dict[str, Any] = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    return decoded


def sign_in_by_passkey(client: Client, passkey: Passkey) -> Any:
    response = client.get(
        "/accounts/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}
    ).json()
    return client.post(
        "/accounts/2fa/webauthn/login/", {"credential": passkey.get(response["request_options"])}
    )


def test_the_member_session_starts_only_after_the_second_factor(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    secret = add_totp(client)
    client.post("/accounts/logout/")

    response = sign_in(client, casey.user.email)
    between = credential_in_session(client), client.get("/me/").status_code
    answer = client.post(response["Location"], {"code": totp(secret)})

    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert between == (None, 302)
    assert answer["Location"] == "/accounts/welcome/"
    assert credential_in_session(client) is not None
    assert client.session["second_factor"] == "totp"
    assert PENDING_CREDENTIAL not in client.session


def test_a_totp_code_is_accepted_once(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    secret = add_totp(client)
    client.post("/accounts/logout/")
    code = totp(secret)
    client.post(sign_in(client, casey.user.email)["Location"], {"code": code})
    client.post("/accounts/logout/")

    client.post(sign_in(client, casey.user.email)["Location"], {"code": code})

    assert credential_in_session(client) is None


def test_secrets_of_second_factors_are_stored_encrypted(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    secret = add_totp(client)
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]

    stored = _stored()

    assert len(codes) >= 8
    assert secret not in stored
    assert not [code for code in codes if code in stored]


def _stored() -> str:
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(t::text, ' '), '') FROM mfa_authenticator t")
        (text,) = cursor.fetchone()
    return str(text)


def test_a_second_factor_stores_months_not_times(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    secret = add_totp(client)
    client.get("/accounts/2fa/recovery-codes/")
    client.post("/accounts/logout/")
    client.post(sign_in(client, casey.user.email)["Location"], {"code": totp(secret)})

    for factor in Authenticator.objects.all():
        seen = factor.data.get("viewed_at")
        assert factor.last_used_at is None
        created = factor.created_at
        assert (created.day, created.hour, created.second) == (1, 0, 0)
        assert seen is None or seen % 86_400 == 0


def test_a_backup_code_signs_in_once(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    add_totp(client)
    code = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    client.post("/accounts/logout/")

    client.post(sign_in(client, casey.user.email)["Location"], {"code": code})
    first = credential_in_session(client)
    client.post("/accounts/logout/")
    client.post(sign_in(client, casey.user.email)["Location"], {"code": code})

    assert first is not None
    assert credential_in_session(client) is None


def test_new_backup_codes_replace_the_old(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    add_totp(client)
    before = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]

    client.post("/accounts/2fa/recovery-codes/generate/")

    after = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert not set(before) & set(after)


def test_a_passkey_signs_in_without_the_password_on_a_known_device(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    passkey = add_passkey(client)
    client.post("/accounts/logout/")

    answer = sign_in_by_passkey(client, passkey)

    assert answer["Location"] == "/accounts/welcome/"
    assert credential_in_session(client) is not None
    assert client.session["second_factor"] == "webauthn"


def test_a_passkey_on_a_new_device_signs_in_and_must_unlock(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    passkey = add_passkey(client)
    elsewhere = Client()

    answer = sign_in_by_passkey(elsewhere, passkey)

    assert answer["Location"] == "/accounts/welcome/"
    assert elsewhere.get("/accounts/welcome/")["Location"] == "/accounts/unlock/"
    assert credential_in_session(elsewhere) is None
    elsewhere.post("/accounts/unlock/", {"password": PASSWORD})
    assert credential_in_session(elsewhere) is not None


def test_a_passkey_stores_the_address_and_no_user_id(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)

    passkey = add_passkey(client)

    assert passkey.person["name"] == passkey.person["displayName"] == casey.user.email


def test_another_users_passkey_does_not_sign_in(client: Client, casey: EnteredMember) -> None:
    other = make_entered_member("blake", "plum-robin-211")
    sign_in(client, casey.user.email)
    passkey = add_passkey(client)
    passkey.person["id"] = _handle_of(client, other)

    elsewhere = Client()
    sign_in_by_passkey(elsewhere, passkey)

    assert "_auth_user_id" not in elsewhere.session


def _handle_of(client: Client, other: EnteredMember) -> str:
    from fido2.utils import websafe_encode

    return str(websafe_encode(other.user.pk.hex.encode()))


def test_adding_a_second_factor_needs_reauthentication(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)

    answer = client.get("/accounts/2fa/totp/activate/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_the_email_about_a_new_factor_names_no_address_and_no_device(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    add_totp(client)

    email = sent_emails()[-1]

    assert email.subject == "Your account"
    assert "127.0.0.1" not in email.body
    assert "Browser" not in email.body


@pytest.fixture
def moderating_casey(settings: Any) -> EnteredMember:
    settings.STAFF_SECOND_FACTOR = True
    casey = make_entered_member()
    ensure_member_row(casey.viewer)
    Member.objects.filter(pk=casey.credential.member_id).update(role="moderator")
    return casey


def test_staff_pages_need_a_passkey_and_no_weaker_factor(
    client: Client, moderating_casey: EnteredMember
) -> None:
    sign_in(client, moderating_casey.user.email)
    secret = add_totp(client)
    client.post("/accounts/logout/")
    client.post(sign_in(client, moderating_casey.user.email)["Location"], {"code": totp(secret)})

    assert client.get("/moderation/")["Location"] == "/accounts/second-factor/"
    assert b"/accounts/2fa/webauthn/add/" in client.get("/accounts/second-factor/").content


def test_a_passkey_added_in_this_session_is_used_once_for_the_session(
    client: Client, moderating_casey: EnteredMember
) -> None:
    sign_in(client, moderating_casey.user.email)
    passkey = add_passkey(client)
    here = "/accounts/second-factor/"
    assert client.get(here).status_code == 200

    page = client.get("/accounts/2fa/webauthn/reauthenticate/", {"next": here})
    request_options = _options(page.context["js_data"])["request_options"]
    shown = client.post(
        "/accounts/2fa/webauthn/reauthenticate/",
        {"credential": passkey.get(request_options), "next": here},
    )

    assert shown["Location"] == here
    assert client.get(here)["Location"] == "/accounts/welcome/"
    assert client.get("/moderation/").status_code == 200


def test_a_reviewer_needs_a_passkey_and_members_do_not_see_the_page(
    client: Client, settings: Any, casey: EnteredMember
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    reviewer: User = make_user("reviewer", role="reviewer")
    sign_in(client, reviewer.email)
    member = Client()
    sign_in(member, casey.user.email)

    assert client.get("/review/")["Location"] == "/accounts/second-factor/"
    assert member.get("/accounts/second-factor/").status_code == 404
