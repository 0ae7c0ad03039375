"""Drafts, pictures with planted metadata, published cases and comments for tests."""

from __future__ import annotations

import io
import uuid
from dataclasses import replace
from typing import Any
from uuid import UUID

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from cases.drafts.content import DraftContent, OutcomeContent
from cases.drafts.encryption import DecryptedDraft
from cases.imaging import worker
from cases.imaging.redactions import redactions_from_json
from cases.models import Case, CasePurpose, Comment, Image, Outcome
from cases.selectors.drafts import own_draft
from cases.services import NewComment, add_comment, drafts, images
from cases.services.outcomes import mark_solved
from cases.services.publish import publish_case
from sermo.members.models import ShownAs
from sermo.members.viewer import Viewer

GPS_TAG = 0x8825
PLANTED = b"PLANTED-CAMERA-OWNER"
COMPLETE = DraftContent(
    preset="diagnosis",
    specialties=("dermatology",),
    complaint="itching red rings on both arms",
)


def make_draft(
    viewer: Viewer, *, purpose: CasePurpose = CasePurpose.ASK, **fields: Any
) -> DecryptedDraft:
    """A draft that is ready to publish, with these fields of `DraftContent` changed."""
    draft = drafts.create_draft(viewer=viewer, purpose=purpose, idempotency_key=uuid.uuid4())
    content = replace(COMPLETE, purpose=purpose, **fields)
    drafts.save_draft(viewer=viewer, draft=draft, content=content, version=0)
    return own_draft(viewer, draft.public_id)


def post_comment(
    viewer: Viewer,
    case: Case,
    text: str = "A synthetic comment.",
    *,
    idempotency_key: UUID | None = None,
    **fields: Any,
) -> Comment:
    """A comment under the handle, with these fields of `NewComment` changed."""
    comment = replace(NewComment(text=text, shown_as=ShownAs.HANDLE), **fields)
    return add_comment(
        viewer=viewer,
        case=case,
        comment=comment,
        idempotency_key=idempotency_key or uuid.uuid4(),
    )


def solve(author: Viewer, case: Case, diagnosis: str = "Gout", **fields: Any) -> Outcome:
    """Record an outcome, with these fields of `OutcomeContent` changed."""
    outcome = OutcomeContent(diagnosis=diagnosis, certainty="certain", established_by="test")
    recorded = mark_solved(viewer=author, case=case, outcome=replace(outcome, **fields))
    assert recorded is not None
    return recorded


def make_photograph(text: str = "", *, size: tuple[int, int] | None = None) -> bytes:
    """A JPEG with a location and an owner in its Exif, and with text in its pixels."""
    size = size or ((640, 480) if text else (240, 180))
    picture = Pillow.new("RGB", size, (198, 150, 132))
    draw = ImageDraw.Draw(picture)
    for ring in range(3):
        place = (80 + 150 * ring, 180, 180 + 150 * ring, 280)
        draw.ellipse(place, outline=(150, 60, 50), width=14)
    if text:
        draw.rectangle((20, 20, 420, 76), fill=(250, 250, 250))
        draw.text((30, 28), text, fill=(10, 10, 10), font=ImageFont.load_default(34))
    exif = Pillow.Exif()
    exif[0x010F] = "Planted camera"
    exif[0xA430] = PLANTED.decode()
    exif.get_ifd(GPS_TAG).update({1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 5.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


def make_image(viewer: Viewer, draft: DecryptedDraft, upload: bytes | None = None) -> Image:
    """A picture that was just uploaded."""
    return images.receive_image(
        viewer=viewer,
        draft=draft,
        upload=upload or make_photograph(),
        idempotency_key=uuid.uuid4(),
    )


def make_ready_image(viewer: Viewer, draft: DecryptedDraft, upload: bytes | None = None) -> Image:
    """A picture that is inspected, confirmed with every suggestion, and rendered."""
    image = make_image(viewer, draft, upload)
    worker.process(image.pk)
    image.refresh_from_db()
    images.confirm_image(image=image, redactions=redactions_from_json(image.suggested_redactions))
    worker.process(image.pk)
    image.refresh_from_db()
    return image


def make_case(
    viewer: Viewer,
    *,
    shown_as: ShownAs = ShownAs.HANDLE,
    purpose: CasePurpose = CasePurpose.ASK,
    key: UUID | None = None,
    **fields: Any,
) -> Case:
    """A case published through the composer."""
    draft = make_draft(viewer, purpose=purpose, **fields)
    return publish_case(
        viewer=viewer,
        draft_id=draft.id,
        shown_as=shown_as,
        idempotency_key=key or uuid.uuid4(),
    )
