"""The form of a community poll."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.deid import text as deid
from polls.models import AnswerOption, Poll
from sermo.core.coarse import to_week
from sermo.core.written_field import WrittenField

MIN_OPTIONS, MAX_OPTIONS = 2, 8
DAYS = [(7, _("7 days")), (14, _("14 days")), (30, _("30 days"))]
WEEKS_AHEAD = 4
MAX_OPTION_LENGTH = AnswerOption._meta.get_field("label").max_length or 200


class CommunityPollForm(forms.Form):
    """A question with two to eight options. Moderators can choose the week whose question it is."""

    question = WrittenField(
        label=_("Your question"),
        max_length=Poll._meta.get_field("question").max_length,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Write the question.")},
    )
    options = WrittenField(
        label=_("Answers to choose from"),
        help_text=_("One on each line, two to eight. They cannot be changed later."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={"required": _("Write two answers or more, one on each line.")},
    )
    is_multiple = forms.BooleanField(label=_("More than one may be chosen"), required=False)
    days = forms.TypedChoiceField(label=_("Open for"), choices=DAYS, coerce=int, initial=14)
    no_patient_details = forms.BooleanField(
        label=_("None of this can identify a patient"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any = None, *, moderates: bool) -> None:
        super().__init__(data)
        if moderates:
            monday = to_week(timezone.now().date())
            weeks = [monday + dt.timedelta(weeks=n) for n in range(WEEKS_AHEAD)]
            self.fields["week"] = forms.TypedChoiceField(
                label=_("As the question of a week"),
                help_text=_("It carries no handle then."),
                required=False,
                choices=[("", _("No: under my handle")), *((d.isoformat(), d) for d in weeks)],
                coerce=dt.date.fromisoformat,
                empty_value=None,
            )

    def clean_options(self) -> list[str]:
        lines = (" ".join(line.split()) for line in self.cleaned_data["options"].splitlines())
        options = list(dict.fromkeys(line for line in lines if line))
        if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
            raise forms.ValidationError(_("Write two to eight different answers."))
        if any(len(option) > MAX_OPTION_LENGTH for option in options):
            raise forms.ValidationError(_("An answer is longer than 200 characters."))
        return options

    def clean_week(self) -> dt.date | None:
        week: dt.date | None = self.cleaned_data["week"]
        if week is not None and Poll.objects.filter(week=week).exists():
            raise forms.ValidationError(_("That week has its question already."))
        return week

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text = "\n".join([cleaned.get("question") or "", *(cleaned.get("options") or [])])
        possible = [text[span.start : span.end] for span in deid.scan(text)]
        if possible and not cleaned.get("no_patient_details"):
            # The checkbox appears only now, after the member has seen what was found.
            self.fields["no_patient_details"].widget = forms.CheckboxInput()
            raise forms.ValidationError(
                _("Some words may tell who a patient is: %(words)s. Change them, or say not so.")
                % {"words": ", ".join(possible)}
            )
        return cleaned
