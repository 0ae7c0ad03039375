"""Makes the few members, cases and polls on which `make chaos` works."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.drafts.content import DiagnosisPollContent, DraftContent, OpinionPollContent
from cases.models import CasePurpose
from cases.services import NewComment, add_comment, drafts
from cases.services.publish import publish_case
from polls.services import create_site_poll
from sermo.demo import people
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer

TITLES = ("A cough for three weeks", "A rash after a walk", "Pain in the knee", "Weight loss")


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--members", type=int, default=10)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SERMO_ENV != "test":
            raise CommandError("Only for a site that `make chaos` started.")
        viewers = people.make_members(options["members"])
        for number, title in enumerate(TITLES):
            _publish(viewers[number], title)
        create_site_poll(
            question="How do you look up a dose at night?",
            options=("An app", "The formulary", "A book"),
            is_multiple=False,
        )


def _publish(author: Viewer, title: str) -> None:
    content = DraftContent(
        purpose=CasePurpose.ASK,
        title=title,
        preset="diagnosis",
        specialties=("internal",),
        urgency="routine",
        complaint=title,
        history="Invented for a test of what the site endures.",
        diagnosis_poll=DiagnosisPollContent(("Asthma", "Pneumonia", "Bronchitis")),
        opinion_poll=OpinionPollContent("What would you do now?", ("Wait", "Test")),
    )
    key = uuid.uuid4()
    draft = drafts.create_draft(viewer=author, purpose=content.purpose, idempotency_key=key)
    drafts.save_draft(viewer=author, draft=draft, content=content, version=draft.version)
    case = publish_case(
        viewer=author, draft_id=draft.id, shown_as=ShownAs.HANDLE, idempotency_key=key
    )
    remark = NewComment("I would want one more test before I believe it.", ShownAs.HANDLE)
    add_comment(viewer=author, case=case, comment=remark, idempotency_key=uuid.uuid4())
