"""What may tell who the patient is holds publishing back until its author has decided."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, get_args

import pytest
from django.test import Client
from django.urls import reverse

from cases.deid.text import IdentifierKind
from cases.drafts import encryption, findings
from cases.drafts.readiness import blockers, is_rare_together
from cases.models import Case, Draft, Image
from sermo.members.viewer import Viewer
from tests.factories_cases import make_draft, make_ready_image

pytestmark = pytest.mark.django_db(databases=["default", "identity"])

TELLING = "Seen on 3 March 2024, call 415 555 2671"


def finds(viewer: Viewer, draft: encryption.DecryptedDraft) -> list[findings.Finding]:
    payload = encryption.own_draft(viewer, draft.public_id).payload
    return findings.find_in_draft(payload, draft.row.images.all())


@pytest.mark.parametrize(
    "payload",
    [
        {"title": TELLING},
        {"question": TELLING},
        {"history": TELLING},
        {"tags": ["rash", TELLING]},
        {"diagnosis": {"options": ["Tinea", TELLING], "own_guess": [], "confidence": None}},
        {"diagnosis": {"options": [], "own_guess": [TELLING], "confidence": None}},
        {"opinion": {"question": TELLING, "options": ["Yes", "No"], "multiple": False}},
        {"opinion": {"question": "Biopsy?", "options": ["Yes", TELLING], "multiple": False}},
        {"outcome": {"diagnosis": "Tinea", "text": TELLING}},
    ],
)
def test_every_text_of_a_case_is_read(osler: Viewer, payload: dict[str, Any]) -> None:
    draft = make_draft(osler, **payload)

    kinds = {hit.kind for hit in finds(osler, draft)}

    assert {"date", "phone"} <= kinds


def test_captions_and_descriptions_are_read(osler: Viewer) -> None:
    draft = make_draft(osler)
    image = make_ready_image(osler, draft)
    Image.objects.filter(pk=image.pk).update(caption=TELLING, alt=TELLING)

    assert {hit.label for hit in finds(osler, draft)} == {
        "Caption of picture 1",
        "Description of picture 1",
    }


def test_a_plain_case_has_no_finds(osler: Viewer) -> None:
    draft = make_draft(osler, history="Itching for three weeks, worse at night, no fever.")

    assert finds(osler, draft) == []


def test_undecided_finds_refuse_publishing_and_lose_nothing(
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
    assert encryption.own_draft(osler, draft.public_id).payload["history"] == TELLING


def test_one_tap_replaces_as_offered(osler: Viewer, client_for: Callable[[Viewer], Client]) -> None:
    draft = make_draft(osler, history=TELLING)
    date = next(hit for hit in finds(osler, draft) if hit.kind == "date")

    client_for(osler).post(reverse("cases:check", args=[draft.public_id]), {"replace": date.key})

    history = encryption.own_draft(osler, draft.public_id).payload["history"]
    assert "3 March 2024" not in history
    assert "day 0" in history
    assert [hit.kind for hit in finds(osler, draft)] == ["phone"]


def test_all_are_replaced_at_once_beside_pictures_too(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING, tags=["rash", "seen 3 March 2024"])
    image = make_ready_image(osler, draft)
    Image.objects.filter(pk=image.pk).update(caption=TELLING)

    client_for(osler).post(reverse("cases:check", args=[draft.public_id]), {"replace": "all"})

    assert finds(osler, draft) == []
    image.refresh_from_db()
    assert "2671" not in image.caption
    assert "2024" not in encryption.own_draft(osler, draft.public_id).payload["tags"][1]


def test_what_was_kept_stays_kept_until_the_words_change(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    client, draft = client_for(osler), make_draft(osler, history="Seen on 3 March 2024.")
    (hit,) = finds(osler, draft)

    client.post(reverse("cases:check", args=[draft.public_id]), {"keep": hit.key})
    kept = encryption.own_draft(osler, draft.public_id).payload
    longer = {**kept, "history": "First visit. Seen on 3 March 2024."}
    other = {**kept, "history": "Seen on 4 March 2024."}

    assert findings.undecided(findings.find_in_draft(kept, [])) == []
    assert findings.undecided(findings.find_in_draft(longer, [])) == []
    assert len(findings.undecided(findings.find_in_draft(other, []))) == 1


def test_decisions_about_unknown_finds_change_nothing(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING)

    client_for(osler).post(reverse("cases:check", args=[draft.public_id]), {"keep": "made-up"})

    assert Draft.objects.get(pk=draft.id).version == draft.version


def test_the_check_page_marks_each_find_and_names_it(
    osler: Viewer, client_for: Callable[[Viewer], Client]
) -> None:
    draft = make_draft(osler, history=TELLING)

    page = client_for(osler).get(reverse("cases:check", args=[draft.public_id])).content.decode()

    assert "a telephone number" in page
    assert ">3 March 2024</mark>" in page
    assert "Keep, it identifies nobody" in page


def test_a_place_and_a_date_together_are_pointed_out() -> None:
    def hit(kind: str) -> findings.Finding:
        return findings.Finding("k", "history", "History", "", "", "", kind, "", "", True, True)

    assert is_rare_together([hit("place"), hit("date")])
    assert not is_rare_together([hit("date")])


def test_the_meter_never_blocks(osler: Viewer) -> None:
    draft = make_draft(osler)

    assert blockers(draft.payload, [], []) == []


def test_every_kind_that_a_scan_may_find_has_words_for_the_author() -> None:
    assert set(get_args(IdentifierKind)) == set(findings.KIND_LABELS)
