"""The author's look at one picture: what to fill in, and what to say with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from cases.deid.results import Box
from cases.models import Image

MOST_BOXES = 300
SPARE_ROWS = 2


class DescribeForm(forms.Form):
    caption = forms.CharField(
        label="Caption",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    alt = forms.CharField(
        label="Description for who cannot see the picture",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    is_sensitive = forms.BooleanField(
        label="Keep it covered until somebody opens it",
        help_text="For genital, very bloody or otherwise distressing pictures.",
        required=False,
    )


class BoxForm(forms.Form):
    """One box, in pixels of the upright picture. All four numbers empty: no box."""

    # What it was found as, and how surely: "text:0.93"; empty for what a person drew.
    origin = forms.RegexField(
        r"^(text|face|drawn):[01](\.\d+)?$", required=False, widget=forms.HiddenInput
    )
    x = forms.IntegerField(label="Left", min_value=0, required=False)
    y = forms.IntegerField(label="Top", min_value=0, required=False)
    w = forms.IntegerField(label="Width", min_value=1, required=False)
    h = forms.IntegerField(label="Height", min_value=1, required=False)
    gone = forms.BooleanField(label="Leave this visible", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("x", "y", "w", "h"):
            self.fields[name].widget.attrs |= {f"data-{name}": "", "inputmode": "numeric"}
        self.fields["gone"].widget.attrs["data-gone"] = ""

    @property
    def kind_words(self) -> str:
        """What was found here; empty for a box of the author's own."""
        kind = str(self["origin"].value() or "").partition(":")[0]
        return {"text": "text", "face": "a face"}.get(kind, "")

    def clean(self) -> dict[str, Any]:
        clean: dict[str, Any] = super().clean() or {}
        given = [clean.get(name) is not None for name in ("x", "y", "w", "h")]
        if any(given) and not all(given):
            raise forms.ValidationError("Give all four numbers of a box, or none.")
        return clean

    def box(self, image: Image) -> Box | None:
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
        return Box.from_json(fields)


_BoxFormSet = formset_factory(
    BoxForm, extra=SPARE_ROWS, max_num=MOST_BOXES, absolute_max=MOST_BOXES + SPARE_ROWS
)


def box_forms(image: Image, data: Any = None) -> BaseFormSet[BoxForm]:
    """Rows for what was proposed and what the author added, or the rows that came back."""
    return _BoxFormSet(data, prefix="box", initial=_rows(image))


def boxes_of(formset: BaseFormSet[BoxForm], image: Image) -> list[Box]:
    """What a valid formset asks to fill in."""
    return [box for form in formset.forms if (box := form.box(image)) is not None]


def _rows(image: Image) -> list[dict[str, Any]]:
    """Proposals, ticked where the author left one visible before, then what the author added."""
    accepted = [_place(box) for box in image.accepted_boxes]
    proposed = [_place(box) for box in image.proposed_boxes]
    rows = [_row(box) | {"gone": _was_left(image, box, accepted)} for box in image.proposed_boxes]
    return rows + [_row(box) for box in image.accepted_boxes if _place(box) not in proposed]


def _was_left(image: Image, box: dict[str, Any], accepted: list[tuple[int, ...]]) -> bool:
    """Only what the author has seen and left; what a second look added is filled in by default."""
    return bool(image.sizes) and not box.get("again") and _place(box) not in accepted


def _place(box: dict[str, Any]) -> tuple[int, ...]:
    return box["x"], box["y"], box["w"], box["h"]


def _row(box: dict[str, Any]) -> dict[str, Any]:
    return {
        "origin": f"{box['kind']}:{box['score']}",
        **{name: box[name] for name in ("x", "y", "w", "h")},
    }
