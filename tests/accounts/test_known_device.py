"""What a stranger does elsewhere never keeps the owner out on a known device."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from allauth.account import app_settings as account_settings
from allauth.core.internal.ratelimit import parse_rates
from allauth.mfa import app_settings as mfa_settings
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.allauth_integration import attempt_counters
from accounts.models import User
from accounts.services.credential_slots import change_slots
from accounts.services.sessions import end_all_sessions
from accounts.sessions.known_device import (
    MAX_ACCOUNTS,
    has_known_accounts,
    known_device,
    remember_after_response,
    send_known_device,
)
from sermo.core.redis import connection
from tests.accounts.conftest import (
    EnteredMember,
    credential_in_session,
    make_entered_member,
    sent_emails,
    sign_in,
)
from tests.accounts.test_second_factor import add_passkey, add_totp, sign_in_by_passkey, totp
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
WRONG = "a-wrong-synthetic-phrase"
HOME, ELSEWHERE, THIRD_PLACE = "203.0.113.7", "198.51.100.66", "192.0.2.9"


@pytest.fixture(autouse=True)
def _one_moment(time_machine: Any) -> None:
    """No window of a limit ends while a test runs."""
    time_machine.move_to(dt.datetime(2030, 3, 14, 9, 26, 1, tzinfo=dt.UTC), tick=False)


@dataclass
class Scene:
    """The owner's device, and how strangers reach the site."""

    casey: EnteredMember
    device: Client
    stranger_address: str
    secret: str = ""
    passkey: Any = None

    def stranger(self) -> Client:
        return Client(REMOTE_ADDR=self.stranger_address)


@pytest.fixture(params=[ELSEWHERE, HOME], ids=["elsewhere", "same network"])
def scene(request: pytest.FixtureRequest, casey: EnteredMember) -> Scene:
    device = Client(REMOTE_ADDR=HOME)
    assert sign_in(device, casey.user.email)["Location"] == "/accounts/welcome/"
    return Scene(casey, device, request.param)


def guess_passwords(scene: Scene) -> None:
    for _ in range(40):
        sign_in(scene.stranger(), scene.casey.user.email, WRONG)


def signs_in(scene: Scene) -> bool:
    scene.device.post("/accounts/logout/")
    answer = sign_in(scene.device, scene.casey.user.email)
    return answer.status_code == 302 and credential_in_session(scene.device) is not None


def confirms(scene: Scene) -> bool:
    answer = scene.device.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return bool(answer.status_code == 302)


def ask_for_resets(scene: Scene) -> None:
    for _ in range(25):
        scene.stranger().post("/accounts/password/reset/", {"email": scene.casey.user.email})


def resets(scene: Scene) -> bool:
    scene.device.post("/accounts/logout/")
    before = len(sent_emails())
    answer = scene.device.post("/accounts/password/reset/", {"email": scene.casey.user.email})
    return answer.status_code == 302 and len(sent_emails()) == before + 1


def with_totp(scene: Scene) -> None:
    scene.secret = add_totp(scene.device)


def guess_codes(scene: Scene) -> None:
    """By somebody who knows the password."""
    stranger = scene.stranger()
    step = sign_in(stranger, scene.casey.user.email)["Location"]
    for number in range(25):
        stranger.post(step, {"code": f"{number:06}"})


def passes_totp(scene: Scene) -> bool:
    scene.device.post("/accounts/logout/")
    step = sign_in(scene.device, scene.casey.user.email)["Location"]
    scene.device.post(step, {"code": totp(scene.secret)})
    return credential_in_session(scene.device) is not None


def with_both_factors(scene: Scene) -> None:
    with_totp(scene)
    scene.passkey = add_passkey(scene.device)


def passes_passkey_elsewhere(scene: Scene) -> bool:
    """On a device that is not known: a passkey is never counted."""
    unknown = Client(REMOTE_ADDR=THIRD_PLACE)
    answer = sign_in(unknown, scene.casey.user.email)
    options = unknown.get(answer["Location"]).context["js_data"]["request_options"]
    unknown.post(answer["Location"], {"credential": scene.passkey.get(_plain(options))})
    return credential_in_session(unknown) is not None


def _plain(options: Any) -> Any:
    return json.loads(json.dumps(options, cls=DjangoJSONEncoder))


def with_passkey(scene: Scene) -> None:
    scene.passkey = add_passkey(scene.device)


def send_bad_passkeys(scene: Scene) -> None:
    guess_passwords(scene)
    for _ in range(40):
        scene.stranger().post("/accounts/2fa/webauthn/login/", {"credential": "{}"})


def signs_in_by_passkey_elsewhere(scene: Scene) -> bool:
    unknown = Client(REMOTE_ADDR=HOME)
    answer = sign_in_by_passkey(unknown, scene.passkey)
    return bool(answer["Location"] == "/accounts/welcome/")


NEW_ADDRESS = "casey-moved@mail.example"


def ask_for_confirmations(scene: Scene) -> None:
    """Sign-ups send a code to the address that is typed."""
    for _ in range(25):
        scene.stranger().post(
            "/accounts/signup/", {"email": NEW_ADDRESS, "password1": "long-enough-phrase-41"}
        )
        User.objects.filter(email=NEW_ADDRESS).delete()


def changes_address(scene: Scene) -> bool:
    confirms(scene)
    before = len(sent_emails())
    scene.device.post("/accounts/email/", {"email": NEW_ADDRESS, "action_add": ""})
    return len(sent_emails()) > before and sent_emails()[-1].to == NEW_ADDRESS


def without_slot(scene: Scene) -> None:
    """The device is known, and its slot has made room for ten others."""
    change_slots(scene.casey.user.pk, lambda now: replace(now, devices=()))


def guess_recovery_codes(scene: Scene) -> None:
    """By somebody who knows the password, on a device where it opens no membership."""
    change_slots(scene.casey.user.pk, lambda now: replace(now, password=None))
    stranger = scene.stranger()
    sign_in(stranger, scene.casey.user.email)
    for _ in range(40):
        stranger.post("/accounts/unlock/", {"password": PASSWORD, "code": "0000-0000"})


def unlocks(scene: Scene) -> bool:
    scene.device.post("/accounts/logout/")
    sign_in(scene.device, scene.casey.user.email)
    answers = {"password": PASSWORD, "code": scene.casey.recovery_code}
    scene.device.post("/accounts/unlock/", answers)
    return credential_in_session(scene.device) is not None


@dataclass(frozen=True)
class Row:
    """What a stranger uses up, and what the owner then does."""

    attack: Callable[[Scene], None]
    succeeds: Callable[[Scene], bool]
    prepare: Callable[[Scene], None] = lambda scene: None


ROWS = {
    "password": Row(guess_passwords, signs_in),
    "confirmation by password": Row(guess_passwords, confirms),
    "password reset": Row(ask_for_resets, resets),
    "reset while passwords are guessed": Row(guess_passwords, resets),
    "code of an app": Row(guess_codes, passes_totp, with_totp),
    "passkey as second factor": Row(guess_codes, passes_passkey_elsewhere, with_both_factors),
    "passkey instead of a password": Row(
        send_bad_passkeys, signs_in_by_passkey_elsewhere, with_passkey
    ),
    "code for a new address": Row(ask_for_confirmations, changes_address),
    "recovery code": Row(guess_recovery_codes, unlocks, without_slot),
}
# Which rows use up each counter of allauth that is not kept by the user who is signed in.
ROWS_OF_ACTION = {
    "login": {"password"},
    "login_failed": {"password", "code of an app", "confirmation by password"},
    "reset_password": {"password reset"},
    "reset_password_from_key": {"reset to the end"},
    "confirm_email": {"code for a new address"},
    "signup": {"code for a new address"},
}
# Not switched on here.
UNUSED_ACTIONS = {"request_login_code", "verify_phone"}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_stranger_never_keeps_the_owner_out(scene: Scene, row: Row) -> None:
    row.prepare(scene)
    row.attack(scene)

    assert row.succeeds(scene)


def test_every_counter_of_allauth_has_a_row() -> None:
    by_others = {
        action
        for limits in (account_settings.RATE_LIMITS, mfa_settings.RATE_LIMITS)
        for action, rates in limits.items()
        if any(rate.per != "user" for rate in parse_rates(rates))
    }

    assert by_others - UNUSED_ACTIONS == set(ROWS_OF_ACTION)
    assert set().union(*ROWS_OF_ACTION.values()) <= {*ROWS, "reset to the end"}


def test_a_reset_reaches_its_end_and_makes_the_device_known(casey: EnteredMember) -> None:
    """On a new device, while a stranger guesses: the mailbox is proof enough."""
    owner = Client(REMOTE_ADDR=HOME)
    asked = owner.post("/accounts/password/reset/", {"email": casey.user.email})
    owner.post(asked["Location"], {"code": sent_emails()[-1].code})
    changed = owner.post(
        "/accounts/password/reset/complete/",
        {"password1": "another-synthetic-phrase", "password2": "another-synthetic-phrase"},
    )
    for _ in range(40):
        sign_in(Client(REMOTE_ADDR=HOME), casey.user.email, WRONG)

    answer = sign_in(owner, casey.user.email, "another-synthetic-phrase")

    assert changed.status_code == 302
    assert answer["Location"] == "/accounts/welcome/"


CODES_OF_THE_OWNER = (
    "/join/status/code/",
    "/join/status/code/again/",
    "/accounts/recovery/",
    "/accounts/recovery/code/",
    "/accounts/recovery-code/",
    "/accounts/unlock/",
    "/accounts/enter/",
    "/accounts/2fa/authenticate/",
    "/accounts/confirm-email/",
    "/accounts/password/reset/confirm/",
)


@pytest.mark.parametrize("address", CODES_OF_THE_OWNER)
def test_a_stranger_uses_up_no_code_that_needs_the_owners_session(address: str) -> None:
    """Codes by mail and telephone, recovery, second factor: nothing is counted for a visitor."""
    connection().flushdb()

    answer = Client().post(address, {"code": "000000"})

    assert answer.status_code in {302, 404}
    assert list(connection().scan_iter("c:*")) == []


def test_unknown_devices_share_the_counter_of_the_account(casey: EnteredMember) -> None:
    for number in range(5):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), casey.user.email, WRONG)
    unknown = Client(REMOTE_ADDR=HOME)

    sign_in(unknown, casey.user.email)

    assert credential_in_session(unknown) is None


def test_a_device_known_to_another_account_is_unknown(casey: EnteredMember) -> None:
    other = make_entered_member("blake", "plum-robin-211")
    device = Client(REMOTE_ADDR=ELSEWHERE)
    sign_in(device, other.user.email)
    device.post("/accounts/logout/")
    for _ in range(5):
        sign_in(device, casey.user.email, WRONG)

    sign_in(device, casey.user.email)

    assert credential_in_session(device) is None


def test_a_known_device_is_limited_by_itself(scene: Scene) -> None:
    scene.device.post("/accounts/logout/")
    second = Client(REMOTE_ADDR=HOME)
    sign_in(second, scene.casey.user.email)
    second.post("/accounts/logout/")
    for _ in range(5):
        sign_in(scene.device, scene.casey.user.email, WRONG)

    assert not signs_in(scene)
    sign_in(second, scene.casey.user.email)
    assert credential_in_session(second) is not None


@pytest.mark.parametrize("role", ["", "reviewer", "registrar"])
def test_the_device_of_everybody_becomes_known(role: str) -> None:
    """Applicants and staff have no slot of a device."""
    user = make_user("someone", role=role)
    device = Client(REMOTE_ADDR=HOME)
    sign_in(device, user.email)
    cookie = device.cookies[site.KNOWN_DEVICE_COOKIE_NAME]
    device.post("/accounts/logout/")
    for _ in range(6):
        sign_in(Client(REMOTE_ADDR=ELSEWHERE), user.email, WRONG)

    assert sign_in(device, user.email).status_code == 302
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 180 * 86_400


def test_signing_out_everywhere_makes_the_device_unknown(scene: Scene) -> None:
    scene.device.post("/accounts/logout/")
    end_all_sessions(user=scene.casey.user)
    for _ in range(6):
        sign_in(Client(REMOTE_ADDR=ELSEWHERE), scene.casey.user.email, WRONG)

    assert not signs_in(scene)


def remembered(*users: User, cookie: str = "") -> str:
    """The cookie after these people signed in on one device, one after the other."""
    for user in users:
        request = RequestFactory().get("/")
        request.COOKIES[site.KNOWN_DEVICE_COOKIE_NAME] = cookie
        response = HttpResponse()
        remember_after_response(request, user)
        send_known_device(request, response)
        cookie = response.cookies[site.KNOWN_DEVICE_COOKIE_NAME].value
    return cookie


def is_known(cookie: str, user: User) -> bool:
    request = RequestFactory().get("/")
    request.COOKIES[site.KNOWN_DEVICE_COOKIE_NAME] = cookie
    return bool(known_device(request, user))


def test_the_cookie_names_no_account_and_cannot_be_changed(casey: EnteredMember) -> None:
    other = make_user("other")
    cookie = remembered(casey.user)
    raw = base64.urlsafe_b64decode(cookie + "=")

    assert is_known(cookie, casey.user)
    assert not is_known(cookie, other)
    assert casey.user.pk.bytes not in raw
    assert casey.user.email.encode() not in raw
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        text = base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        assert not is_known(text, casey.user), place


def test_eight_people_share_a_device_and_each_keeps_a_name_of_it() -> None:
    people = [make_user(f"ward{number}") for number in range(MAX_ACCOUNTS + 1)]
    cookie = remembered(*people)

    assert [is_known(cookie, user) for user in people] == [False] + [True] * MAX_ACCOUNTS
    renewed = remembered(people[3], cookie=cookie)
    names = []
    for text in (cookie, renewed):
        request = RequestFactory().get("/")
        request.COOKIES[site.KNOWN_DEVICE_COOKIE_NAME] = text
        names.append(known_device(request, people[3]))
    assert names[0] == names[1]
    assert len(cookie) < 500


def test_the_cookie_ends_after_half_a_year_and_a_sign_in_renews_it(
    casey: EnteredMember, time_machine: Any
) -> None:
    cookie = remembered(casey.user)
    time_machine.move_to(dt.datetime(2030, 9, 1, tzinfo=dt.UTC))
    renewed = remembered(casey.user, cookie=cookie)
    time_machine.move_to(dt.datetime(2030, 9, 20, tzinfo=dt.UTC))

    assert not is_known(cookie, casey.user)
    assert is_known(renewed, casey.user)


@pytest.mark.parametrize("cookie", ["", ".", "..", "x" * 43, "é", "a" * 5000, "\x00", "=" * 43])
def test_a_cookie_of_another_form_is_no_error(casey: EnteredMember, cookie: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[site.KNOWN_DEVICE_COOKIE_NAME] = cookie

    assert not has_known_accounts(request) or not known_device(request, casey.user)


def test_another_naming_of_counters_in_allauth_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("allauth.core.internal.ratelimit.get_cache_key", lambda request: "")

    with pytest.raises(ImproperlyConfigured, match="attempt_counters"):
        attempt_counters.count_by_device()
