"""The author's review of one picture: redactions, and the description of the picture."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.deid.results import RedactionBox
from cases.imaging.kept_findings import KeepReason, KeptFinding, suggestions_left_visible
from cases.imaging.redactions import Redaction, box_position, redactions_from_json
from cases.models import Image, ImageModeration, ModerationStatus
from sermo.core.written_field import WrittenField

MAX_REDACTIONS = 300
BLANK_ROWS = 2
DIMENSIONS = ("x", "y", "w", "h")
_NUMERIC = {"inputmode": "numeric"}


class ImageDescriptionForm(forms.Form):
    caption = WrittenField(
        label=_("Caption"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    alt = WrittenField(
        label=_("Description for who cannot see the picture"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    is_sensitive = forms.BooleanField(
        label=_("Keep it covered until somebody opens it"),
        help_text=_("For genital, very bloody or otherwise distressing pictures."),
        required=False,
    )


class RedactionForm(forms.Form):
    """One redaction, in pixels of the upright picture. A row with four empty numbers is blank.

    `frame_count` is the number of frames, `frame` the index of the one on the page.
    """

    # Kind and score of the detection, "text:0.93"; empty for a redaction drawn by a person.
    origin = forms.RegexField(
        r"^(text|face|drawn):[01](\.\d+)?$", required=False, widget=forms.HiddenInput
    )
    # Index in `Image.suggested_redactions`; empty for a redaction drawn by a person.
    suggestion = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    x = forms.IntegerField(label=_("Left"), min_value=0, required=False)
    y = forms.IntegerField(label=_("Top"), min_value=0, required=False)
    w = forms.IntegerField(label=_("Width"), min_value=1, required=False)
    h = forms.IntegerField(label=_("Height"), min_value=1, required=False)
    # Counted from 1. A still has no such field.
    only_frame = forms.IntegerField(label=_("Only on frame"), min_value=1, required=False)
    # A suggestion is not redacted; a redaction drawn by the author is removed.
    is_removed = forms.BooleanField(label=_("Leave this visible"), required=False)
    reason = forms.ChoiceField(
        label=_("Why may it stay visible?"),
        choices=[("", _("Choose a reason")), *KeepReason.choices],
        required=False,
    )
    explanation = WrittenField(
        label=_("In your words"),
        help_text=_("For the moderator. No names."),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, frame_count: int = 1, frame: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frame = frame
        if frame_count > 1:
            self.fields["only_frame"].validators.append(MaxValueValidator(frame_count))
            self.fields["only_frame"].widget.attrs["max"] = frame_count
        else:
            del self.fields["only_frame"]
        # static/js/redaction-editor.js finds the fields by these attributes.
        for name in (*DIMENSIONS, "only_frame"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {_data_attribute(name): "", **_NUMERIC}
        for name in ("is_removed", "reason"):
            self.fields[name].widget.attrs[_data_attribute(name)] = ""

    @property
    def kind_label(self) -> str:
        """What was detected; empty for a redaction drawn by a person."""
        kind = str(self["origin"].value() or "").partition(":")[0]
        labels = {"text": _("text"), "face": _("a face")}
        return str(labels.get(kind, ""))

    @property
    def frames_label(self) -> str:
        """The frames it was detected on; empty for a still and for a drawn redaction."""
        frames = self.initial.get("frames", ())
        if not frames:
            return ""
        if len(frames) == 1:
            return gettext("found on frame %(n)d") % {"n": frames[0] + 1}
        return ngettext(
            "found on %(many)d frame, first on frame %(n)d",
            "found on %(many)d frames, first on frame %(n)d",
            len(frames),
        ) % {"many": len(frames), "n": frames[0] + 1}

    @property
    def is_on_frame(self) -> bool:
        """Whether it covers the frame on the page."""
        only = self["only_frame"].value() if "only_frame" in self.fields else None
        return only in (None, "") or str(only) == str(self.frame + 1)

    @property
    def is_suggestion(self) -> bool:
        """Whether a detector suggested it. Leaving it visible needs a reason."""
        return self["suggestion"].value() not in (None, "")

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or {}
        given = [clean.get(name) is not None for name in DIMENSIONS]
        if any(given) and not all(given):
            raise forms.ValidationError(_("Give all four numbers of a box, or none."))
        return clean

    def redaction(self, image: Image) -> Redaction | None:
        """The redaction, clipped to the picture. None for a blank or removed row."""
        clean = self.cleaned_data
        if clean.get("x") is None or clean.get("is_removed"):
            return None
        left, top = min(clean["x"], image.width - 1), min(clean["y"], image.height - 1)
        kind, _colon, score = (clean.get("origin") or "drawn:1").partition(":")
        box = RedactionBox.from_json(
            {
                "frame": 0,
                "kind": kind,
                "score": score,
                "x": left,
                "y": top,
                "w": min(clean["w"], image.width - left),
                "h": min(clean["h"], image.height - top),
            }
        )
        only_frame = clean.get("only_frame")
        return Redaction(box, None if only_frame is None else only_frame - 1)


def _data_attribute(name: str) -> str:
    return f"data-{name.replace('_', '-')}"


_RedactionFormSet = formset_factory(
    RedactionForm,
    extra=BLANK_ROWS,
    max_num=MAX_REDACTIONS,
    absolute_max=MAX_REDACTIONS + BLANK_ROWS,
)


def redaction_formset(
    image: Image, data: Any = None, *, frame: int = 0
) -> BaseFormSet[RedactionForm]:
    """Rows for suggestions and for the author's own redactions, or the rows that were sent.

    `frame` is the index of the frame on the page.
    """
    form_kwargs = {"frame_count": image.frame_count, "frame": frame}
    return _RedactionFormSet(data, prefix="box", initial=_rows(image), form_kwargs=form_kwargs)


def redactions_of(formset: BaseFormSet[RedactionForm], image: Image) -> list[Redaction]:
    """The redactions of a valid formset."""
    redactions = (form.redaction(image) for form in formset.forms)
    return [redaction for redaction in redactions if redaction is not None]


def kept_findings_of(formset: BaseFormSet[RedactionForm], image: Image) -> list[KeptFinding] | None:
    """The suggestions that a valid formset leaves visible, with the author's reasons.

    None if a reason is missing; its row then has an error.
    """
    forms_by_index = {
        form.cleaned_data.get("suggestion"): form for form in formset.forms if form.is_suggestion
    }
    left_visible = suggestions_left_visible(
        image.suggested_redactions, redactions_of(formset, image)
    )
    kept_findings, is_complete = [], True
    for index, suggestion in left_visible:
        form = forms_by_index.get(index)
        clean = form.cleaned_data if form else {}
        if form and not _has_reason(clean):
            is_complete = False
            form.add_error("reason", _REASON_MISSING)
        kept_findings.append(
            KeptFinding(suggestion, clean.get("reason", ""), clean.get("explanation", ""))
        )
    return kept_findings if is_complete else None


_REASON_MISSING = _(
    "Something was found here and is not blacked out. Choose why it may stay visible."
)


def _has_reason(clean: dict[str, Any]) -> bool:
    needs_explanation = clean.get("reason") == KeepReason.OTHER
    return bool(clean.get("reason")) and (not needs_explanation or bool(clean.get("explanation")))


def _rows(image: Image) -> list[dict[str, Any]]:
    """Suggestions, marked if the author left them visible before, then the drawn redactions."""
    suggestions, accepted = image.suggested_redactions, image.accepted_redactions
    left_visible: set[int] = set()
    if _was_reviewed(image):
        redactions = redactions_from_json(accepted)
        left_visible = {n for n, _box in suggestions_left_visible(suggestions, redactions)}
    reasons = _reasons(image)
    accepted_by_position = {box_position(box): box for box in accepted}
    rows = []
    for n, suggestion in enumerate(suggestions):
        same = accepted_by_position.get(box_position(suggestion), {})
        is_removed = n in left_visible and not suggestion.get("from_second_check")
        row = _row(suggestion | {"only_frame": same.get("only_frame")})
        rows.append(row | {"suggestion": n, "is_removed": is_removed} | reasons.get(n, {}))
    known = {box_position(suggestion) for suggestion in suggestions}
    return rows + [_row(box) for box in accepted if box_position(box) not in known]


def _was_reviewed(image: Image) -> bool:
    """Whether the author has decided about this picture before."""
    has_decision = image.moderation_status != ModerationStatus.NOT_REQUIRED
    return bool(image.renditions or image.accepted_redactions) or has_decision


def _reasons(image: Image) -> dict[int, dict[str, str]]:
    """The author's earlier reasons by the index of the suggestion."""
    moderation = ImageModeration.objects.filter(image=image).first()
    rows = moderation.kept_findings if moderation else []
    by_position = {box_position(row["suggestion"]): row for row in rows}
    return {
        n: {"reason": row["reason"], "explanation": row["explanation"]}
        for n, suggestion in enumerate(image.suggested_redactions)
        if (row := by_position.get(box_position(suggestion)))
    }


def _row(box: dict[str, Any]) -> dict[str, Any]:
    """Initial values of a row. The form counts frames from 1."""
    only_frame = box.get("only_frame")
    return {
        "origin": f"{box['kind']}:{box['score']}",
        "frames": box.get("frames", ()),
        "only_frame": None if only_frame is None else only_frame + 1,
        **{name: box[name] for name in DIMENSIONS},
    }
