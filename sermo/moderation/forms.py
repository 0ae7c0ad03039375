"""Forms of reports, of authors' corrections and of moderators' decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.comments import ScannedForm
from sermo.core.written_field import WrittenField
from sermo.moderation import policies
from sermo.moderation.errors import TooMuchMarked
from sermo.moderation.models import AREA_NAMES, DetailKind, ReportReason

# Reports of patient details have a form of their own.
PROBLEMS = [choice for choice in ReportReason.choices if choice[0] != ReportReason.PATIENT]
MAX_REPLACEMENT_LENGTH = 200


class ReportForm(forms.Form):
    """A member's report of anything but patient details."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"), choices=PROBLEMS, widget=forms.RadioSelect
    )
    note = WrittenField(
        label=_("Anything the moderators should know"),
        help_text=_("Only moderators read this. Leave out names."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PatientDetailsForm(forms.Form):
    """What a member saw that can identify a patient, and where.

    Of a text the words, of a picture the areas. `passages` are the words after validation.
    """

    passages: list[str] = []

    details = forms.ChoiceField(
        label=_("What did you see?"), choices=DetailKind.choices, widget=forms.RadioSelect
    )
    marked = WrittenField(
        label=_("Where is it?"),
        help_text=_("Copy whole words here. Put each passage on its own line."),
        max_length=policies.MAX_MARKED_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Say where you saw it. Nothing was reported yet.")},
    )
    areas = forms.TypedMultipleChoiceField(
        label=_("Where in the picture is it?"),
        choices=list(AREA_NAMES.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--grid"}),
    )
    note = WrittenField(
        label=_("Note for the moderator"),
        help_text=_("The author and the moderators do not see your name."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, texts: list[str] | None, **kwargs: Any) -> None:
        """`texts` are those that the member can have read; None for a picture."""
        super().__init__(*args, **kwargs)
        self.texts = texts
        self.fields["details"].error_messages["required"] = _(
            "Say what you saw. Nothing was reported yet."
        )
        del self.fields["marked" if texts is None else "areas"]

    def clean_marked(self) -> str:
        marked: str = self.cleaned_data["marked"]
        self.passages = policies.passages_of(marked)
        if len(self.passages) > policies.MAX_PASSAGES:
            raise forms.ValidationError(_("Mark at most 20 passages. Nothing was reported yet."))
        if any(len(passage) < policies.MIN_PASSAGE_LENGTH for passage in self.passages):
            raise forms.ValidationError(
                _("Mark at least 2 characters in each line. Nothing was reported yet.")
            )
        if missing := policies.missing_passages(self.passages, self.texts or []):
            raise forms.ValidationError(
                _(
                    "These words are not in the post: “%(words)s”. Copy whole words. "
                    "Nothing was reported yet."
                ),
                params={"words": missing[0]},
            )
        if policies.hides_too_much(self.passages, self.texts or []):
            raise forms.ValidationError(TooMuchMarked.sentence)
        return marked


class CorrectionForm(ScannedForm):
    """The author's words for each reported passage."""

    def __init__(self, *args: Any, passages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.passages = {f"passage_{n}": passage for n, passage in enumerate(passages)}
        self.scanned_fields = tuple(self.passages)
        for name, passage in self.passages.items():
            self.fields[name] = WrittenField(
                label=_("New words for “%(words)s”") % {"words": passage},
                max_length=MAX_REPLACEMENT_LENGTH,
                required=False,
                widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            )

    @property
    def replacements(self) -> dict[str, str]:
        """The words for each passage; empty to remove it. After validation."""
        return {passage: self.cleaned_data[name] for name, passage in self.passages.items()}


class DecisionForm(forms.Form):
    """A moderator's reason, and a note for the public log."""

    reason = forms.ChoiceField(label=_("Reason"), choices=ReportReason.choices)
    note = WrittenField(
        label=_("Note for the log"),
        help_text=_("Members read this in the log. No names, no clinical details."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PictureForm(forms.Form):
    """A moderator's note to the author; required to return or refuse a picture."""

    note = WrittenField(
        label=_("Sentence for the author"),
        help_text=_("Needed to send back or refuse. The author reads it."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = action in {"return", "refuse"}
        self.fields["note"].error_messages["required"] = _("Say why, in one sentence.")
        self.fields["note"].widget.is_required = False
