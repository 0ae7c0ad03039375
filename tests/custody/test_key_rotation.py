from __future__ import annotations

import ast
import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts import selectors, services
from accounts.email_outbox import delivery
from accounts.models import SLOT_TABLE, EncryptedEmail, User
from accounts.models.fields import decrypt_email, key_version
from accounts.services import credential_slots
from accounts.services.renewed_columns import renew_user_columns
from cases.imaging import storage as image_storage
from cases.models import Comment, Image, ImageState
from sermo.blinded_rows import epochs
from sermo.core import coarse, crypto, keys
from sermo.custody import key_rotation, licence_number_index, nightly_pass, slot_rotation
from sermo.custody.encrypted_columns import encrypted_columns
from sermo.custody.nightly_pass import Renewal
from sermo.members import services as members
from sermo.members.credential_lines import deposits, tallies
from sermo.members.credential_lines.k_anonymity import MemberFacts
from sermo.members.viewer import Viewer
from sermo.notifications.models import EmailSubscription
from tests.accounts.conftest import (
    EnteredMember,
    credential_in_session,
    make_entered_member,
    sign_in,
)
from tests.factories import make_case, make_comment, make_viewer
from verification.models import Application, ApplicationState
from verification.personal_data import applicant_details
from verification.schemes import blind_index

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
ROOT = Path(__file__).parent.parent.parent
NUMBER = "1234567893"


@dataclass
class StoredData:
    """What one member stored under the keys of one time."""

    entrant: EnteredMember
    viewer: Viewer
    comment: Comment
    watch: EmailSubscription
    image: Image
    application: Application
    browser: Client
    totp: str


def _write(name: str, case_author: Viewer) -> StoredData:
    entrant = make_entered_member(name, f"{name}-heron")
    viewer = replace(entrant.viewer, email=entrant.user.email)
    case = make_case(case_author)
    capsule = members.encrypt_contact_email(entrant.user.email)
    comment = make_comment(viewer, case, anonymous=True, encrypted_contact_email=capsule)
    watch = EmailSubscription.objects.create(
        id=case.pk,
        subject=case.pk,
        capsule=members.encrypt_contact_email(entrant.user.email),
    )
    stored_file, wrapped = image_storage.write_encrypted(name.encode())
    image = Image.objects.create(
        original=stored_file,
        original_key=wrapped,
        state=ImageState.REFUSED,
        received_at=timezone.now(),
    )
    browser = Client()
    sign_in(browser, entrant.user.email)
    return StoredData(
        entrant,
        viewer,
        comment,
        watch,
        image,
        _apply(entrant.user, name),
        browser,
        _totp(entrant),
    )


def _apply(user: User, name: str) -> Application:
    person = applicant_details.ApplicantDetails(number=f"{NUMBER}{len(name)}", given_name="Casey")
    return Application.objects.create(
        user=user,
        state=ApplicationState.WITHDRAWN,
        country="US",
        scheme="npi",
        number_index=blind_index.number_index("npi", "US", person.number),
        details_ciphertext=applicant_details.encrypt(user.decrypt_data_key(), person),
        opened_month=coarse.to_month(timezone.localdate()),
    )


def _totp(entrant: EnteredMember) -> str:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import encrypt

    factor = Authenticator.objects.create(
        user=entrant.user,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": encrypt("SEED")},
    )
    return str(factor.pk)


def _rotate() -> None:
    """Every key of every process: the new version first, the older ones kept."""
    for name in key_rotation.NAMES:
        for variable, value in key_rotation.new_version(name).items():
            os.environ[variable] = f"{value},{os.environ[variable]}"


def _drop_older() -> None:
    for name in key_rotation.NAMES:
        for variable in key_rotation.new_version(name):
            os.environ[variable] = os.environ[variable].partition(",")[0]


def _read_all(stored: StoredData) -> None:
    """Read all of it with the functions of the product."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import decrypt

    entrant, credential = stored.entrant, stored.entrant.credential
    assert User.objects.get(email=entrant.user.email.upper()) == entrant.user
    user = User.objects.get(pk=entrant.user.pk)
    assert user.email == entrant.user.email
    assert selectors.real_name(user) == "Casey Sampleton"
    assert services.unwrap_with_recovery_code(user, entrant.recovery_code) == credential
    comment = Comment.objects.get(pk=stored.comment.pk)
    assert members.author_of_capsule(comment.pk) == credential.member_id
    for capsule in (
        comment.encrypted_contact_email,
        EmailSubscription.objects.get(pk=stored.watch.pk).capsule,
    ):
        assert members.decrypt_contact_email(bytes(capsule or b"")) == entrant.user.email
    image = Image.objects.get(pk=stored.image.pk)
    assert image_storage.read_encrypted(image.original, bytes(image.original_key))
    factor = Authenticator.objects.get(pk=stored.totp)
    assert decrypt(factor.data["seed"]) == "SEED"
    custodians = selectors.read_slots(user.pk).custodians
    assert custodians
    for ciphertext in custodians.by_pair.values():
        crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, ciphertext)
    escrow = members.identity_escrow_of(credential.member_id)
    for ciphertext in members.unpack_identity_escrow(escrow).values():
        crypto.decrypt_with_private_key(keys.KeyName.INNER_PRIVATE, ciphertext)


@pytest.fixture
def stored_at_three_times(db: Any) -> list[StoredData]:
    """Before, between and after two rotations of every key."""
    author = make_viewer("case-author")
    before = _write("before", author)
    _rotate()
    between = _write("between", author)
    _rotate()
    return [before, between, _write("afterwards", author)]


def test_data_of_before_between_and_after_two_rotations_can_be_read(
    stored_at_three_times: list[StoredData],
) -> None:
    for stored in stored_at_three_times:
        _read_all(stored)
        # Still signed in, and able to sign in anew.
        assert stored.browser.get("/me/").status_code == 200
        again = Client()
        sign_in(again, stored.entrant.user.email)
        assert credential_in_session(again) == credential_in_session(stored.browser)


def test_after_rewrapping_no_older_version_is_needed(
    stored_at_three_times: list[StoredData],
) -> None:
    for name in (*key_rotation.REWRAPPED_HERE, *key_rotation.REWRAP_TASKS):
        key_rotation.rewrap(name)
    for renewal in nightly_pass.RENEWALS:
        nightly_pass.renew(renewal)
    renew_user_columns()
    for stored in stored_at_three_times:  # a sign-in wraps the slot under the new pepper
        sign_in(stored.browser, stored.entrant.user.email)
        assert services.unwrap_with_password(stored.entrant.user, "a-long-synthetic-pass-phrase")
    old = [held for held in key_rotation.status() if held.n and not held.is_current]
    assert {held.key for held in old} <= {"SESSION"}, old

    _drop_older()
    epochs.forget_epochs()

    for stored in stored_at_three_times:
        _read_all(stored)
        again = Client()
        sign_in(again, stored.entrant.user.email)
        credential = credential_in_session(again)
        assert credential
        again.post("/accounts/logout/")
        sign_in(again, stored.entrant.user.email)  # on what is now a known device
        assert credential_in_session(again) == credential
        application = Application.objects.get(pk=stored.application.pk)
        person = applicant_details.decrypt(
            application.user.decrypt_data_key(), application.details_ciphertext
        )
        index = blind_index.number_index("npi", "US", person.number)
        assert bytes(application.number_index or b"") == index


def test_the_nightly_renewal_moves_custodians_ciphertexts_to_the_inner_key_in_use(
    stored_at_three_times: list[StoredData],
) -> None:
    before = slot_rotation.count_by_version("INNER")

    nightly_pass.renew(Renewal(SLOT_TABLE, credential_slots.prepare_renewal))

    current = keys.current(keys.KeyName.INNER_PUBLIC).version
    assert len(before) == 3
    assert slot_rotation.count_by_version("INNER") == {current: 9}


def test_an_older_outer_key_is_counted_until_the_rows_are_renewed(
    stored_at_three_times: list[StoredData],
) -> None:
    before = {count.version: count.n for count in key_rotation.status(["OUTER"])}

    for renewal in nightly_pass.RENEWALS:
        nightly_pass.renew(renewal)
    renew_user_columns()

    assert before[1]
    assert [count.is_current for count in key_rotation.status(["OUTER"])] == [True]


def test_without_rewrapping_the_older_version_is_missed(
    stored_at_three_times: list[StoredData],
) -> None:
    """The test above would notice a column left out."""
    _drop_older()

    with pytest.raises((keys.MissingKeyError, User.DoesNotExist)):
        _read_all(stored_at_three_times[0])


def test_rewrapping_twice_changes_nothing_the_second_time(
    stored_at_three_times: list[StoredData],
) -> None:
    first = {
        name: key_rotation.rewrap(name)
        for name in (*key_rotation.REWRAPPED_HERE, *key_rotation.REWRAP_TASKS)
    }

    second = {
        name: key_rotation.rewrap(name)
        for name in (*key_rotation.REWRAPPED_HERE, *key_rotation.REWRAP_TASKS)
    }

    assert all(first.values()), first
    assert not any(second.values()), second


def test_a_row_that_was_changed_meanwhile_is_left_alone(db: Any) -> None:
    user = make_entered_member().user
    [column] = [
        column
        for column in encrypted_columns()
        if column.model is User and column.field == "wrapped_data_key"
    ]

    assert not column.compare_and_set(user.pk, b"what was read before", b"old")
    assert User.objects.get(pk=user.pk).decrypt_data_key() == user.decrypt_data_key()


def test_processes_on_different_versions_read_what_either_wrote(db: Any) -> None:
    """Step 1: known everywhere, used nowhere. Step 2: some use it, and all can read it."""
    fresh = key_rotation.new_version("FIELD")["SERMO_KEY_FIELD"]
    old = os.environ["SERMO_KEY_FIELD"]
    os.environ["SERMO_KEY_FIELD"] = f"{old},{fresh}"
    not_yet = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "test", b"one")
    os.environ["SERMO_KEY_FIELD"] = f"{fresh},{old}"
    already = crypto.encrypt_with_named_key(keys.KeyName.FIELD, "test", b"two")

    for value in (f"{old},{fresh}", f"{fresh},{old}"):
        os.environ["SERMO_KEY_FIELD"] = value
        assert crypto.decrypt_with_named_key(keys.KeyName.FIELD, "test", not_yet) == b"one"
        assert crypto.decrypt_with_named_key(keys.KeyName.FIELD, "test", already) == b"two"
    assert not_yet[:2] != already[:2]


def test_a_waiting_email_survives_a_rotation(db: Any) -> None:
    from django.core.mail import send_mail

    send_mail("Synthetic", "Body", None, ["someone@mail.example"])
    _rotate()
    key_rotation.rewrap("MAIL")
    _drop_older()

    assert delivery.decrypt_message(bytes(EncryptedEmail.objects.get().encrypted_message)).to == [
        "someone@mail.example"
    ]


def test_counts_of_credential_lines_survive_a_rotation(db: Any) -> None:
    this_week = coarse.to_week(timezone.localdate())
    last_week = this_week - dt.timedelta(days=7)
    facts = MemberFacts("internal", "11-20", "US")
    deposits.leave_deposit(locator=bytes(16), week=this_week, facts=facts)
    deposits.store_pending_deposits(this_week=this_week, oldest_week=last_week)
    tallies.store_tally(last_week, Counter({facts: 7}))
    _rotate()
    key_rotation.rewrap("INNER")
    _drop_older()

    assert tallies.count_deposits(this_week) == {facts: 1}
    assert tallies.read_tallies(oldest_week=last_week) == {last_week: {facts: 7}}


def test_the_command_counts_ciphertexts_by_key_version(
    stored_at_three_times: list[StoredData], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rotate_keys", "status")
    before = capsys.readouterr().out
    call_command("rotate_keys", "rewrap", "FIELD", "EMAIL", "BLIND_INDEX")
    call_command("rotate_keys", "status")
    after = capsys.readouterr().out
    call_command("rotate_keys", "new", "MAIL")
    fresh = capsys.readouterr().out

    assert re.search(r"EMAIL\s+version 1\s+2\s+to rewrap", before), before
    assert re.search(r"EMAIL\s+version 3\s+6\s+in use", after), after
    assert re.search(r"BLIND_INDEX\s+version 3\s+3\s+in use", after), after
    assert re.search(r"SERMO_KEY_MAIL_PUBLIC=demo\.4:", fresh)
    assert re.search(r"SERMO_KEY_MAIL_PRIVATE=demo\.4:", fresh)


def test_one_number_held_twice_under_two_versions_is_left_to_a_reviewer(db: Any) -> None:
    from verification.models import Credential

    first, second = (
        make_entered_member("one", "one-heron").user,
        make_entered_member("two", "two-heron").user,
    )
    held = [_apply(first, "same")]
    _rotate()
    held.append(_apply(second, "same"))
    for application in held:
        Credential.objects.create(
            application=application,
            user_id=application.user_id,
            scheme="npi",
            number_index=application.number_index or b"",
        )

    changed = licence_number_index.recompute()

    assert changed == 0
    assert sorted(licence_number_index.count_by_version().values()) == [1, 1]


def _uses_of_named_keys() -> Iterator[tuple[str, str]]:
    """(file, key) of every call that encrypts under a named key."""
    for app in ("accounts", "cases", "polls", "verification", "sermo", "tools"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                name = getattr(getattr(node, "func", None), "attr", "")
                if isinstance(node, ast.Call) and name in {
                    "encrypt_with_named_key",
                    "encrypt_to_public_key",
                }:
                    yield str(path.relative_to(ROOT)), ast.unparse(node.args[0])


# Where the source encrypts under a named key; sermo.custody.encrypted_columns has each column.
REWRAPPED_OR_TRANSIENT = {
    ("accounts/models/fields.py", "keys.KeyName.OUTER"),
    ("accounts/models/users.py", "keys.KeyName.FIELD"),
    ("accounts/allauth_integration/adapters.py", "keys.KeyName.FIELD"),
    ("accounts/email_outbox/backend.py", "keys.KeyName.MAIL_PUBLIC"),
    ("accounts/credential_wrapping/custodians.py", "CUSTODIAN_KEYS[second]"),
    ("accounts/credential_wrapping/custodians.py", "CUSTODIAN_KEYS[first]"),
    ("accounts/credential_wrapping/custodians.py", "keys.KeyName.INNER_PUBLIC"),
    ("cases/imaging/storage.py", "keys.KeyName.FIELD"),
    ("sermo/members/encryption/post_columns.py", "keys.KeyName.MODERATION_PUBLIC"),
    ("sermo/members/encryption/post_columns.py", "keys.KeyName.MAIL_PUBLIC"),
    ("sermo/members/credential_lines/deposits.py", "KeyName.INNER_PUBLIC"),
    ("sermo/members/credential_lines/tallies.py", "KeyName.INNER_PUBLIC"),
    ("verification/personal_data/ssn.py", "keys.KeyName.FIELD"),
    ("sermo/data_rights/services/job_payloads.py", "keys.KeyName.INNER_PUBLIC"),
    ("tools/management/commands/bench_seals.py", "keys.KeyName.FIELD"),  # not stored
    ("sermo/custody/custodians.py", "keys.KeyName.FIELD"),
    ("sermo/custody/break_glass.py", "keys.KeyName.FIELD"),
    ("sermo/custody/encrypted_columns.py", "KeyName.FIELD"),
    ("sermo/custody/encrypted_columns.py", "public"),
    ("sermo/custody/escrow_rotation.py", "KeyName.INNER_PUBLIC"),
}


def test_every_use_of_a_named_key_is_reached_by_a_rotation() -> None:
    assert set(_uses_of_named_keys()) == REWRAPPED_OR_TRANSIENT


def test_an_email_column_shows_its_key_version_and_nothing_else(db: Any) -> None:
    user = make_entered_member().user
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_user WHERE id = %s", [user.pk])
        [raw] = cursor.fetchone()

    assert decrypt_email(raw) == user.email
    assert key_version(raw) == 1
