"""Ways in which something is erased: each makes a thing, erases it, and says whether it is gone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils import timezone

from cases.jobs import purge
from cases.models import Case, Comment, Draft, HelpfulMark, Image, WaitingOutcome
from cases.services import drafts, visibility
from cases.services.publish import publish_case
from polls.models import AnswerRound, Poll, WaitingAnswer
from sermo.data_rights.services import job_payloads, leaving
from sermo.members import services as members
from sermo.members.models import AuthorCapsule, EncryptedNotice, Member, ShownAs
from sermo.members.records import load_record
from sermo.moderation.models import AuthorDisclosure, DisclosureState, HiddenText, Report
from sermo.notifications.models import EmailSubscription, NotificationEmail
from tests.factories import make_case, make_comment, make_viewer
from tests.factories_cases import make_case as publish
from tests.factories_cases import make_draft, make_ready_image, solve
from tests.factories_polls import make_poll


class Erasure(NamedTuple):
    """`make` returns what the other two are given. An erased thing stays erased in a restore."""

    name: str
    make: Callable[[], Any]
    erase: Callable[[Any], object]
    is_erased: Callable[[Any], bool]


def new_name() -> str:
    return f"m{uuid.uuid4().hex[:10]}"


def _viewer(**values: str) -> Any:
    return make_viewer(new_name(), **values)


def fresh(row: Any) -> Any:
    return type(row)._default_manager.filter(pk=row.pk).first()


def is_gone(row: Any) -> bool:
    return fresh(row) is None


def lacks(column: str) -> Callable[[Any], bool]:
    return lambda row: not getattr(fresh(row), column)


def has(column: str) -> Callable[[Any], bool]:
    return lambda row: bool(getattr(fresh(row), column))


def change(**values: Any) -> Callable[[Any], object]:
    return lambda row: type(row)._default_manager.filter(pk=row.pk).update(**values)


def delete(row: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).delete()


def _comment(**values: Any) -> Comment:
    return make_comment(_viewer(), make_case(_viewer()), **values)


def signed(post: Any) -> Any:
    """The post with the real name of its author."""
    change(shown_as=ShownAs.REAL_NAME, byline="Casey Sampleton")(post)
    return post


def _picture() -> Image:
    viewer = _viewer()
    draft = make_draft(viewer)
    image = make_ready_image(viewer, draft)
    publish_case(
        viewer=viewer, draft_id=draft.id, shown_as=ShownAs.HANDLE, idempotency_key=uuid.uuid4()
    )
    return Image.objects.get(pk=image.pk)


def _draft_picture() -> Image:
    viewer = _viewer()
    return make_ready_image(viewer, make_draft(viewer))


def _delete_original(image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(received_at=timezone.now() - dt.timedelta(days=8))
    purge.purge()


COMMUNITY = (
    Erasure(
        "a draft is deleted",
        lambda: make_draft(_viewer()),
        lambda draft: drafts.delete_draft_rows(draft.id),
        lambda draft: not Draft.objects.filter(pk=draft.id).exists(),
    ),
    Erasure(
        "a picture of a draft is deleted with it",
        _draft_picture,
        lambda image: drafts.delete_draft_rows(image.draft_id),
        is_gone,
    ),
    Erasure("an original is deleted", _draft_picture, _delete_original, lacks("original")),
    Erasure(
        "a working copy is deleted",
        _draft_picture,
        change(working="", working_key=b""),
        lacks("working"),
    ),
    Erasure(
        "a preview is deleted",
        _draft_picture,
        change(preview="", preview_key=b""),
        lacks("preview"),
    ),
    Erasure("a refused picture's files go", _picture, change(renditions={}), lacks("renditions")),
    Erasure(
        "a picture is hidden", _picture, lambda i: visibility.hide_image(image=i), has("hidden_at")
    ),
    Erasure(
        "a picture is covered",
        _picture,
        change(accepted_redactions=[{"box": [1, 2, 3, 4]}]),
        has("hidden_at"),
    ),
    Erasure(
        "a case is hidden",
        lambda: make_case(_viewer()),
        lambda case: visibility.hide_case(case=case),
        has("hidden_at"),
    ),
    Erasure(
        "a case is mended",
        lambda: make_case(_viewer(), history="Mrs. Placeholder"),
        change(history="A patient"),
        has("hidden_at"),
    ),
    Erasure(
        "a case is removed by its author",
        lambda: make_case(_viewer(), history="Words"),
        leaving.remove_case,
        lambda case: fresh(case).title == leaving.REMOVED and not fresh(case).history,
    ),
    Erasure(
        "a comment is hidden",
        _comment,
        lambda comment: visibility.hide_comment(comment=comment),
        has("hidden_at"),
    ),
    Erasure("a comment is mended", _comment, change(text="Other words"), has("hidden_at")),
    Erasure("a comment is removed", _comment, leaving.remove_comment, lacks("text")),
    *(
        Erasure(
            f"the real name on a {model.__name__}",
            lambda make=make: make(),  # type: ignore[misc]  # bound now
            change(shown_as=ShownAs.HANDLE, byline="handle"),
            lambda post: fresh(post).byline == fresh(post).author.handle,
        )
        for model, make in (
            (Case, lambda: signed(make_case(_viewer()))),
            (Comment, lambda: signed(_comment())),
        )
    ),
    *(
        Erasure(
            f"the address for mail of a {name}",
            make,
            change(encrypted_contact_email=None),
            lacks("encrypted_contact_email"),
        )
        for name, make in (
            ("case", lambda: make_case(_viewer(), encrypted_contact_email=b"sealed")),
            ("comment", lambda: _comment(encrypted_contact_email=b"sealed")),
        )
    ),
    Erasure(
        "a poll is removed",
        lambda: make_poll(_viewer(), "Gout"),
        lambda poll: leaving.remove_polls(Poll.objects.filter(pk=poll.pk)),
        lambda poll: fresh(poll).question == leaving.REMOVED,
    ),
    Erasure(
        "a question is mended",
        lambda: make_poll(_viewer(), "Gout"),
        change(question="Other words?"),
        has("hidden_at"),
    ),
    Erasure(
        "the text beside a picture is mended",
        _picture,
        change(alt="Other words"),
        has("hidden_at"),
    ),
    Erasure(
        "a picture is covered after a report",
        _picture,
        change(covered_at=timezone.now()),
        has("hidden_at"),
    ),
    Erasure(
        "an outcome is mended",
        lambda: solve(viewer := _viewer(), publish(viewer)),
        change(learning_point="Other words"),
        lambda outcome: Case.objects.get(pk=outcome.pk).hidden_at is not None,
    ),
    Erasure(
        "an outcome that waits is taken back",
        lambda: WaitingOutcome.objects.create(
            case=make_case(_viewer()),
            diagnosis="Gout",
            certainty="certain",
            established_by="test",
            appears_at=timezone.now(),
        ),
        delete,
        is_gone,
    ),
    Erasure(
        "an answer that waits is taken back",
        lambda: WaitingAnswer.objects.create(
            poll=make_poll(_viewer(), "Gout"),
            pseudonym=uuid.uuid4().bytes,
            ranked=[],
            round=AnswerRound.BLIND,
            appears_at=timezone.now(),
        ),
        delete,
        is_gone,
    ),
    Erasure(
        "the originals of hidden words go",
        lambda: HiddenText.objects.create(
            target_id=uuid.uuid4(),
            model="cases.case",
            row_id=uuid.uuid4(),
            field="history",
            original="Mrs. Placeholder",
            shown="hidden",
        ),
        delete,
        is_gone,
    ),
    Erasure(
        "a report forgets the words meant",
        lambda: Report.objects.create(
            target_kind="case",
            target_id=uuid.uuid4(),
            reason="patient",
            reporter=uuid.uuid4().bytes,
            reported_at=timezone.now(),
            passages=["Mrs. Placeholder"],
        ),
        change(passages=[]),
        lacks("passages"),
    ),
    Erasure(
        "a poll is hidden",
        lambda: make_poll(_viewer(), "Gout"),
        change(hidden_at=timezone.now()),
        has("hidden_at"),
    ),
    Erasure(
        "a helpful mark is taken back",
        lambda: HelpfulMark.objects.create(comment=_comment(), pseudonym=uuid.uuid4().bytes),
        delete,
        is_gone,
    ),
    Erasure(
        "a wish for mail ends",
        lambda: EmailSubscription.objects.create(
            id=uuid.uuid4(), subject=uuid.uuid4(), capsule=b"sealed"
        ),
        delete,
        is_gone,
    ),
    Erasure(
        "an email was sent",
        lambda: NotificationEmail.objects.create(
            capsule=b"sealed", kind="comment", next_at=timezone.now()
        ),
        delete,
        is_gone,
    ),
    Erasure(
        "a notice ran out",
        lambda: EncryptedNotice.objects.create(ciphertext=b"sealed", month=timezone.localdate()),
        delete,
        is_gone,
    ),
    Erasure(
        "an author's capsule ran out",
        lambda: AuthorCapsule.objects.get(pk=make_case(_viewer(), anonymous=True).pk),
        delete,
        is_gone,
    ),
    Erasure(
        "a job is done",
        lambda: job_payloads.begin_export(_viewer()),
        lambda job: job_payloads.finish(job),
        lacks("encrypted_payload"),
    ),
    Erasure(
        "an author is no longer disclosed",
        lambda: AuthorDisclosure.objects.create(
            target_kind="comment",
            target_id=uuid.uuid4(),
            encrypted_request=b"sealed",
            pair="1-2",
            recipient=bytes(32),
            state=DisclosureState.READY,
            ciphertext=b"sealed",
            requested_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(days=1),
        ),
        change(ciphertext=b"", state=DisclosureState.EXPIRED),
        lacks("ciphertext"),
    ),
    Erasure(
        "a moderator is one no more",
        lambda: _viewer(role="moderator").member,
        change(role=""),
        lacks("role"),
    ),
    Erasure(
        "a handle goes",
        lambda: _viewer().member,
        lambda member: leaving.clear_member(member.pk),
        lambda member: Member.objects.get(pk=member.pk).handle.startswith("left-"),
    ),
    Erasure(
        "mail is no longer wanted",
        lambda: Member.objects.create(
            handle=(name := new_name()), handle_key=name, wants_mail=True
        ),
        change(wants_mail=False),
        lacks("wants_mail"),
    ),
    Erasure(
        "a member is suspended",
        _viewer,
        lambda viewer: members.suspend_member(viewer.member.pk),
        lambda viewer: bool((record := load_record(viewer.member.pk)) and record.is_banned),
    ),
)
