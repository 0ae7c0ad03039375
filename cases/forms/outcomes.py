"""The form for the outcome of a case."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.drafts.content import OutcomeContent
from cases.forms.comments import ScannedForm
from cases.models import Certainty, Comment, EstablishedBy, Outcome
from cases.selectors.thread import ThreadComment
from sermo.core.written_field import WrittenField

EXCERPT_LENGTH = 90


class OutcomeForm(ScannedForm):
    """Final diagnosis, certainty, how it was established, and the comments that helped."""

    scanned_fields = ("diagnosis", "learning_point")

    diagnosis = WrittenField(
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
    learning_point = WrittenField(
        label=_("What can others learn from it?"),
        required=False,
        max_length=Outcome._meta.get_field("learning_point").max_length,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    credited = forms.MultipleChoiceField(
        label=_("Whose comments helped?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, comments: list[ThreadComment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["diagnosis"].widget.attrs["data-combobox"] = f"{reverse('polls:concepts')}?q="
        credited = cast(forms.MultipleChoiceField, self.fields["credited"])
        credited.choices = [(comment.public_id, _excerpt(comment)) for comment in comments]

    def as_content(self) -> OutcomeContent:
        names = ("diagnosis", "certainty", "established_by", "learning_point")
        return OutcomeContent(**{name: self.cleaned_data[name] for name in names})

    def credited_comments(self, case_id: UUID) -> list[Comment]:
        """The credited comments of this case."""
        public_ids = self.cleaned_data["credited"]
        return list(Comment.objects.filter(case_id=case_id, public_id__in=public_ids))


def _excerpt(comment: ThreadComment) -> str:
    text = " ".join(comment.text.split())
    ellipsis = "…" if len(text) > EXCERPT_LENGTH else ""
    return f"{comment.byline}: {text[:EXCERPT_LENGTH]}{ellipsis}"
