"""What it really was."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.forms.comments import ScannedTextForm
from cases.models import Certainty, Comment, EstablishedBy, Outcome
from cases.selectors.thread import ThreadComment

EXCERPT = 90


class OutcomeForm(ScannedTextForm):
    """Diagnosis, certainty, how it was established, and whom it credits."""

    scanned = ("diagnosis", "text")

    text = forms.CharField(
        label=_("What can others learn from it?"),
        required=False,
        max_length=Outcome._meta.get_field("learning_point").max_length,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    diagnosis = forms.CharField(
        label=_("What was it?"),
        max_length=Outcome._meta.get_field("diagnosis").max_length,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    certainty = forms.ChoiceField(
        label=_("How certain is it?"), choices=Certainty.choices, widget=forms.RadioSelect
    )
    established_by = forms.ChoiceField(
        label=_("How was it established?"), choices=EstablishedBy.choices, widget=forms.RadioSelect
    )
    credited = forms.MultipleChoiceField(
        label=_("Whose comments helped?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    field_order = ("diagnosis", "certainty", "established_by", "text", "credited")

    def __init__(self, *args: Any, comments: list[ThreadComment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["diagnosis"].widget.attrs["data-combobox"] = f"{reverse('polls:concepts')}?q="
        credited = cast(forms.MultipleChoiceField, self.fields["credited"])
        credited.choices = [(one.public_id, _line(one)) for one in comments]

    def comments_of(self, case_id: UUID) -> list[Comment]:
        """The credited comments of this case."""
        return list(
            Comment.objects.filter(case_id=case_id, public_id__in=self.cleaned_data["credited"])
        )


def _line(said: ThreadComment) -> str:
    text = " ".join(said.text.split())
    return f"{said.byline}: {text[:EXCERPT]}{'…' if len(text) > EXCERPT else ''}"
