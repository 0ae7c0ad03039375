"""What in a draft may tell who a patient is, and what its author has decided about each find.

A decision is kept as a digest of field, kind and wording: the same words in the same field stay
decided while the rest is rewritten, and other words ask anew.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cases.deid import text as deid
from cases.deid.text import Span
from cases.drafts.encryption import Payload
from cases.models import Image

FIELD_LABELS = {
    "title": "Title",
    "question": "Question",
    "complaint": "Chief complaint",
    "duration": "Duration",
    "history": "History",
    "examination": "Examination",
    "laboratory": "Laboratory",
    "imaging": "Imaging",
    "medication": "Medication",
    "tags": "Tag",
    "diagnosis.options": "Diagnosis on offer",
    "diagnosis.own_guess": "Your own diagnosis",
    "opinion.question": "Poll question",
    "opinion.options": "Poll option",
    "outcome.diagnosis": "Final diagnosis",
    "outcome.text": "Teaching point",
    "caption": "Caption of picture",
    "alt": "Description of picture",
}
KIND_LABELS = {
    "date": "a date",
    "age": "an age over 89",
    "phone": "a telephone number",
    "fax": "a fax number",
    "email": "an e-mail address",
    "url": "a web address",
    "ip": "a network address",
    "account": "an account number",
    "plan": "a number of a health plan",
    "licence": "a licence, certificate or passport number",
    "ssn": "a social security number",
    "record": "a number like a record's",
    "name": "a name",
    "place": "a place",
    "vehicle": "a vehicle's number",
    "device": "a device's number",
    "biometric": "a fingerprint, voice or full-face picture",
    "institution": "an institution",
}
CERTAIN_SCORE = 0.9
_CONTEXT = 48


@dataclass(frozen=True)
class ScannedText:
    """One text of a draft; `path` is its place in the payload or beside an image."""

    path: str
    field: str
    value: str
    label: str


@dataclass(frozen=True)
class Finding:
    """One find, with the words around it."""

    key: str
    path: str
    label: str
    before: str
    words: str
    after: str
    kind: str
    kind_words: str
    replacement: str
    is_certain: bool
    is_kept: bool


def scanned_texts(payload: Payload, images: Iterable[Image]) -> Iterator[ScannedText]:
    """Every text others would read, captions and options included."""
    for field, label in FIELD_LABELS.items():
        value = _at(payload, field)
        if isinstance(value, list):
            for number, one in enumerate(value):
                yield ScannedText(f"{field}.{number}", field, str(one), label)
        elif isinstance(value, str) and value:
            yield ScannedText(field, field, value, label)
    for number, image in enumerate(images, start=1):
        for field in ("caption", "alt"):
            value = getattr(image, field)
            if value:
                path = f"image.{image.public_id}.{field}"
                yield ScannedText(path, field, value, f"{FIELD_LABELS[field]} {number}")


def find_in_draft(payload: Payload, images: Iterable[Image]) -> list[Finding]:
    """All finds in order of the page, decided ones among them."""
    kept = set(payload.get("kept", ()))
    return [
        _hit(text, span, kept)
        for text in scanned_texts(payload, images)
        for span in deid.scan(text.value)
    ]


def find_in_text(text: ScannedText, kept: Collection[str]) -> list[Finding]:
    """The finds in one text; `kept` are keys its author has decided to keep."""
    return [_hit(text, span, set(kept)) for span in deid.scan(text.value)]


def replace_in_text(text: ScannedText, keys: Collection[str]) -> str:
    """The text with these finds replaced as offered."""
    return deid.replace_spans(
        text.value, [s for s in deid.scan(text.value) if _key(text, s) in keys]
    )


def undecided(hits: Iterable[Finding]) -> list[Finding]:
    return [hit for hit in hits if not hit.is_kept]


def keep_findings(payload: Payload, keys: Iterable[str]) -> Payload:
    """The payload with these finds marked as identifying nobody."""
    return {**payload, "kept": sorted({*payload.get("kept", ()), *keys})}


def replace_findings(
    payload: Payload, images: Iterable[Image], keys: set[str]
) -> tuple[Payload, list[tuple[Image, str, str]]]:
    """The payload with these finds replaced as offered; and image, field and text to change."""
    changed = copy.deepcopy(payload)
    by_address = {image.public_id: image for image in images}
    on_images = []
    for text in scanned_texts(payload, by_address.values()):
        spans = [one for one in deid.scan(text.value) if _key(text, one) in keys]
        if not spans:
            continue
        value = deid.replace_spans(text.value, spans)
        if text.path.startswith("image."):
            _image, address, field = text.path.split(".")
            on_images.append((by_address[address], field, value))
        else:
            _put(changed, text.path, value)
    return changed, on_images


def _hit(text: ScannedText, span: Span, kept: set[str]) -> Finding:
    key = _key(text, span)
    start, end = max(0, span.start - _CONTEXT), span.end + _CONTEXT
    return Finding(
        key=key,
        path=text.path,
        label=text.label,
        before=("…" if start else "") + text.value[start : span.start],
        words=text.value[span.start : span.end],
        after=text.value[span.end : end] + ("…" if end < len(text.value) else ""),
        kind=span.kind,
        kind_words=KIND_LABELS[span.kind],
        replacement=span.replacement,
        is_certain=span.score >= CERTAIN_SCORE,
        is_kept=key in kept,
    )


def _key(text: ScannedText, span: Span) -> str:
    words = text.value[span.start : span.end]
    return hashlib.sha256(f"{text.field}|{span.kind}|{words}".encode()).hexdigest()[:24]


def _at(payload: Payload, field: str) -> Any:
    head, _dot, tail = field.partition(".")
    value = payload.get(head)
    if not tail:
        return value
    return value.get(tail) if isinstance(value, dict) else None


def _put(payload: Payload, path: str, value: str) -> None:
    *heads, last = path.split(".")
    holder: Any = payload
    for head in heads:
        holder = holder[head]
    if isinstance(holder, list):
        holder[int(last)] = value
    else:
        holder[last] = value
