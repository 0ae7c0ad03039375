"""What may tell who the patient is holds publishing back until its author has decided."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from django.test import Client
from django.urls import reverse

from cases.deid.text import IdentifierKind
from cases.drafts import findings
from cases.drafts.content import DiagnosisPollContent, OpinionPollContent, OutcomeContent
from cases.drafts.encryption import DecryptedDraft
from cases.drafts.readiness import blockers, has_date_and_place
from cases.models import Case, Draft, Image
from cases.selectors.drafts import own_draft
from sermo.members.viewer import Viewer
from tests.factories_cases import make_draft, make_ready_image

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

TELLING = "Seen on 3 March 2024, call 415 555 2671"


def draft_findings(viewer: Viewer, draft: DecryptedDraft) -> list[findings.Finding]:
    content = own_draft(viewer, draft.public_id).content
    return findings.find_in_draft(content, draft.row.images.all())


@pytest.mark.parametrize(
    "fields",
    [
        {"title": TELLING},
        {"question": TELLING},
        {"history": TELLING},
        {"tags": ("rash", TELLING)},
        {"diagnosis_poll": DiagnosisPollContent(options=("Tinea", TELLING))},
        {"diagnosis_poll": DiagnosisPollContent(own_answer=(TELLING,))},
        {"opinion_poll": OpinionPollContent(TELLING, ("Yes", "No"))},
        {"opinion_poll": OpinionPollContent("Biopsy?", ("Yes", TELLING))},
        {"outcome": OutcomeContent("Tinea", learning_point=TELLING)},
    ],
)
def test_every_text_of_a_case_is_scanned(osler: Viewer, fields: dict[str, Any]) -> None:
    draft = make_draft(osler, **fields)

    kinds = {finding.kind for finding in draft_findings(osler, draft)}

    assert {"date", "phone"} <= kinds


def test_captions_and_descriptions_are_scanned(osler: Viewer) -> None:
    draft = make_draft(osler)
    image = make_ready_image(osler, draft)
    Image.objects.filter(pk=image.pk).update(caption=TELLING, alt=TELLING)

    assert {finding.label for finding in draft_findings(osler, draft)} == {
        "Caption of picture 1",
        "Description of picture 1",
    }


def test_a_case_without_patient_details_has_no_findings(osler: Viewer) -> None:
    draft = make_draft(osler, history="Itching for three weeks, worse at night, no fever.")

    assert draft_findings(osler, draft) == []


def test_undecided_findings_prevent_publishing_and_keep_the_text(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING)

    answer = client_for(osler).post(
        reverse("cases:publish", args=[draft.public_id]),
        {"shown_as": "handle", "consent": "on", "idempotency_key": uuid.uuid4()},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "3 March 2024" in page
    assert "day 0" in page
    assert not Case.objects.exists()
    assert own_draft(osler, draft.public_id).content.history == TELLING


def test_one_tap_replaces_as_suggested(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING)
    date = next(finding for finding in draft_findings(osler, draft) if finding.kind == "date")

    client_for(osler).post(reverse("cases:check", args=[draft.public_id]), {"replace": date.key})

    history = own_draft(osler, draft.public_id).content.history
    assert "3 March 2024" not in history
    assert "day 0" in history
    assert [finding.kind for finding in draft_findings(osler, draft)] == ["phone"]


def test_all_findings_are_replaced_at_once_also_beside_pictures(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING, tags=("rash", "seen 3 March 2024"))
    image = make_ready_image(osler, draft)
    Image.objects.filter(pk=image.pk).update(caption=TELLING)

    client_for(osler).post(reverse("cases:check", args=[draft.public_id]), {"replace": "all"})

    assert draft_findings(osler, draft) == []
    image.refresh_from_db()
    assert "2671" not in image.caption
    assert "2024" not in own_draft(osler, draft.public_id).content.tags[1]


def test_a_kept_finding_stays_kept_until_its_words_change(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler, history="Seen on 3 March 2024.")
    (finding,) = draft_findings(osler, draft)

    client.post(reverse("cases:check", args=[draft.public_id]), {"keep": finding.key})
    content = own_draft(osler, draft.public_id).content
    longer = replace(content, history="First visit. Seen on 3 March 2024.")
    other = replace(content, history="Seen on 4 March 2024.")

    assert findings.undecided(findings.find_in_draft(content, [])) == []
    assert findings.undecided(findings.find_in_draft(longer, [])) == []
    assert len(findings.undecided(findings.find_in_draft(other, []))) == 1


def test_decisions_about_unknown_findings_change_nothing(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING)

    client_for(osler).post(reverse("cases:check", args=[draft.public_id]), {"keep": "made-up"})

    assert Draft.objects.get(pk=draft.id).version == draft.version


def test_the_check_page_marks_each_finding_and_its_kind(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING)

    page = client_for(osler).get(reverse("cases:check", args=[draft.public_id])).content.decode()

    assert "a telephone number" in page
    assert ">3 March 2024</mark>" in page
    assert "Keep, it identifies nobody" in page


def test_a_place_and_a_date_together_are_pointed_out() -> None:
    def finding(kind: str) -> findings.Finding:
        return findings.Finding("k", "history", "History", "", "", "", kind, "", "", True, True)

    assert has_date_and_place([finding("place"), finding("date")])
    assert not has_date_and_place([finding("date")])


def test_an_incomplete_draft_can_be_published(osler: Viewer) -> None:
    draft = make_draft(osler)

    assert blockers(draft.content, [], []) == []


def test_every_kind_of_identifier_has_a_label() -> None:
    assert set(get_args(IdentifierKind)) == set(findings.KIND_LABELS)
