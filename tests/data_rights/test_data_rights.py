from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.errors import PersonHasLeft
from accounts.models import CredentialSlots, RecoveryRequest, User
from accounts.selectors import read_slots
from accounts.services.credential_slots import replace_password_slot
from accounts.services.recovery import request_recovery
from cases.models import Case, Comment
from cases.policies import HIDDEN_WORDS
from polls.models import QuizAnswer
from polls.services.quiz import answer_quiz
from sermo.audit.models import IdentityAuditEvent
from sermo.core import coarse
from sermo.data_rights import tasks
from sermo.data_rights.services.leaving import delete_leavers, leave_identity_store
from sermo.members.models import Member, MemberJob, ShownAs
from sermo.members.services import (
    author_of_capsule,
    disown_leavers,
    identity_escrow_of,
    suspend_member,
)
from sermo.members.viewer import Viewer, private_state, private_versions
from sermo.moderation.models import DecisionKind, HiddenText, Report
from sermo.notifications.models import EmailSubscription
from sermo.notifications.services import subscribe_by_email
from tests.accounts.conftest import (
    NEW_PASSWORD,
    EnteredMember,
    assert_only_slots_are_written,
    make_entered_member,
    sign_in,
)
from tests.accounts.test_recovery import reset_password
from tests.counting import statements
from tests.factories import PASSWORD, client_for, make_case, make_comment, make_user
from tests.moderation.marking import decide, report_words
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
        self.viewer = self.entrant.viewer
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
        answer_quiz(viewer=self.viewer, case_id=self.other.pk, ranked=[], confidence=4)
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
    assert posts["quizzes"] == [{"ranked": [], "confidence": 4}]
    assert posts["bookmarks, follows and drafts"]["follows"]["bookmarks"] == [world.other.pk.hex]


def test_the_size_of_a_copy_does_not_tell_what_is_in_it(world: World) -> None:
    sizes = []
    for text in ("", "More anonymous words. " * 100):
        if text:
            make_comment(world.viewer, world.other, anonymous=True, text=text)
        world.browser.post("/me/data/copy/")
        tasks.run_member_job(str(MemberJob.objects.get().pk))
        sizes.append(len(MemberJob.objects.get().encrypted_result))

    assert sizes[0] == sizes[1]
    assert "More anonymous words" in world.browser.get("/me/data/download/").content.decode()


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


def test_a_job_that_runs_is_not_begun_by_another_worker(world: World) -> None:
    world.browser.post("/me/data/copy/")
    job = MemberJob.objects.get()
    lock = [f"member-job:{job.pk.hex}"]
    settings = connections["default"].get_connection_params()
    names = {"dbname", "user", "password", "host", "port"} & set(settings)
    with psycopg.connect(**{name: settings[name] for name in names}) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", lock)
        tasks.run_member_job(str(job.pk))
        begun = MemberJob.objects.get().steps_total
        # Waits for its end; the end of the connection would come a little later.
        other.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", lock)

    tasks.run_member_job(str(job.pk))

    assert begun == 0
    assert MemberJob.objects.get().finished_on is not None


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


def test_after_leaving_no_key_decrypts_anything_of_the_person(
    world: World, time_machine: Any
) -> None:
    """Tried with every key there is, as somebody who holds all stores and all keys would."""
    answer = world.leave()

    assert "Done." in world.browser.get(answer["Location"]).content.decode()
    slots = read_slots(world.user.pk)
    assert (slots.password, slots.recovery, slots.custodians, slots.devices) == (
        None,
        b"",
        None,
        (),
    )
    private_versions.TABLE.renew(private_versions.prepare_renewal())
    for section in private_state.SECTIONS:
        assert private_state.load_section(world.viewer, section) == {}
    assert not EmailSubscription.objects.exists()
    assert not QuizAnswer.objects.exists()
    member_id = world.viewer.member.pk
    time_machine.move_to(timezone.now() + dt.timedelta(days=1))
    disown_leavers()
    assert identity_escrow_of(member_id) == b""
    for item in (world.comment, world.anonymous):
        assert author_of_capsule(item.pk) not in (None, member_id)
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


def test_the_own_copy_has_the_words_that_a_report_hides(world: World, osler: Viewer) -> None:
    report_words(osler, world.named, "synthetic")
    report_words(osler, world.anonymous, "anonymous")
    report_words(osler, world.comment, "words")
    world.browser.post("/me/data/copy/")
    tasks.run_member_job(str(MemberJob.objects.get().pk))

    posts = json.loads(world.browser.get("/me/data/download/").content)["what you said"]

    titles = {case["title"] for case in posts["cases"]}
    assert titles == {"A named synthetic case", "An anonymous one"}
    assert "Anonymous words" in {comment["text"] for comment in posts["comments"]}
    assert HIDDEN_WORDS in Comment.objects.get(pk=world.comment.pk).text


def test_removed_posts_leave_no_words_that_a_report_hid(
    world: World, osler: Viewer, moderator: Viewer
) -> None:
    for item, words in ((world.named, "synthetic"), (world.signed, "Signed")):
        report_words(osler, item, words)

    world.leave(named="remove")

    assert not HiddenText.objects.exists()
    assert list(Report.objects.values_list("passages", flat=True)) == [[], []]
    decide(moderator, world.named, DecisionKind.RESTORE)
    assert Case.objects.get(pk=world.named.pk).title == "Removed by its author"


def _hold_licence(world: World) -> None:
    Credential.objects.create(
        application=world.application,
        user_id=world.user.pk,
        scheme="npi",
        number_index=blind_index.number_index("npi", "US", "1234567893"),
    )


def _identity_rows(*, without: set[str]) -> dict[str, list[str]]:
    rows = {}
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table not in without:
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608
                rows[table] = [row for (row,) in cursor.fetchall()]
    return rows


def test_on_the_day_of_leaving_only_the_row_of_slots_changes(world: World) -> None:
    _hold_licence(world)
    before = _identity_rows(without={"accounts_credentialslots"})

    with statements() as executed:
        world.leave()

    assert _identity_rows(without={"accounts_credentialslots"}) == before
    assert_only_slots_are_written(
        [sql for sql in executed if "accounts_" in sql or "verification_" in sql], world.user
    )


def test_who_left_and_signs_in_again_sees_one_page(world: World, time_machine: Any) -> None:
    time_machine.move_to("2030-12-17")
    elsewhere = Client()
    sign_in(elsewhere, world.user.email)
    world.leave()

    home = Client()
    sign_in(home, world.user.email)
    page = home.get("/accounts/left/").content.decode()

    assert "We delete your name and documents on 1 January 2031." in page
    for browser in (home, elsewhere):
        for address in ("/cases/", "/me/data/", "/join/", "/accounts/welcome/", "/accounts/email/"):
            answer = browser.get(address)
            assert (answer.status_code, answer["Location"]) == (302, "/accounts/left/"), address
    assert home.post("/accounts/logout/").status_code == 302
    assert home.get("/accounts/left/").status_code == 302


def test_all_who_left_are_deleted_in_the_first_night_of_the_next_month(
    world: World, time_machine: Any
) -> None:
    time_machine.move_to("2030-12-17")
    other = make_entered_member("blake", "plum-robin-211")
    stays = make_entered_member("drew", "jade-osprey-300")
    leave_identity_store(other.user, keeps_licence_index=False)
    world.browser = Client()
    sign_in(world.browser, world.user.email)
    world.leave()
    _hold_licence(world)
    time_machine.move_to("2030-12-31T02:00:00+00:00")
    assert delete_leavers() == 0
    assert IdentityAuditEvent.objects.count() == 0

    time_machine.move_to("2031-01-01T02:00:00+00:00")

    assert delete_leavers() == 2
    assert delete_leavers() == 0
    assert list(User.objects.values_list("pk", flat=True)) == [stays.user.pk]
    assert CredentialSlots.objects.count() == 1
    assert not Application.objects.exists()
    assert not Credential.objects.exists()
    events = IdentityAuditEvent.objects.filter(action="accounts.account.deleted")
    assert events.count() == 2
    assert sign_in(Client(), world.user.email).status_code == 200


def test_a_night_that_was_missed_is_made_good(world: World, time_machine: Any) -> None:
    time_machine.move_to("2030-11-17")
    leave_identity_store(world.user, keeps_licence_index=False)
    time_machine.move_to("2031-01-09")

    assert delete_leavers() == 1
    assert not User.objects.exists()


def test_only_a_ban_remains_of_a_banned_person(world: World, time_machine: Any) -> None:
    time_machine.move_to("2030-12-17")
    world.browser = Client()
    sign_in(world.browser, world.user.email)
    _hold_licence(world)
    suspend_member(world.viewer.member.pk)
    world.leave()
    time_machine.move_to("2031-01-01")

    assert delete_leavers() == 1
    _assert_only_the_licence_index_remains(world)


def _assert_only_the_licence_index_remains(world: World) -> None:
    shell = User.objects.get(pk=world.user.pk)
    assert Credential.objects.get().banned
    assert (shell.is_active, bytes(shell.wrapped_data_key)) == (False, b"")
    assert "casey" not in shell.email
    assert Application.objects.get().details_ciphertext is None
    assert not CredentialSlots.objects.exists()
    answer = sign_in(Client(), "casey@mail.example")
    assert answer.status_code == 200


def test_who_leaves_without_the_opened_membership_is_told_what_stays(
    world: World, time_machine: Any
) -> None:
    time_machine.move_to("2030-12-17")
    _hold_licence(world)
    locked = client_for(world.user)

    page = locked.get("/me/data/leave/").content.decode()
    answer = locked.post("/me/data/leave/", LEAVE)
    confirmed = locked.get(answer["Location"]).content.decode()
    time_machine.move_to("2031-01-01")
    delete_leavers()

    assert "On 1 January 2031: we delete" in page
    assert "We delete everyone who leaves in a month in the same night." in page
    assert "We cannot check whether your membership is suspended." in page
    assert "We delete your name and documents on 1 January 2031." in confirmed
    _assert_only_the_licence_index_remains(world)


def test_other_sessions_end_when_somebody_leaves_without_the_opened_membership(
    world: World,
) -> None:
    assert world.browser.get("/me/").status_code == 200
    locked = client_for(world.user)

    answer = locked.post("/me/data/leave/", LEAVE)

    assert world.browser.get("/me/").status_code == 302
    assert locked.get(answer["Location"]).status_code == 200


def test_who_never_entered_is_deleted_at_once(db: Any) -> None:
    user = make_user("newcomer")
    client = client_for(user)

    page = client.get("/me/data/leave/").content.decode()
    client.post("/me/data/leave/", LEAVE)

    assert "Now: we delete your email address" in page
    assert not User.objects.exists()
    assert not CredentialSlots.objects.exists()


def test_a_recovery_request_ends_when_its_owner_leaves(world: World) -> None:
    request_recovery(user=world.user)

    world.leave()

    assert not RecoveryRequest.objects.exists()
    with pytest.raises(PersonHasLeft):
        replace_password_slot(
            user=world.user, credential=world.entrant.credential, password=PASSWORD
        )


def test_a_password_reset_after_leaving_brings_nothing_back(world: World) -> None:
    world.leave()

    reset_password(Client(), world.user.email)
    home = Client()
    sign_in(home, world.user.email, NEW_PASSWORD)

    assert home.get("/accounts/welcome/")["Location"] == "/accounts/left/"
    assert read_slots(world.user.pk).password is None


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
