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
from cases.drafting import Payload
from cases.models import Image

LABELS = {
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
KINDS = {
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
CERTAIN = 0.9
_CONTEXT = 48


@dataclass(frozen=True)
class Text:
    """One text of a draft; `path` is its place in the payload or beside an image."""

    path: str
    field: str
    value: str
    label: str


@dataclass(frozen=True)
class Hit:
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


def texts(payload: Payload, images: Iterable[Image]) -> Iterator[Text]:
    """Every text others would read, captions and options included."""
    for field, label in LABELS.items():
        value = _at(payload, field)
        if isinstance(value, list):
            for number, one in enumerate(value):
                yield Text(f"{field}.{number}", field, str(one), label)
        elif isinstance(value, str) and value:
            yield Text(field, field, value, label)
    for number, image in enumerate(images, start=1):
        for field in ("caption", "alt"):
            value = getattr(image, field)
            if value:
                path = f"image.{image.public_id}.{field}"
                yield Text(path, field, value, f"{LABELS[field]} {number}")


def find(payload: Payload, images: Iterable[Image]) -> list[Hit]:
    """All finds in order of the page, decided ones among them."""
    kept = set(payload.get("kept", ()))
    return [
        _hit(text, span, kept) for text in texts(payload, images) for span in deid.scan(text.value)
    ]


def find_in(text: Text, kept: Collection[str]) -> list[Hit]:
    """The finds in one text; `kept` are keys its author has decided to keep."""
    return [_hit(text, span, set(kept)) for span in deid.scan(text.value)]


def replaced_in(text: Text, keys: Collection[str]) -> str:
    """The text with these finds replaced as offered."""
    return deid.replace_spans(
        text.value, [s for s in deid.scan(text.value) if _key(text, s) in keys]
    )


def undecided(hits: Iterable[Hit]) -> list[Hit]:
    return [hit for hit in hits if not hit.is_kept]


def kept(payload: Payload, keys: Iterable[str]) -> Payload:
    """The payload with these finds marked as identifying nobody."""
    return {**payload, "kept": sorted({*payload.get("kept", ()), *keys})}


def replaced(
    payload: Payload, images: Iterable[Image], keys: set[str]
) -> tuple[Payload, list[tuple[Image, str, str]]]:
    """The payload with these finds replaced as offered; and image, field and text to change."""
    changed = copy.deepcopy(payload)
    by_address = {image.public_id: image for image in images}
    on_images = []
    for text in texts(payload, by_address.values()):
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


def _hit(text: Text, span: Span, kept: set[str]) -> Hit:
    key = _key(text, span)
    start, end = max(0, span.start - _CONTEXT), span.end + _CONTEXT
    return Hit(
        key=key,
        path=text.path,
        label=text.label,
        before=("…" if start else "") + text.value[start : span.start],
        words=text.value[span.start : span.end],
        after=text.value[span.end : end] + ("…" if end < len(text.value) else ""),
        kind=span.kind,
        kind_words=KINDS[span.kind],
        replacement=span.replacement,
        is_certain=span.score >= CERTAIN,
        is_kept=key in kept,
    )


def _key(text: Text, span: Span) -> str:
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
