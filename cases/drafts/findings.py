"""Possible patient details in a draft, and the author's decisions about them.

A decision is stored as a digest of field, kind and words. The same words in the same field stay
decided while the author changes other words; changed words ask again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from cases.deid import text as deid
from cases.deid.text import Span
from cases.drafts.content import DraftContent, FieldText
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
    "diagnosis_poll.options": "Diagnosis on offer",
    "diagnosis_poll.own_answer": "Your own diagnosis",
    "opinion_poll.question": "Poll question",
    "opinion_poll.options": "Poll option",
    "outcome.diagnosis": "Final diagnosis",
    "outcome.learning_point": "Teaching point",
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
_CONTEXT_CHARACTERS = 48


@dataclass(frozen=True)
class ScannedText:
    """One text to scan. `field` is a key of `FIELD_LABELS`, `path` its place in the draft."""

    path: str
    field: str
    value: str
    label: str


@dataclass(frozen=True)
class Finding:
    """One possible patient detail, with the words around it."""

    key: str
    path: str
    label: str
    before: str
    words: str
    after: str
    kind: str
    kind_label: str
    replacement: str
    is_certain: bool
    is_kept: bool


def find_in_draft(content: DraftContent, images: Iterable[Image]) -> list[Finding]:
    """All findings in the order of the page, including those already decided."""
    return [
        finding
        for text in _scanned_texts(content, images)
        for finding in find_in_text(text, content.kept_findings)
    ]


def find_in_text(text: ScannedText, kept_keys: Collection[str]) -> list[Finding]:
    """The findings in one text. `kept_keys` holds the keys that the author decided to keep."""
    return [_finding(text, span, kept_keys) for span in deid.scan(text.value)]


def undecided(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.is_kept]


def replace_in_text(text: ScannedText, keys: Collection[str]) -> str:
    """The text with these findings replaced as suggested."""
    spans = [span for span in deid.scan(text.value) if _key(text, span) in keys]
    return deid.replace_spans(text.value, spans)


def keep_findings(content: DraftContent, keys: Iterable[str]) -> DraftContent:
    """The content with these findings marked as not identifying a patient."""
    return replace(content, kept_findings=content.kept_findings | set(keys))


def replace_findings(content: DraftContent, keys: Collection[str]) -> DraftContent:
    """The content with these findings replaced as suggested."""
    return content.map_texts(lambda text: replace_in_text(_scanned(text), keys))


def replace_in_image(image: Image, keys: Collection[str]) -> dict[str, str]:
    """New values of `caption` and `alt`, only for those in which a finding is replaced."""
    texts = _image_texts(image, number=0)
    changed = {text.field: replace_in_text(text, keys) for text in texts}
    return {name: value for name, value in changed.items() if value != getattr(image, name)}


def _scanned_texts(content: DraftContent, images: Iterable[Image]) -> list[ScannedText]:
    """Every text that colleagues would read, also captions and descriptions of pictures."""
    return [_scanned(text) for text in content.texts()] + [
        text
        for number, image in enumerate(images, start=1)
        for text in _image_texts(image, number=number)
    ]


def _scanned(text: FieldText) -> ScannedText:
    return ScannedText(text.path, text.field, text.value, FIELD_LABELS[text.field])


def _image_texts(image: Image, *, number: int) -> list[ScannedText]:
    """`number` counts the pictures of the draft from 1; it appears in the label."""
    return [
        ScannedText(
            f"image.{image.public_id}.{name}",
            name,
            getattr(image, name),
            f"{FIELD_LABELS[name]} {number}",
        )
        for name in ("caption", "alt")
        if getattr(image, name)
    ]


def _finding(text: ScannedText, span: Span, kept_keys: Collection[str]) -> Finding:
    key = _key(text, span)
    start, end = max(0, span.start - _CONTEXT_CHARACTERS), span.end + _CONTEXT_CHARACTERS
    return Finding(
        key=key,
        path=text.path,
        label=text.label,
        before=("…" if start else "") + text.value[start : span.start],
        words=text.value[span.start : span.end],
        after=text.value[span.end : end] + ("…" if end < len(text.value) else ""),
        kind=span.kind,
        kind_label=KIND_LABELS[span.kind],
        replacement=span.replacement,
        is_certain=span.score >= CERTAIN_SCORE,
        is_kept=key in kept_keys,
    )


def _key(text: ScannedText, span: Span) -> str:
    words = text.value[span.start : span.end]
    return hashlib.sha256(f"{text.field}|{span.kind}|{words}".encode()).hexdigest()[:24]
