"""Make a community, back it up, act, destroy it, restore it, and compare."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cases.models import Case, Draft
from cases.services.publish import publish_case
from polls.models import AnswerRound, WaitingAnswer
from polls.services.counting import count_due_answers
from sermo.audit.services import first_broken_position
from sermo.backups.stores.snapshot import table_digests
from sermo.members.models import ShownAs
from sermo.members.viewer import private_state
from tests.accounts.conftest import make_entered_member, sign_in
from tests.backups.conftest import Backups, empty_storages, run
from tests.backups.erasures import COMMUNITY
from tests.backups.erasures_of_people import PEOPLE
from tests.factories import make_case, make_comment, make_viewer
from tests.factories_cases import make_draft, make_ready_image
from tests.factories_polls import make_poll

pytestmark = pytest.mark.django_db(databases=["default", "identity"], transaction=True)
STORES = ("default", "identity")
STATES = {"backups_communitybackup", "backups_identitybackup"}
ERASURES = COMMUNITY + PEOPLE


@pytest.fixture(autouse=True)
def _encrypted_email(settings: Any) -> None:
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"


def digests() -> dict[str, Any]:
    return {table: found for alias in STORES for table, found in table_digests(alias).items()}


def differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {table for table in before if before[table] != after[table]}


def destroy() -> None:
    """Every row of both stores, and every file."""
    for alias in STORES:
        call_command("flush", database=alias, interactive=False, verbosity=0)
    empty_storages()


def test_what_was_there_is_there_again_and_people_sign_in(backups: Backups) -> None:
    casey = make_entered_member()
    draft = make_draft(casey.viewer)
    image = make_ready_image(casey.viewer, draft)
    case = make_case(casey.viewer, title="A synthetic case")
    make_comment(casey.viewer, case, anonymous=True, text="Anonymous words")
    private_state.update_section(
        casey.viewer, "follows", lambda section: section.update(bookmarks=[case.pk.hex])
    )
    run("backup")
    before = digests()
    new_case = make_case(casey.viewer, title="After the backup")
    browser = Client()
    sign_in(browser, casey.user.email)
    destroy()

    printed = backups.restore()

    assert differing(before, digests()) == STATES
    assert not Case.objects.filter(pk=new_case.pk).exists()
    assert first_broken_position("community") is first_broken_position("identity") is None
    assert browser.get(case.get_absolute_url()).status_code == 302  # its session ended
    again = Client()
    sign_in(again, casey.user.email)
    page = again.get(case.get_absolute_url())
    assert "Anonymous words" in page.content.decode()
    follows = private_state.load_section(casey.viewer, "follows")
    assert follows["bookmarks"] == [case.pk.hex]
    label = next(iter(image.renditions))
    picture = again.get(f"/cases/media/{image.public_id}/{label}.webp")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/webp")
    assert "0 lost" in printed
    assert "0 facts" in printed


def test_what_went_on_under_another_key_is_not_taken_for_erased(backups: Backups) -> None:
    casey, kim = make_entered_member(), make_viewer("kim")
    draft = make_draft(casey.viewer)
    waiting = WaitingAnswer.objects.create(
        poll=make_poll(kim, "Gout"),
        pseudonym=bytes(16),
        round=AnswerRound.BLIND,
        ranked=[],
        appears_at=timezone.now(),
    )
    run("backup")
    publish_case(
        viewer=casey.viewer,
        draft_id=draft.id,
        shown_as=ShownAs.HANDLE,
        idempotency_key=uuid.uuid4(),
    )
    count_due_answers(polls=[waiting.poll_id], now=timezone.now())
    assert not WaitingAnswer.objects.exists()
    run("backup", "--keep-list")
    destroy()

    backups.restore()

    assert Draft.objects.filter(pk=draft.id).exists()
    assert WaitingAnswer.objects.filter(pk=waiting.pk).exists()


def test_what_was_erased_since_stays_erased_and_what_was_not_stays(backups: Backups) -> None:
    erased = [(kind, kind.make()) for kind in ERASURES]
    untouched = [(kind, kind.make()) for kind in ERASURES]
    assert [kind.name for kind, thing in erased if kind.is_erased(thing)] == []
    run("backup")
    for kind, thing in erased:
        kind.erase(thing)
    run("backup", "--keep-list")
    destroy()

    backups.restore()

    assert [kind.name for kind, thing in erased if not kind.is_erased(thing)] == []
    assert [kind.name for kind, thing in untouched if kind.is_erased(thing)] == []
