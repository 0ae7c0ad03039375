"""The author's look at one picture: what to fill in, and what to say with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.deid.results import RedactionBox
from cases.imaging.kept_findings import KeepReason, KeptFinding, suggestions_left_visible
from cases.imaging.redactions import Redaction, redactions_from_json
from cases.models import Image, ImageModeration, ModerationStatus

MAX_REDACTIONS = 300
BLANK_ROWS = 2


class ImageDescriptionForm(forms.Form):
    caption = forms.CharField(
        label=_("Caption"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    alt = forms.CharField(
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
    """One box, in pixels of the upright picture. All four numbers empty: no box.

    `frames` is how many there are, `frame` the index of the one on the page.
    """

    # What it was found as, and how surely: "text:0.93"; empty for what a person drew.
    origin = forms.RegexField(
        r"^(text|face|drawn):[01](\.\d+)?$", required=False, widget=forms.HiddenInput
    )
    # Its place among the finds; empty for what a person drew.
    found = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    x = forms.IntegerField(label=_("Left"), min_value=0, required=False)
    y = forms.IntegerField(label=_("Top"), min_value=0, required=False)
    w = forms.IntegerField(label=_("Width"), min_value=1, required=False)
    h = forms.IntegerField(label=_("Height"), min_value=1, required=False)
    # Counted from 1; a still has no such field.
    only = forms.IntegerField(
        label=_("Only on frame"),
        min_value=1,
        required=False,
    )
    gone = forms.BooleanField(label=_("Leave this visible"), required=False)
    why = forms.ChoiceField(
        label=_("Why may it stay visible?"),
        choices=[("", _("Choose a reason")), *KeepReason.choices],
        required=False,
    )
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("For the moderator. No names."),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *args: Any, frames: int = 1, frame: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frame = frame
        if frames > 1:
            self.fields["only"].validators.append(MaxValueValidator(frames))
            self.fields["only"].widget.attrs["max"] = frames
        else:
            del self.fields["only"]
        for name in {"x", "y", "w", "h", "only"} & self.fields.keys():
            self.fields[name].widget.attrs |= {f"data-{name}": "", "inputmode": "numeric"}
        for name in ("gone", "why"):
            self.fields[name].widget.attrs[f"data-{name}"] = ""

    @property
    def kind_words(self) -> str:
        """What was found here; empty for a box of the author's own."""
        kind = str(self["origin"].value() or "").partition(":")[0]
        words = {"text": _("text"), "face": _("a face")}
        return str(words.get(kind, ""))

    @property
    def where(self) -> str:
        """On which frames it was found; empty for a still and for the author's own."""
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
    def is_here(self) -> bool:
        """Whether it covers the frame on the page."""
        only = self["only"].value() if "only" in self.fields else None
        return only in (None, "") or str(only) == str(self.frame + 1)

    @property
    def is_find(self) -> bool:
        """Whether a detector proposed it: taking it away needs a reason."""
        return self["found"].value() not in (None, "")

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or {}
        given = [clean.get(name) is not None for name in ("x", "y", "w", "h")]
        if any(given) and not all(given):
            raise forms.ValidationError(_("Give all four numbers of a box, or none."))
        return clean

    def cover(self, image: Image) -> Redaction | None:
        """The box to fill in, clipped to the picture; None for an empty or dropped row."""
        clean = self.cleaned_data
        if clean.get("x") is None or clean.get("gone"):
            return None
        left, top = min(clean["x"], image.width - 1), min(clean["y"], image.height - 1)
        kind, _colon, score = (clean.get("origin") or "drawn:1").partition(":")
        fields = {"frame": 0, "kind": kind, "score": score}
        fields |= {"x": left, "y": top}
        fields |= {"w": min(clean["w"], image.width - left)}
        fields |= {"h": min(clean["h"], image.height - top)}
        only = clean.get("only")
        return Redaction(RedactionBox.from_json(fields), None if only is None else only - 1)


_BoxFormSet = formset_factory(
    RedactionForm,
    extra=BLANK_ROWS,
    max_num=MAX_REDACTIONS,
    absolute_max=MAX_REDACTIONS + BLANK_ROWS,
)


def redaction_formset(
    image: Image, data: Any = None, *, frame: int = 0
) -> BaseFormSet[RedactionForm]:
    """Rows for what was proposed and what the author added, or the rows that came back.

    `frame` is the index of the one shown with them.
    """
    told = {"frames": image.frame_count, "frame": frame}
    return _BoxFormSet(data, prefix="box", initial=_rows(image), form_kwargs=told)


def redactions_of(formset: BaseFormSet[RedactionForm], image: Image) -> list[Redaction]:
    """What a valid formset asks to fill in."""
    return [cover for form in formset.forms if (cover := form.cover(image)) is not None]


def kept_findings_of(formset: BaseFormSet[RedactionForm], image: Image) -> list[KeptFinding] | None:
    """Finds that the boxes of a valid formset leave visible, with the author's reasons.

    None where a reason is missing; its row then says so.
    """
    rows = {form.cleaned_data.get("found"): form for form in formset.forms if form.is_find}
    kept_findings, are_told = [], True
    for number, box in suggestions_left_visible(
        image.suggested_redactions, redactions_of(formset, image)
    ):
        form = rows.get(number)
        clean = form.cleaned_data if form else {}
        if form and not _is_told(clean):
            are_told = False
            form.add_error("why", _NO_REASON)
        kept_findings.append(KeptFinding(box, clean.get("why", ""), clean.get("words", "")))
    return kept_findings if are_told else None


_NO_REASON = _("Something was found here and is not blacked out. Choose why it may stay visible.")


def _is_told(clean: dict[str, Any]) -> bool:
    return bool(clean.get("why")) and (clean["why"] != KeepReason.OTHER or bool(clean.get("words")))


def _rows(image: Image) -> list[dict[str, Any]]:
    """Proposals, ticked where the author left one visible before, then what the author added."""
    accepted = redactions_from_json(image.accepted_redactions)
    left = (
        dict(suggestions_left_visible(image.suggested_redactions, accepted))
        if _was_decided(image)
        else {}
    )
    reasons = _reasons(image)
    kept = {_place(box): box for box in image.accepted_redactions}
    rows = [
        _row(box | {"only": kept.get(_place(box), {}).get("only")})
        | {"found": n, "gone": n in left and not box.get("again")}
        | reasons.get(n, {})
        for n, box in enumerate(image.suggested_redactions)
    ]
    places = [_place(box) for box in image.suggested_redactions]
    return rows + [_row(box) for box in image.accepted_redactions if _place(box) not in places]


def _was_decided(image: Image) -> bool:
    """Only what the author has seen and left; what a second look added is filled in by default."""
    return (
        bool(image.renditions or image.accepted_redactions)
        or image.moderation_status != ModerationStatus.NOT_REQUIRED
    )


def _reasons(image: Image) -> dict[int, dict[str, str]]:
    """What the author said before, by number of the find."""
    review = ImageModeration.objects.filter(image=image).first()
    told = {_place(one["box"]): one for one in review.kept_findings} if review else {}
    return {
        n: {"why": told[place]["why"], "words": told[place]["words"]}
        for n, box in enumerate(image.suggested_redactions)
        if (place := _place(box)) in told
    }


def _place(box: dict[str, Any]) -> tuple[int, ...]:
    return box["x"], box["y"], box["w"], box["h"]


def _row(box: dict[str, Any]) -> dict[str, Any]:
    only = box.get("only")
    return {
        "origin": f"{box['kind']}:{box['score']}",
        "frames": box.get("frames", ()),
        "only": None if only is None else only + 1,
        **{name: box[name] for name in ("x", "y", "w", "h")},
    }
