"""What is asked, and why: no question without its reason beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sermo.core import countries, specialties
from verification import schemes
from verification.errors import InvalidSsn
from verification.models import Application
from verification.personal_data import consent_kinds
from verification.personal_data import ssn as secret_numbers
from verification.policy.reasons import REASON_LABELS, REFUSAL_REASONS, Reason
from verification.schemes import validators
from verification.services.identity_check import IdentityDetails
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
    """Needs the scheme of the country, for the number's label, hint and check."""

    number = forms.CharField(
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    given_name = forms.CharField(
        label=_("Given name"),
        help_text=_("As your licence writes it: we compare it with the register."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": "Enter your given name."},
    )
    family_name = forms.CharField(
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


STATE_VALIDATOR = RegexValidator(r"^[A-Za-z]{2}$", "Enter the two letters of the state.")
ZIP_VALIDATOR = RegexValidator(r"^[0-9]{5}(-?[0-9]{4})?$", "Enter a ZIP code of five digits.")


class IdentityForm(forms.Form):
    """What the identity check compares. The number is never shown again."""

    street = forms.CharField(
        label=_("Street and number"),
        help_text=_("Of the home you live in, or lived in last year."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        error_messages={"required": "Enter street and number."},
    )
    city = forms.CharField(
        label=_("City"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": "Enter the city."},
    )
    state = forms.CharField(
        label=_("State, two letters"),
        max_length=2,
        validators=[STATE_VALIDATOR],
        widget=forms.TextInput(attrs={"autocomplete": "address-level1"}),
        error_messages={"required": "Enter the two letters of the state."},
    )
    zip_code = forms.CharField(
        label=_("ZIP code"),
        max_length=10,
        validators=[ZIP_VALIDATOR],
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
        error_messages={"required": "Enter the ZIP code."},
    )
    phone = forms.CharField(
        label=_("Telephone (optional)"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    licence_state = forms.CharField(
        label=_("State of your licence (optional)"),
        max_length=2,
        required=False,
        validators=[STATE_VALIDATOR],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    licence_number = forms.CharField(
        label=_("Number of your state licence (optional)"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    me_number = forms.CharField(
        label=_("ME number (optional)"),
        help_text=_("Eleven digits, from the AMA."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    ssn = forms.CharField(
        label=_("Social security number (optional)"),
        help_text=_(
            "It makes the check quicker and surer. It is closed under a key of its own, used "
            "for this check alone, and erased when the check is over, after 72 hours at the latest."
        ),
        max_length=20,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    agreed = forms.BooleanField(
        label=consent_kinds.IDENTITY.label,
        help_text=consent_kinds.IDENTITY.why,
        error_messages={"required": "Without this the check cannot be made."},
    )

    def clean_ssn(self) -> str:
        raw: str = self.cleaned_data["ssn"]
        if raw and not secret_numbers.normalise_ssn(raw):
            raise forms.ValidationError(InvalidSsn.sentence)
        return raw

    def clean_me_number(self) -> str:
        raw: str = self.cleaned_data["me_number"]
        if raw and not validators.me(validators.normalise(raw)):
            raise forms.ValidationError("Please check your number: it has eleven digits.")
        return raw

    def details(self) -> IdentityDetails:
        told = {item.name: self.cleaned_data[item.name] for item in fields(IdentityDetails)}
        for name in ("state", "licence_state"):
            told[name] = told[name].upper()
        return IdentityDetails(**told)


class CorrectionForm(IdentityForm):
    """The same and the name; agreed was before."""

    agreed = None  # type: ignore[assignment]
    given_name = forms.CharField(label=_("Given name"), max_length=80)
    family_name = forms.CharField(label=_("Family name"), max_length=80)
    birth_date = forms.DateField(
        label=_("Date of birth"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    field_order = ("given_name", "family_name", "birth_date")


class IdentityQuestionsForm(forms.Form):
    """One choice for each question of the identity service."""

    def __init__(self, *args: Any, questions: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [str(question["type"]) for question in questions]
        for place, question in enumerate(questions):
            self.fields[f"answer{place}"] = forms.ChoiceField(
                label=str(question["prompt"]),
                choices=[("", "Choose an answer"), *((a, a) for a in question["answers"])],
                error_messages={"required": "Choose an answer."},
            )

    def answers(self) -> dict[str, str]:
        """By kind, as the vendor named it."""
        return {kind: self.cleaned_data[f"answer{place}"] for place, kind in enumerate(self.kinds)}


class DocumentForm(forms.Form):
    """One file at a time; a photograph or a stored file, whichever was given."""

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
    """One box for each check; what is needed to go on is required."""

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


class ContactCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of 8 digits"),
        help_text=_("It went to the contact that the register holds for your licence."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter the code."},
    )


class ReviewerAnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        help_text=_("Only reviewers read it."),
        max_length=1500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label=_("A document"),
        help_text=_(
            "JPEG, PNG, WebP or PDF, up to 15 MB. A reviewer looks at it, every look is "
            "logged, and it is deleted after the decision."
        ),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED_TYPES}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("answer") and not cleaned.get("file") and not self.errors:
            self.add_error("answer", "Write an answer, add a document, or both.")
        return cleaned

    def content(self) -> bytes | None:
        uploaded = self.cleaned_data.get("file")
        return uploaded.read() if uploaded else None


class ApproveForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        help_text=_("For other reviewers. Kept with the decision for a month."),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RejectForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("A code for the record. The applicant reads a fixed sentence, never this."),
        choices=[("", "Choose a reason"), *((str(r), REASON_LABELS[r]) for r in REFUSAL_REASONS)],
        widget=forms.Select(attrs={"data-shortcut": "r"}),
        error_messages={"required": "Choose the reason."},
    )
    note = forms.CharField(
        label=_("What you saw"),
        help_text=_("For other reviewers, and for an appeal. Kept for a month."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say in a sentence what you saw."},
    )

    def reasons(self) -> list[Reason]:
        return [Reason(self.cleaned_data["reason"])]


FREQUENT_QUESTIONS = (
    "Please add a photograph of your licence or registration card. Cover what we do not need.",
    "Please add a letter or badge of your hospital or practice that shows your name.",
    "Your name differs from the register's. Please add something that shows both names.",
    "The photograph cannot be read. Please take it again in good light, without a flash.",
    "Please tell us where and in which year you took your degree.",
)


class ApplicantQuestionForm(forms.Form):
    often = forms.ChoiceField(
        label=_("Asked often"),
        required=False,
        choices=[("", "None of these"), *((text, text) for text in FREQUENT_QUESTIONS)],
        widget=forms.Select(attrs={"data-shortcut": "m"}),
    )
    question = forms.CharField(
        label=_("Your own words"),
        help_text=_("The applicant reads it word for word, and can answer and add a document."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("often") and not cleaned.get("question") and not self.errors:
            self.add_error("question", "Choose a question or write what you ask for.")
        return cleaned

    def whole(self) -> str:
        """What the applicant reads: the chosen sentence, then the reviewer's own."""
        parts = (self.cleaned_data["often"], self.cleaned_data["question"])
        return "\n".join(part for part in parts if part)
