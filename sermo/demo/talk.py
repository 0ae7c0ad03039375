"""Makes the cases, answers, comments, polls and reports of the demonstration, by the services."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
import uuid
from pathlib import Path

from django.utils import timezone

from cases.deid import images as deid
from cases.deid.results import Frame
from cases.drafts.content import (
    DiagnosisPollContent,
    DraftContent,
    OpinionPollContent,
    OutcomeContent,
)
from cases.drafts.encryption import DecryptedDraft
from cases.imaging import worker
from cases.models import (
    AskedSpecialty,
    Case,
    CasePurpose,
    CaseSearchEntry,
    CaseStats,
    Comment,
    Image,
)
from cases.models import ImageState as State
from cases.services import NewComment, add_comment, drafts
from cases.services.comments import add_update, set_helpful
from cases.services.outcomes import mark_solved
from cases.services.publish import publish_case
from polls.models import Poll, PollKind
from polls.services import AnswerInput, create_site_poll, submit_answer
from polls.services.counting import wait_band
from sermo.core.coarse import to_hour, to_week
from sermo.demo import pictures
from sermo.demo.stories import Story, stories
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer
from sermo.moderation.services import reports as moderation

SEED = uuid.UUID("5e12b0de-0000-4000-8000-000000000000")
DECISIVE_TESTS = (
    "A biopsy",
    "The family history",
    "Every drug taken",
    "A travel history",
    "An old film",
)
REMARKS = (
    "Seen twice in the last years; both did well once the name was on it.",
    "I would want one more test before I believe it.",
    "The history says more than the laboratory here.",
    "Agree. What was the blood pressure on the other arm?",
    "Thank you for posting. We had the same question last week.",
)


def make_cases(viewers: list[Viewer]) -> None:
    """Publish and answer every story. A story that is published already is not changed."""
    for number, story in enumerate(stories()):
        author = viewers[0] if number % 10 == 0 else viewers[number % 30]
        key = uuid.uuid5(SEED, story.title)
        if Case.objects.filter(idempotency_key=key).exists():
            continue
        chance = random.Random(number)
        case = _publish(author, story, key, number)
        _backdate(case, hours=1 + number * 9)
        crowd = [viewer for viewer in viewers if viewer.member.pk != author.member.pk]
        _answer(case, story, crowd, chance)
        _discuss(case, story, author, crowd, chance)


def _publish(author: Viewer, story: Story, key: uuid.UUID, number: int) -> Case:
    content = _draft_content(story)
    draft = drafts.create_draft(viewer=author, purpose=content.purpose, idempotency_key=key)
    drafts.save_draft(viewer=author, draft=draft, content=content, version=draft.version)
    if story.picture and not draft.row.images.exists():
        _attach_picture(draft, story, number)
    return publish_case(
        viewer=author,
        draft_id=draft.id,
        shown_as=ShownAs.ANONYMOUS if story.anonymous else ShownAs.HANDLE,
        idempotency_key=key,
    )


def _draft_content(story: Story) -> DraftContent:
    opinion = OpinionPollContent("What would you do now?", tuple(story.opinion))
    return DraftContent(
        purpose=CasePurpose.SHARE if story.shared else CasePurpose.ASK,
        title=story.title,
        preset=story.preset,
        question=story.question,
        specialties=tuple(story.specialties),
        age_band=story.age,
        sex=story.sex,
        setting=story.setting,
        urgency=story.urgency,
        complaint=story.complaint,
        duration=story.duration,
        history=story.history,
        examination=story.examination,
        laboratory=story.laboratory,
        imaging=story.imaging,
        medication=story.medication,
        tags=tuple(story.tags),
        diagnosis_poll=DiagnosisPollContent(tuple(story.options[:4])),
        opinion_poll=opinion if story.opinion else None,
        outcome=_outcome(story) if story.shared else None,
    )


def _outcome(story: Story) -> OutcomeContent:
    return OutcomeContent(story.outcome, "certain", "test", story.lesson)


def _attach_picture(draft: DecryptedDraft, story: Story, number: int) -> None:
    """Drawn here and rendered by the worker's own code; nothing on it needs to be found."""
    with tempfile.TemporaryDirectory(prefix="sermo-demo-") as folder:
        source = Path(folder) / "drawn.png"
        drawn = pictures.draw(story.picture, number)
        drawn.save(source)
        frame = Frame(source, *drawn.size)
        made = deid.render_sizes([frame], Path(folder))
        sizes = worker.store_renditions(made)
    Image.objects.create(
        draft=draft.row,
        state=State.READY,
        width=drawn.width,
        height=drawn.height,
        renditions=sizes,
        caption=story.caption,
        alt=f"{story.caption}. An invented picture, drawn by a program.",
        received_at=to_hour(timezone.now()),
    )


def _backdate(case: Case, *, hours: int) -> None:
    """Move the case back in time, so that the feed spans several days."""
    then = case.posted_at - dt.timedelta(hours=hours)
    Case.objects.filter(pk=case.pk).update(posted_at=then)
    CaseSearchEntry.objects.filter(case=case).update(posted_at=then)
    for model in (CaseStats, AskedSpecialty):
        model._default_manager.filter(case=case).update(last_activity_at=then)
    case.posted_at = then


def _answer(case: Case, story: Story, crowd: list[Viewer], chance: random.Random) -> None:
    """Let members vote, those of the requested specialties first; earlier options are likelier."""
    poll = Poll.objects.filter(case=case, kind=PollKind.DIAGNOSIS).first()
    if poll is None:
        return
    options = {option.label: option for option in poll.options.all()}
    weights = [5, 3, 2, 1, 1][: len(story.options)]
    asked = sorted(
        crowd, key=lambda v: (v.line.specialty not in story.specialties, chance.random())
    )
    for viewer in asked[: story.answers]:
        names = list(story.options)
        ranked: list[str] = []
        for _ in range(chance.randint(1, min(3, len(names)))):
            left = [name for name in names if name not in ranked]
            ranked += chance.choices(left, [weights[names.index(name)] for name in left])
        first_is_new = ranked[0] not in options
        answer = AnswerInput(
            ranked=[options[name] for name in ranked if name in options],
            added=ranked[0] if first_is_new else "",
            confidence=chance.choice([None, 2, 3, 4, 5]),
            decisive_test=chance.choice(DECISIVE_TESTS) if chance.random() < 0.3 else "",
        )
        submit_answer(viewer=viewer, poll=poll, answer=answer)
        options = {option.label: option for option in poll.options.all()}
    _vote_opinion(case, asked[: story.answers], chance)
    _answer_in_time(case, chance)


def _answer_in_time(case: Case, chance: random.Random) -> None:
    """Set the time to the first answers to some hours: here they all come within a second."""
    now = timezone.now()
    for poll in Poll.objects.filter(case=case, first_answer_within__isnull=False):
        waited = min(now - poll.opened_at, dt.timedelta(hours=chance.expovariate(1 / 2)))
        Poll.objects.filter(pk=poll.pk).update(first_answer_within=wait_band(waited))


def _vote_opinion(case: Case, viewers: list[Viewer], chance: random.Random) -> None:
    poll = Poll.objects.filter(case=case, kind=PollKind.OPINION).first()
    if poll is None:
        return
    options = list(poll.options.all())
    for viewer in viewers:
        answer = AnswerInput([chance.choice(options)])
        submit_answer(viewer=viewer, poll=poll, answer=answer)


def _discuss(
    case: Case, story: Story, author: Viewer, crowd: list[Viewer], chance: random.Random
) -> None:
    said: list[Comment] = []
    for number, text in enumerate((*story.remarks, chance.choice(REMARKS))):
        speaker = crowd[(number * 7 + chance.randint(0, 5)) % len(crowd)]
        anonymous = chance.random() < 0.35
        said.append(
            add_comment(
                viewer=speaker,
                case=case,
                comment=NewComment(text, ShownAs.ANONYMOUS if anonymous else ShownAs.HANDLE),
                idempotency_key=uuid.uuid5(SEED, f"{story.title}:{number}"),
            )
        )
        for reader in chance.sample(crowd, chance.randint(0, 4)):
            if reader.member.pk != speaker.member.pk:
                set_helpful(viewer=reader, comment=said[-1], on=True)
    thanks = "Thank you. I will look at that and come back."
    add_comment(
        viewer=author,
        case=case,
        comment=NewComment(thanks, case.shown_as, parent=said[0]),
        idempotency_key=uuid.uuid5(SEED, f"{story.title}:thanks"),
    )
    if story.outcome and not story.shared:
        add_update(
            viewer=author,
            case=case,
            text=story.lesson,
            idempotency_key=uuid.uuid5(SEED, f"{story.title}:update"),
        )
        mark_solved(
            viewer=author,
            case=case,
            outcome=_outcome(story),
            credited=said[:1],
        )


def make_community_polls(viewers: list[Viewer]) -> None:
    """Make two polls for all members, unless there is a community poll already."""
    if Poll.objects.filter(case__isnull=True).exists():
        return
    chance = random.Random(7)
    for question, options in (
        (
            "How do you look up a dose at night?",
            ("An app on the phone", "The hospital's formulary", "I ask the pharmacist", "A book"),
        ),
        (
            "Does your ward still use paper for handover?",
            ("Yes, only paper", "Paper and screen", "Screen only"),
        ),
    ):
        poll = create_site_poll(question=question, options=options, is_multiple=False)
        if not Poll.objects.filter(week__isnull=False).exists():
            Poll.objects.filter(pk=poll.pk).update(week=to_week(timezone.now().date()))
        for viewer in viewers[3:30]:
            answer = AnswerInput([chance.choice(list(poll.options.all()))])
            submit_answer(viewer=viewer, poll=poll, answer=answer)


def make_reports(viewers: list[Viewer]) -> None:
    """Make two reports for the moderators; a second call changes nothing."""
    comments = Comment.objects.select_related("case").order_by("id")[:2]
    for viewer, comment, reason in zip(
        viewers[4:6], comments, ("harmful", "advertising"), strict=False
    ):
        moderation.report_target(
            viewer=viewer, item=comment, reason=reason, note="Please have a look."
        )
