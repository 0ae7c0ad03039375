"""Forms of joining. Each field says why it is asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sermo.core import countries, specialties
from sermo.core.written_field import WrittenField
from verification import schemes
from verification.models import Application
from verification.personal_data import consent_kinds
from verification.services.draft import LicenceDetails
from verification.vendors import adapters

MIN_AGE, MAX_AGE = 20, 100
ACCEPTED_TYPES = "image/jpeg,image/png,image/webp,application/pdf"


class CountryForm(forms.Form):
    country = forms.ChoiceField(
        label=_("Country of your licence"),
        help_text=_("It decides which number we ask for, and which register we compare it with."),
        choices=[("", "Choose a country"), *countries.CHOICES],
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": "Choose the country that issued your licence."},
    )


class LicenceForm(forms.Form):
    """Needs the scheme of the country for the number's label, hint and check."""

    number = WrittenField(
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    given_name = WrittenField(
        label=_("Given name"),
        help_text=_("As your licence writes it: we compare it with the register."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": "Enter your given name."},
    )
    family_name = WrittenField(
        label=_("Family name"),
        help_text=_(
            "As your licence writes it. An earlier name counts too if the register has it."
        ),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": "Enter your family name."},
    )
    birth_date = forms.DateField(
        label=_("Date of birth"),
        help_text=_(
            "It tells you from others of the same name. It is never shown to anybody but a "
            "reviewer."
        ),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": "Enter your date of birth.",
            "invalid": "Enter the date as year-month-day, such as 1980-05-31.",
        },
    )
    graduation_year = forms.IntegerField(
        label=_("Year of your medical degree"),
        help_text=_("Your byline shows a band of years, such as 11 to 20, never the year itself."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": "Enter the year of your medical degree.",
            "invalid": "Enter a year of four digits.",
        },
    )
    specialty = forms.ChoiceField(
        label=_("Specialty"),
        help_text=_(
            "It stands in your byline, and cases of your specialty are shown to you first."
        ),
        choices=[("", "Choose a specialty"), *specialties.CHOICES],
        error_messages={"required": "Choose your specialty."},
    )

    def __init__(self, *args: Any, scheme: schemes.Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        number = self.fields["number"]
        number.label = scheme.label
        number.help_text = scheme.hint
        number.error_messages["required"] = f"Enter your {scheme.label}."
        if scheme.digits and scheme.code not in {"MINC", "AHPRA"}:
            number.widget.attrs["inputmode"] = "numeric"

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        problem = schemes.number_problem(self.scheme, number)
        if problem:
            raise forms.ValidationError(problem)
        return number

    def clean_birth_date(self) -> dt.date:
        born: dt.date = self.cleaned_data["birth_date"]
        age = (timezone.localdate() - born).days // 365.25
        if not MIN_AGE <= age <= MAX_AGE:
            raise forms.ValidationError("Please check the year of your birth.")
        return born

    def clean_graduation_year(self) -> int:
        year: int = self.cleaned_data["graduation_year"]
        this_year = timezone.localdate().year
        if not this_year - 80 <= year <= this_year:
            raise forms.ValidationError(f"Enter a year between {this_year - 80} and {this_year}.")
        return year

    def details(self) -> LicenceDetails:
        return LicenceDetails(**self.cleaned_data)


class DocumentForm(forms.Form):
    """One file: a photograph or a stored file, whichever was given."""

    photo = forms.FileField(
        label=_("Photograph your document"),
        help_text=_(
            "Your licence, hospital badge or chamber card, whole and readable. It ties you "
            "to the licence where no register can."
        ),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        help_text=_("JPEG, PNG, WebP or PDF, up to 15 MB."),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED_TYPES}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.content_given() and not self.errors:
            self.add_error("photo", "Add a photograph or a file, or go on without one.")
        return cleaned

    def content_given(self) -> bool:
        return bool(self.cleaned_data.get("photo") or self.cleaned_data.get("file"))

    def content(self) -> bytes:
        uploaded = self.cleaned_data.get("photo") or self.cleaned_data["file"]
        data: bytes = uploaded.read()
        return data


class ConsentForm(forms.Form):
    """One checkbox for each consent. Those without which no check is possible are required."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_document = application.documents.filter(deleted_at__isnull=True).exists()
        for kind in consent_kinds.CONSENT_KINDS:
            needed = kind.required or (kind is consent_kinds.DOCUMENT and has_document)
            if kind is consent_kinds.DOCUMENT and not has_document:
                continue
            if kind is consent_kinds.DEVICE and not adapters.has_device_script():
                continue
            self.fields[kind.code] = forms.BooleanField(
                label=kind.label,
                help_text=kind.why if needed else f"Optional. {kind.why}",
                required=needed,
                error_messages={"required": "We cannot check your licence without this."},
            )

    def given(self) -> set[str]:
        return {code for code, ticked in self.cleaned_data.items() if ticked}
