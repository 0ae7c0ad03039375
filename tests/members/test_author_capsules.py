"""Author capsules: who wrote what anonymously, for moderation, for a limited time."""

from __future__ import annotations

import datetime as dt
import importlib
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Comment
from cases.services.identity import show_name
from sermo.core import keys
from sermo.members import services
from sermo.members.models import AuthorCapsule, ShownAs
from sermo.members.services import author_capsules, author_of_capsule, renew_author_capsules
from sermo.members.viewer import Viewer
from tests.factories import make_case, make_comment
from tests.factories_cases import post_comment

pytestmark = pytest.mark.django_db(databases=["default", "identity"])


def ciphertexts() -> set[bytes]:
    return {bytes(capsule.ciphertext) for capsule in AuthorCapsule.objects.all()}


def test_an_anonymous_post_has_a_capsule_and_a_named_one_has_none(
    osler: Viewer, blackwell: Viewer
) -> None:
    case = make_case(osler)

    anonymous = post_comment(blackwell, case, shown_as=ShownAs.ANONYMOUS)
    post_comment(blackwell, case, shown_as=ShownAs.HANDLE)

    capsule = AuthorCapsule.objects.get()
    assert capsule.pk == anonymous.pk
    assert capsule.week.weekday() == 0
    assert author_of_capsule(anonymous.pk) == blackwell.member.pk


def test_only_the_sealed_worker_reads_a_capsule(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(osler, anonymous=True)
    monkeypatch.delenv("SERMO_KEY_MODERATION_PRIVATE")

    with pytest.raises(keys.MissingKeyError):
        author_of_capsule(case.pk)


def test_in_the_night_every_capsule_changes_and_names_the_same_author(
    osler: Viewer, blackwell: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(author_capsules, "CHUNK_CAPSULES", 2)
    case = make_case(osler, anonymous=True)
    comments = [make_comment(blackwell, case, anonymous=True) for _ in range(4)]
    before = ciphertexts()

    assert renew_author_capsules(left=()) == 5

    after = ciphertexts()
    assert not before & after
    assert len({len(ciphertext) for ciphertext in before | after}) == 1
    assert author_of_capsule(case.pk) == osler.member.pk
    assert {author_of_capsule(comment.pk) for comment in comments} == {blackwell.member.pk}


def test_the_capsules_of_members_who_left_name_nobody(osler: Viewer, blackwell: Viewer) -> None:
    kept, left = make_case(osler, anonymous=True), make_case(blackwell, anonymous=True)
    posts = list(type(left).objects.order_by("pk").values())

    renew_author_capsules(left={blackwell.member.pk})

    assert author_of_capsule(kept.pk) == osler.member.pk
    assert author_of_capsule(left.pk) not in (None, blackwell.member.pk, osler.member.pk)
    assert list(type(left).objects.order_by("pk").values()) == posts


def test_old_capsules_and_those_of_revealed_posts_are_deleted_in_the_night(
    osler: Viewer, time_machine: Any
) -> None:
    time_machine.move_to("2030-03-14T09:00:00+00:00", tick=False)
    old = make_case(osler, anonymous=True)
    time_machine.move_to("2030-07-14T03:00:00+00:00", tick=False)
    revealed, recent = make_case(osler, anonymous=True), make_case(osler, anonymous=True)
    show_name(viewer=osler, case=revealed, shown_as=ShownAs.HANDLE)
    assert AuthorCapsule.objects.filter(pk=revealed.pk).exists()

    renew_author_capsules(left=())

    assert [capsule.pk for capsule in AuthorCapsule.objects.all()] == [recent.pk]
    assert author_of_capsule(old.pk) is None


def test_a_renewal_that_was_broken_off_continues_where_it_was(
    osler: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(author_capsules, "CHUNK_CAPSULES", 2)
    for _ in range(5):
        make_case(osler, anonymous=True)
    before = ciphertexts()
    calls: list[int] = []
    renew_one = author_capsules._renew

    def break_off(ciphertext: bytes, left: Any) -> bytes:
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("the worker was killed")
        return renew_one(ciphertext, left)

    monkeypatch.setattr(author_capsules, "_renew", break_off)
    with pytest.raises(RuntimeError, match="killed"):
        renew_author_capsules(left=())

    assert renew_author_capsules(left=()) == 3
    assert renew_author_capsules(left=()) == 0
    assert not before & ciphertexts()


def test_a_spoilt_capsule_stops_no_other(osler: Viewer) -> None:
    spoilt, other = make_case(osler, anonymous=True), make_case(osler, anonymous=True)
    [ciphertext] = AuthorCapsule.objects.filter(pk=other.pk).values_list("ciphertext", flat=True)
    AuthorCapsule.objects.filter(pk=spoilt.pk).update(
        ciphertext=bytes(ciphertext)[:2] + bytes(len(ciphertext) - 2)
    )

    assert renew_author_capsules(left=()) == 2

    assert not AuthorCapsule.objects.filter(ciphertext=ciphertext).exists()
    assert author_of_capsule(other.pk) == osler.member.pk


def test_author_ids_in_posts_become_capsules(osler: Viewer) -> None:
    """The migration, on rows as they were before it."""
    case = make_case(osler)
    anonymous, named = make_comment(osler, case, anonymous=True), make_comment(osler, case)
    AuthorCapsule.objects.all().delete()
    encrypted = services.encrypt_member_id(osler.member.pk)
    migration = importlib.import_module("cases.migrations.0003_author_capsules")
    monday = timezone.localdate() - dt.timedelta(days=timezone.localdate().weekday())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_comment ADD COLUMN encrypted_member_id bytea")
        cursor.execute(
            "UPDATE cases_comment SET encrypted_member_id = %s WHERE id = %s",
            [encrypted, anonymous.pk],
        )

        cursor.execute(migration.move("cases_comment").sql)

    [capsule] = AuthorCapsule.objects.values_list("post_id", "week", "renewed_on")
    assert capsule == (anonymous.pk, monday, None)
    assert author_of_capsule(anonymous.pk) == osler.member.pk
    assert Comment.objects.filter(pk=named.pk).exists()
