from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import CredentialSlot, User
from cases.models import Case, Comment
from sermo.core import coarse
from sermo.data_rights import tasks
from sermo.members.models import Member, MemberJob, ShownAs
from sermo.members.services import author_of_capsule, renew_author_capsules
from sermo.members.viewer import Viewer, private_state, private_versions
from sermo.notifications.models import EmailSubscription
from sermo.notifications.services import subscribe_by_email
from tests.accounts.conftest import EnteredMember, make_entered_member, sign_in
from tests.factories import PASSWORD, make_case, make_comment
from verification.models import Application, ApplicationState, Credential, Membership
from verification.personal_data import applicant_details
from verification.schemes import blind_index

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
LEAVE = {"named": "keep", "understood": "on", "password": PASSWORD}


class World:
    """Somebody who has said things in every way there is."""

    def __init__(self, osler: Viewer) -> None:
        self.entrant: EnteredMember = make_entered_member()
        self.user = self.entrant.user
        self.viewer = Viewer(
            Member.objects.get(pk=self.entrant.credential.member_id),
            self.entrant.credential.secret,
        )
        self.other = make_case(osler)
        self.named = make_case(self.viewer, title="A named synthetic case")
        self.anonymous = make_case(self.viewer, anonymous=True, title="An anonymous one")
        self.comment = make_comment(
            self.viewer,
            self.other,
            anonymous=True,
            text="Anonymous words",
        )
        self.signed = make_comment(
            self.viewer,
            self.other,
            shown_as=ShownAs.REAL_NAME,
            text="Signed words",
        )
        Comment.objects.filter(pk=self.signed.pk).update(byline="Casey Sampleton")
        subscribe_by_email(viewer=self.viewer, subject=self.other.pk, capsule=b"x" * 48)
        private_state.update_section(
            self.viewer, "follows", lambda section: section.update(bookmarks=[self.other.pk.hex])
        )
        self.application = Application.objects.create(
            user=self.user,
            state=ApplicationState.WITHDRAWN,
            country="US",
            scheme="npi",
            details_ciphertext=applicant_details.encrypt(
                self.user.decrypt_data_key(),
                applicant_details.ApplicantDetails(number="1234567893", given_name="Casey"),
            ),
            opened_month=coarse.to_month(timezone.localdate()),
        )
        Membership.objects.create(user=self.user, application=self.application)
        self.browser = Client()
        sign_in(self.browser, self.user.email)

    def leave(self, **changed: str) -> Any:
        answer = self.browser.post("/me/data/leave/", LEAVE | changed)
        for job in MemberJob.objects.filter(finished_on__isnull=True):
            tasks.run_member_job(str(job.pk))
        return answer


@pytest.fixture
def world(osler: Viewer, settings: Any) -> World:
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"
    return World(osler)


def test_the_copy_joins_both_halves_in_the_persons_own_session(world: World) -> None:
    world.browser.post("/me/data/copy/")
    waiting = world.browser.get("/me/data/").content.decode()
    assert world.browser.get("/me/data/download/").status_code == 404
    tasks.run_member_job(str(MemberJob.objects.get().pk))

    ready = world.browser.get("/me/data/").content.decode()
    answer = world.browser.get("/me/data/download/")
    copy = json.loads(answer.content)

    assert "being collected" in waiting
    assert "Download the copy" in ready
    assert answer["Cache-Control"] == "no-store"
    assert copy["you"]["e-mail"] == world.user.email
    assert copy["you"]["applications"][0]["given"]["number"] == "1234567893"
    posts = copy["what you said"]
    assert {case["title"] for case in posts["cases"]} == {
        "A named synthetic case",
        "An anonymous one",
    }
    assert {comment["text"] for comment in posts["comments"]} == {"Anonymous words", "Signed words"}
    assert posts["smaller acts"]["wishes for mail"] == 1
    assert posts["bookmarks, follows and drafts"]["follows"]["bookmarks"] == [world.other.pk.hex]


def test_progress_is_reported_step_by_step(world: World, monkeypatch: Any) -> None:
    from sermo.data_rights.services import export

    seen: list[tuple[int, int]] = []

    def look(_: Viewer) -> str:
        job = MemberJob.objects.get()
        seen.append((job.steps_done, job.steps_total))
        return ""

    monkeypatch.setattr(export, "PARTS", tuple((str(number), look) for number in range(3)))
    world.browser.post("/me/data/copy/")
    tasks.run_member_job(str(MemberJob.objects.get().pk))

    assert seen == [(0, 3), (1, 3), (2, 3)]
    assert MemberJob.objects.get().steps_done == 3


def test_no_row_of_a_job_says_for_whom_it_is(world: World) -> None:
    world.browser.post("/me/data/copy/")
    before = str(MemberJob.objects.values())
    tasks.sweep_member_jobs()
    after = str(MemberJob.objects.values())

    for rows in (before, after):
        for trace in (
            world.viewer.member.pk,
            world.user.pk,
            world.viewer.secret.hex(),
            "Anonymous words",
        ):
            assert str(trace) not in rows
            assert str(trace).replace("-", "") not in rows
    assert MemberJob.objects.get().encrypted_payload == b""


def test_another_member_cannot_see_a_copy(world: World, blackwell: Viewer, client_for: Any) -> None:
    world.browser.post("/me/data/copy/")
    tasks.sweep_member_jobs()
    other = client_for(blackwell)

    assert other.get("/me/data/download/").status_code == 404
    assert "Download the copy" not in other.get("/me/data/").content.decode()


def test_leaving_needs_the_password_and_a_choice(world: World) -> None:
    for changed in ({"password": "not-it-at-all"}, {"named": ""}, {"understood": ""}):
        assert world.leave(**changed).status_code == 422

    assert User.objects.filter(pk=world.user.pk).exists()
    assert not MemberJob.objects.exists()


def test_after_leaving_no_key_decrypts_anything_of_the_person(world: World) -> None:
    """Tried with every key there is, as somebody who holds all stores and all keys would."""
    sealed = list(CredentialSlot.objects.filter(user=world.user))
    assert sealed

    answer = world.leave()

    assert "Done." in world.browser.get(answer["Location"]).content.decode()
    assert not User.objects.filter(pk=world.user.pk).exists()
    assert not CredentialSlot.objects.exists()
    assert not Application.objects.exists()
    private_versions.TABLE.renew(private_versions.prepare_renewal())
    for section in private_state.SECTIONS:
        assert private_state.load_section(world.viewer, section) == {}
    assert not EmailSubscription.objects.exists()
    member = Member.objects.get(pk=world.viewer.member.pk)
    assert (bytes(member.identity_escrow), bytes(member.notice_public_key)) == (b"", b"")
    renew_author_capsules(left={member.pk})
    for item in (world.comment, world.anonymous):
        assert author_of_capsule(item.pk) not in (None, member.pk)
    assert world.browser.get("/cases/").status_code == 302


def test_anonymous_posts_stay_and_posts_under_the_handle_too_if_chosen(
    world: World,
) -> None:
    world.leave()

    assert Comment.objects.get(pk=world.comment.pk).text == "Anonymous words"
    signed = Comment.objects.get(pk=world.signed.pk)
    assert (signed.text, signed.byline) == ("Signed words", world.viewer.member.handle)
    assert Case.objects.get(pk=world.named.pk).title == "A named synthetic case"


def test_posts_under_the_handle_are_removed_if_chosen(
    world: World, osler: Viewer, client_for: Any
) -> None:
    handle = world.viewer.member.handle

    world.leave(named="remove")

    page = client_for(osler).get(world.other.get_absolute_url()).content.decode()
    assert "Anonymous words" in page
    for gone in ("Signed words", "Casey Sampleton", handle):
        assert gone not in page
    case = Case.objects.get(pk=world.named.pk)
    assert case.hidden_at is not None
    assert case.title == "Removed by its author"
    assert not Member.objects.filter(handle=handle).exists()
    assert client_for(osler).get(case.get_absolute_url()).status_code == 404


def test_only_a_ban_remains_after_leaving(world: World) -> None:
    Credential.objects.create(
        application=world.application,
        user_id=world.user.pk,
        scheme="npi",
        number_index=blind_index.number_index("npi", "US", "1234567893"),
    )
    Member.objects.filter(pk=world.viewer.member.pk).update(
        suspended_at=coarse.to_month(timezone.localdate())
    )

    world.leave()

    shell = User.objects.get(pk=world.user.pk)
    assert Credential.objects.get().banned
    assert (shell.is_active, bytes(shell.wrapped_data_key)) == (False, b"")
    assert "casey" not in shell.email
    assert Application.objects.get().details_ciphertext is None
    assert not CredentialSlot.objects.exists()
    assert (
        Client()
        .post("/accounts/login/", {"login": "casey@mail.example", "password": PASSWORD})
        .status_code
        == 200
    )


def test_a_job_run_twice_has_the_same_result(world: World) -> None:
    world.leave()
    member = Member.objects.values().get(pk=world.viewer.member.pk)

    for job in MemberJob.objects.all():
        tasks.run_member_job(str(job.pk))
    tasks.run_member_job(str(uuid.uuid4()))

    assert Member.objects.values().get(pk=world.viewer.member.pk) == member


def test_results_and_their_addresses_are_deleted_within_days(
    world: World, time_machine: Any
) -> None:
    world.browser.post("/me/data/copy/")
    tasks.sweep_member_jobs()
    time_machine.move_to(timezone.now() + dt.timedelta(days=9), tick=False)

    tasks.sweep_member_jobs()

    assert not MemberJob.objects.exists()
