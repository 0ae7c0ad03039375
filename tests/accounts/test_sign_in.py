from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.db import connections
from django.test import Client

from accounts import services
from accounts.credential_wrapping import passwords
from accounts.models import SLOT_TABLE, CredentialSlots, User
from accounts.selectors import read_slots
from accounts.services import credential_slots
from accounts.sessions.member_credential import PENDING_CREDENTIAL
from accounts.views import allauth_wrappers
from sermo.audit.models import IdentityAuditEvent
from sermo.core.redis import connection
from tests.accounts.conftest import (
    EnteredMember,
    assert_only_slots_are_written,
    credential_in_session,
    make_entered_member,
    sign_in,
)
from tests.counting import statements
from tests.factories import PASSWORD, make_user
from tests.waiting import MAX_WAIT_SECONDS

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
Browser = Callable[[], Client]


def test_the_password_unwraps_the_credential_into_the_session(
    client: Client, casey: EnteredMember
) -> None:
    answer = sign_in(client, casey.user.email)

    credential = credential_in_session(client)
    assert answer["Location"] == "/accounts/welcome/"
    assert credential is not None
    assert credential["member"] == casey.credential.member_id.hex
    assert credential["name"] == "Casey Sampleton"
    assert client.get("/me/").status_code == 200


def test_the_address_may_be_typed_in_any_case(client: Client, casey: EnteredMember) -> None:
    assert sign_in(client, "CASEY@Mail.Example")["Location"] == "/accounts/welcome/"


def test_a_first_sign_in_makes_the_device_known_once(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    cookie = client.cookies[site.DEVICE_COOKIE_NAME]
    client.post("/accounts/logout/")
    sign_in(client, casey.user.email)

    assert len(read_slots(casey.user.pk).devices) == 1
    assert client.cookies[site.DEVICE_COOKIE_NAME].value == cookie.value
    assert cookie["httponly"]
    assert cookie["max-age"] == 180 * 86_400


def test_signing_out_keeps_the_device_cookie_and_clears_the_rest(
    client: Client, casey: EnteredMember
) -> None:
    sign_in(client, casey.user.email)
    before = client.session.session_key

    answer = client.post("/accounts/logout/")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.cookies[site.DEVICE_COOKIE_NAME].value
    client.cookies[site.SESSION_COOKIE_NAME] = str(before)
    assert client.get("/me/").status_code == 302


def test_a_wrong_password_unwraps_nothing(client: Client, casey: EnteredMember) -> None:
    answer = sign_in(client, casey.user.email, "a-wrong-synthetic-phrase")

    assert answer.status_code == 200
    assert credential_in_session(client) is None
    assert PENDING_CREDENTIAL not in client.session


TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value="|nonce=")[^"]+')


def test_a_known_address_gets_exactly_the_answer_of_an_unknown_one(browser: Browser) -> None:
    make_user("known")
    make_entered_member()
    bodies = set()
    for name in ("known", "casey", "nobody"):
        answer = sign_in(browser(), f"{name}@mail.example", "a-wrong-synthetic-phrase")
        body = TOKEN.sub(rb"\1", answer.content).replace(f"{name}@".encode(), b"NAME@")
        bodies.add((answer.status_code, tuple(sorted(answer.cookies)), body))

    assert len(bodies) == 1


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("nobody", "a-wrong-synthetic-phrase"),
        ("known", "a-wrong-synthetic-phrase"),
        ("casey", "a-wrong-synthetic-phrase"),
        ("known", PASSWORD),
        ("casey", PASSWORD),
    ],
)
def test_every_sign_in_costs_one_password_hash_and_one_slot(
    client: Client, name: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("known")
    make_entered_member()
    work: list[str] = []
    _count(monkeypatch, "django.contrib.auth.hashers.Argon2PasswordHasher.encode", work, "hash")
    _count(monkeypatch, "django.contrib.auth.hashers.Argon2PasswordHasher.verify", work, "hash")
    _count(monkeypatch, "accounts.credential_wrapping.passwords.derive_password_key", work, "slot")

    sign_in(client, f"{name}@mail.example", password)

    assert sorted(work) == ["hash", "slot"]


def _count(monkeypatch: pytest.MonkeyPatch, path: str, work: list[str], what: str) -> None:
    from django.utils.module_loading import import_string

    owner, _, attribute = path.rpartition(".")
    real = getattr(import_string(owner) if "Hasher" in owner else passwords, attribute)

    def counted(*args: Any, **kwargs: Any) -> Any:
        work.append(what)
        return real(*args, **kwargs)

    monkeypatch.setattr(path, counted)


@pytest.mark.parametrize("name", ["known", "nobody"])
def test_a_response_about_an_address_is_delayed_to_the_tick(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """By a clock that moves only in the view, by 0.9 s, and in the wait."""
    make_user("known")
    settings.ACCOUNT_ANSWER_TICK = 0.4
    now = iter([100.0, 100.9])
    waits: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: next(now), sleep=waits.append)
    monkeypatch.setattr(allauth_wrappers, "time", clock)

    client.post("/accounts/password/reset/", {"email": f"{name}@mail.example"})

    assert waits == [pytest.approx(0.3)]


def test_after_five_failures_the_right_password_waits_too(
    client: Client, casey: EnteredMember
) -> None:
    for _ in range(5):
        sign_in(client, casey.user.email, "a-wrong-synthetic-phrase")

    answer = client.post(
        "/accounts/login/",
        {"login": casey.user.email, "password": PASSWORD},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )

    assert answer.status_code == 200
    assert credential_in_session(client) is None


def test_cache_keys_of_rate_limits_contain_no_address(client: Client, casey: EnteredMember) -> None:
    cache.clear()
    sign_in(client, casey.user.email, "a-wrong-synthetic-phrase")

    names = [bytes(name).decode() for name in connection().scan_iter()]

    assert [name for name in names if name.startswith("c:")]
    assert all(
        re.fullmatch(r"(c:[0-9a-f]{40}|[os][a-z]*:[0-9a-f]{64}|names:[0-9]+)", name)
        for name in names
    )


def test_no_row_keeps_the_time_of_a_sign_in(client: Client, casey: EnteredMember) -> None:
    before = _identity_rows()

    sign_in(client, casey.user.email)
    client.post("/accounts/logout/")
    known_device = _identity_rows()
    sign_in(client, casey.user.email)

    changed = {table for table in before if before[table] != known_device[table]}
    assert changed == {"accounts_credentialslots"}  # the device, with its month
    assert _identity_rows() == known_device


def _identity_rows() -> dict[str, list[str]]:
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608
            rows[table] = [row for (row,) in cursor.fetchall()]
        return rows


def test_a_known_device_unwraps_for_its_own_user_only(client: Client, casey: EnteredMember) -> None:
    sign_in(client, casey.user.email)
    token = client.cookies[site.DEVICE_COOKIE_NAME].value
    other = make_entered_member("blake", "plum-robin-211")

    assert services.unwrap_with_device(casey.user, token) == casey.credential
    assert services.unwrap_with_device(other.user, token) is None
    assert services.unwrap_with_device(casey.user, "") is None


def test_a_device_not_used_for_half_a_year_is_forgotten_in_the_night(
    casey: EnteredMember, time_machine: Any
) -> None:
    time_machine.move_to("2030-01-20")
    old = services.add_device_slot(user=casey.user, credential=casey.credential)
    time_machine.move_to("2030-06-02")
    newer = services.add_device_slot(user=casey.user, credential=casey.credential)
    time_machine.move_to("2030-08-02")

    SLOT_TABLE.renew(credential_slots.prepare_renewal())

    assert services.unwrap_with_device(casey.user, old) is None
    assert services.unwrap_with_device(casey.user, newer) == casey.credential
    assert services.unwrap_with_password(casey.user, PASSWORD) == casey.credential


def test_a_sign_in_on_a_known_device_renews_its_month(
    client: Client, casey: EnteredMember, time_machine: Any
) -> None:
    time_machine.move_to("2030-01-20")
    sign_in(client, casey.user.email)
    client.post("/accounts/logout/")
    time_machine.move_to("2030-05-20")

    sign_in(client, casey.user.email)

    [device] = read_slots(casey.user.pk).devices
    assert device.used_month == dt.date(2030, 5, 1)


def test_only_the_ten_devices_used_last_are_kept(casey: EnteredMember, time_machine: Any) -> None:
    time_machine.move_to("2030-01-20")
    first = services.add_device_slot(user=casey.user, credential=casey.credential)
    second = services.add_device_slot(user=casey.user, credential=casey.credential)
    time_machine.move_to("2030-02-20")
    newer = [
        services.add_device_slot(user=casey.user, credential=casey.credential) for _ in range(9)
    ]

    assert len(read_slots(casey.user.pk).devices) == 10
    assert services.unwrap_with_device(casey.user, first) is None
    for token in (second, *newer):
        assert services.unwrap_with_device(casey.user, token) == casey.credential


def test_ten_devices_and_every_other_slot_fit_into_a_row(casey: EnteredMember) -> None:
    for _ in range(10):
        services.add_device_slot(user=casey.user, credential=casey.credential)

    contents = read_slots(casey.user.pk)

    assert contents.password
    assert contents.recovery
    assert contents.custodians
    assert len(contents.encode()) <= SLOT_TABLE.content_bytes - 2


def test_every_row_of_slots_has_one_size_in_its_own_page(casey: EnteredMember) -> None:
    make_user("newcomer")
    make_user("reviewer", role="reviewer")
    for _ in range(10):
        services.add_device_slot(user=casey.user, credential=casey.credential)

    sizes = {len(bytes(row.ciphertext)) for row in CredentialSlots.objects.all()}
    with connections["identity"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = %s",
            [SLOT_TABLE.name],
        )
        [moved_out] = cursor.fetchone()

    assert CredentialSlots.objects.count() == User.objects.count() == 3
    assert len(sizes) == 1
    assert moved_out == 0


@pytest.mark.django_db(databases=["default", "identity"], transaction=True)
def test_two_first_sign_ins_at_once_make_both_devices_known() -> None:
    casey = make_entered_member()
    devices = [Client(), Client()]
    barrier = threading.Barrier(2)

    def first_sign_in(device: Client) -> None:
        barrier.wait(MAX_WAIT_SECONDS)
        sign_in(device, casey.user.email)
        connections.close_all()

    threads = [threading.Thread(target=first_sign_in, args=[device]) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)

    tokens = [device.cookies[site.DEVICE_COOKIE_NAME].value for device in devices]
    assert len(set(tokens)) == 2
    for token in tokens:
        assert services.unwrap_with_device(casey.user, token) == casey.credential


def test_a_sign_in_writes_one_row_of_the_identity_store_and_it_has_no_readable_key(
    client: Client, casey: EnteredMember
) -> None:
    client.get("/accounts/login/")

    with statements() as on_a_new_device:
        sign_in(client, casey.user.email)
    client.post("/accounts/logout/")
    with statements() as on_a_known_device:
        sign_in(client, casey.user.email)

    assert_only_slots_are_written(on_a_new_device, casey.user)
    assert not [sql for sql in on_a_known_device if "accounts_credentialslots" in sql][1:]


def test_a_sign_in_reads_the_slots_once(client: Client, casey: EnteredMember) -> None:
    make_user("applicant")
    browser = Client()

    with statements() as of_a_member:
        sign_in(client, casey.user.email)
    with statements() as of_an_applicant:
        sign_in(browser, "applicant@mail.example")

    for executed in (of_a_member, of_an_applicant):
        reads = [
            sql
            for sql in executed
            if sql.startswith("SELECT")
            and 'FROM "accounts_credentialslots"' in sql
            and "FOR UPDATE" not in sql
        ]
        assert len(reads) == 1


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_sign_in_does_not_redirect_to_another_site(
    client: Client, casey: EnteredMember, target: str
) -> None:
    answer = client.post(
        "/accounts/login/",
        {"login": casey.user.email, "password": PASSWORD, "next": target},
    )

    assert answer["Location"] == "/accounts/welcome/"


def test_signing_out_everywhere_ends_every_session_and_deletes_every_device_slot(
    browser: Browser, casey: EnteredMember
) -> None:
    here, there = browser(), browser()
    sign_in(here, casey.user.email)
    sign_in(there, casey.user.email)

    here.post("/accounts/sign-out-everywhere/")

    assert there.get("/me/").status_code == 302
    assert read_slots(casey.user.pk).devices == ()
    event = IdentityAuditEvent.objects.get(action="accounts.sessions.ended")
    assert event.recorded_at.day == 1
    assert services.unwrap_with_password(casey.user, PASSWORD) == casey.credential
    sign_in(there, casey.user.email)
    assert there.get("/me/").status_code == 200


def test_an_inactive_user_sees_a_message_and_gets_no_session(
    client: Client, casey: EnteredMember
) -> None:
    casey.user.is_active = False
    casey.user.save()

    sign_in(client, casey.user.email)

    assert credential_in_session(client) is None
    assert client.get("/me/").status_code == 302
