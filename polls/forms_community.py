"""A question to everybody, with two to eight answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.deid import text as deid
from polls.models import Option, Poll

FEWEST, MOST = 2, 8
DAYS = [(7, _("7 days")), (14, _("14 days")), (30, _("30 days"))]
WEEKS_AHEAD = 4
LONGEST = Option._meta.get_field("label").max_length or 200


def _this_monday() -> dt.date:
    today = timezone.now().date()
    return today - dt.timedelta(days=today.weekday())


class PollForm(forms.Form):
    question = forms.CharField(
        label=_("Your question"),
        max_length=Poll._meta.get_field("question").max_length,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Write the question.")},
    )
    options = forms.CharField(
        label=_("Answers to choose from"),
        help_text=_("One on each line, two to eight. They cannot be changed later."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={"required": _("Write two answers or more, one on each line.")},
    )
    is_multiple = forms.BooleanField(label=_("More than one may be chosen"), required=False)
    days = forms.TypedChoiceField(label=_("Open for"), choices=DAYS, coerce=int, initial=14)
    keep = forms.BooleanField(
        label=_("None of this can identify a patient"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any = None, *, moderates: bool) -> None:
        super().__init__(data)
        self.hits: list[str] = []
        if moderates:
            monday = _this_monday()
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
        if not FEWEST <= len(options) <= MOST:
            raise forms.ValidationError(_("Write two to eight different answers."))
        if any(len(option) > LONGEST for option in options):
            raise forms.ValidationError(_("An answer is longer than 200 characters."))
        return options

    def clean_week(self) -> dt.date | None:
        week: dt.date | None = self.cleaned_data["week"]
        if week is not None and Poll.objects.filter(week=week).exists():
            raise forms.ValidationError(_("That week has its question already."))
        return week

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        whole = "\n".join([cleaned.get("question") or "", *(cleaned.get("options") or [])])
        self.hits = [whole[span.start : span.end] for span in deid.scan(whole)]
        if self.hits and not cleaned.get("keep"):
            # From now on the box stands in the form, to be ticked by whoever has looked.
            self.fields["keep"].widget = forms.CheckboxInput()
            raise forms.ValidationError(
                _("Some words may tell who a patient is: %(words)s. Change them, or say not so.")
                % {"words": ", ".join(self.hits)}
            )
        return cleaned
