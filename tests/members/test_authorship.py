"""What an item carries of its author, under each of the three identities."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest

from sermo.core import coarse, crypto
from sermo.members import pseudonyms, services
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
NOW = dt.datetime(2030, 3, 14, 9, 26, 53, 589793, tzinfo=dt.UTC)
SCOPE = pseudonyms.case_scope(uuid.UUID(int=1))


@pytest.fixture(autouse=True)
def _then(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def test_a_post_under_the_handle_has_the_member_and_the_minute(osler: Viewer) -> None:
    fields = services.authorship_fields(viewer=osler, scope=SCOPE, shown_as=ShownAs.HANDLE)

    assert (fields["author"], fields["pseudonym"], fields["byline"]) == (
        osler.member,
        None,
        "osler",
    )
    assert fields["posted_at"] == NOW.replace(second=0, microsecond=0)
    assert fields["appears_at"] is None


def test_an_anonymous_post_has_the_pseudonym_of_the_case_and_the_mark(osler: Viewer) -> None:
    fields = services.authorship_fields(viewer=osler, scope=SCOPE, shown_as=ShownAs.ANONYMOUS)

    tag = osler.pseudonym(SCOPE)
    assert fields["author"] is None
    assert fields["pseudonym"] == tag
    assert fields["byline"] == pseudonyms.anonymous_name(tag)
    assert fields["posted_at"] == coarse.to_mark(NOW)
    assert not [value for value in fields.values() if value in (osler.member.pk, "osler")]


@pytest.mark.parametrize(
    ("written", "urgent", "appears"),
    [
        ("03:00:00", False, "03:20"),
        ("03:18:59", False, "03:20"),
        # The last minute waits for the next mark, so that no slow request appears alone.
        ("03:19:01", False, "03:40"),
        ("03:41:00", False, "04:00"),
        ("03:01:00", True, "03:05"),
        ("03:04:30", True, "03:10"),
    ],
)
def test_an_anonymous_post_appears_at_the_next_mark(
    osler: Viewer, settings: Any, time_machine: Any, written: str, urgent: bool, appears: str
) -> None:
    settings.ANONYMOUS_MARK_MINUTES, settings.ANONYMOUS_URGENT_MARK_MINUTES = 20, 5
    time_machine.move_to(dt.datetime.fromisoformat(f"2026-03-04T{written}Z"), tick=False)

    fields = services.authorship_fields(
        viewer=osler, scope=SCOPE, shown_as=ShownAs.ANONYMOUS, urgent=urgent
    )

    mark = dt.datetime.fromisoformat(f"2026-03-04T{appears}:00Z")
    assert fields["appears_at"] == fields["posted_at"] == mark


def test_only_the_sealed_worker_decrypts_the_member_id_of_a_post(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (services.encrypt_member_id(osler.member.pk) for _ in range(2))

    assert first != second
    assert len(first) == len(second)
    assert osler.member.pk.bytes not in first
    assert services.decrypt_member_id(first) == osler.member.pk
    monkeypatch.delenv("SERMO_KEY_MODERATION_PRIVATE")
    with pytest.raises(Exception, match="SERMO_KEY_MODERATION_PRIVATE"):
        services.decrypt_member_id(second)


def test_encrypted_contact_emails_have_one_length_and_are_never_equal() -> None:
    short = services.encrypt_contact_email("a@b.example")
    longer = services.encrypt_contact_email(f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example")

    assert len(short) == len(longer)
    assert short != services.encrypt_contact_email("a@b.example")
    assert services.decrypt_contact_email(short) == "a@b.example"


def test_a_member_who_wants_no_email_leaves_no_address(osler: Viewer) -> None:
    wanting = dataclasses.replace(osler, email="osler@mail.example")

    without = services.authorship_fields(viewer=osler, scope=SCOPE, shown_as=ShownAs.HANDLE)
    with_one = services.authorship_fields(viewer=wanting, scope=SCOPE, shown_as=ShownAs.HANDLE)

    assert without["encrypted_contact_email"] is None
    assert (
        services.decrypt_contact_email(with_one["encrypted_contact_email"]) == "osler@mail.example"
    )


def test_the_real_name_is_copied_to_the_post_and_refused_where_unknown(osler: Viewer) -> None:
    named = dataclasses.replace(osler, real_name="Casey Sampleton")

    fields = services.authorship_fields(viewer=named, scope=SCOPE, shown_as=ShownAs.REAL_NAME)

    assert (fields["byline"], fields["author"]) == ("Casey Sampleton", osler.member)
    with pytest.raises(services.RealNameUnavailable):
        services.authorship_fields(viewer=osler, scope=SCOPE, shown_as=ShownAs.REAL_NAME)


def test_a_post_has_the_credential_line_of_the_day(osler: Viewer) -> None:
    fields = services.authorship_fields(viewer=osler, scope=SCOPE, shown_as=ShownAs.ANONYMOUS)

    assert fields["line_specialty"] == osler.line.specialty
    assert fields["line_years"] == osler.line.years
    assert fields["line_place"] == osler.line.place


def test_a_viewer_prints_neither_secret_nor_name(osler: Viewer) -> None:
    representation = repr(
        dataclasses.replace(osler, real_name="Casey Sampleton", email="x@mail.example")
    )

    assert repr(osler.secret) not in representation
    assert "Sampleton" not in representation
    assert "mail.example" not in representation


def test_a_ciphertext_for_another_key_does_not_decrypt() -> None:
    with pytest.raises(crypto.DecryptionError):
        services.decrypt_member_id(services.encrypt_contact_email("a@b.example"))
