"""Forms of the identity check: address, corrections and identity questions."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from sermo.core.written_field import WrittenField
from verification.errors import InvalidSsn
from verification.personal_data import consent_kinds
from verification.personal_data.ssn import normalise_ssn
from verification.schemes import validators
from verification.services.identity_details import IdentityDetails

STATE_VALIDATOR = RegexValidator(r"^[A-Za-z]{2}$", "Enter the two letters of the state.")


ZIP_VALIDATOR = RegexValidator(r"^[0-9]{5}(-?[0-9]{4})?$", "Enter a ZIP code of five digits.")


class IdentityForm(forms.Form):
    """What the identity check compares. The social security number is never shown again."""

    street = WrittenField(
        label=_("Street and number"),
        help_text=_("Of the home you live in, or lived in last year."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        error_messages={"required": "Enter street and number."},
    )
    city = WrittenField(
        label=_("City"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": "Enter the city."},
    )
    state = WrittenField(
        label=_("State, two letters"),
        max_length=2,
        validators=[STATE_VALIDATOR],
        widget=forms.TextInput(attrs={"autocomplete": "address-level1"}),
        error_messages={"required": "Enter the two letters of the state."},
    )
    zip_code = WrittenField(
        label=_("ZIP code"),
        max_length=10,
        validators=[ZIP_VALIDATOR],
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
        error_messages={"required": "Enter the ZIP code."},
    )
    phone = WrittenField(
        label=_("Telephone (optional)"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    licence_state = WrittenField(
        label=_("State of your licence (optional)"),
        max_length=2,
        required=False,
        validators=[STATE_VALIDATOR],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    licence_number = WrittenField(
        label=_("Number of your state licence (optional)"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    me_number = WrittenField(
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
        if raw and not normalise_ssn(raw):
            raise forms.ValidationError(InvalidSsn.sentence)
        return raw

    def clean_me_number(self) -> str:
        raw: str = self.cleaned_data["me_number"]
        if raw and not validators.me(validators.normalise(raw)):
            raise forms.ValidationError("Please check your number: it has eleven digits.")
        return raw

    def details(self) -> IdentityDetails:
        values = {item.name: self.cleaned_data[item.name] for item in fields(IdentityDetails)}
        for name in ("state", "licence_state"):
            values[name] = values[name].upper()
        return IdentityDetails(**values)


class CorrectionForm(IdentityForm):
    """The same fields and the name. Consent was given before."""

    agreed = None  # type: ignore[assignment]
    given_name = WrittenField(label=_("Given name"), max_length=80)
    family_name = WrittenField(label=_("Family name"), max_length=80)
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
        """The answers by question type, as the vendor names it."""
        return {kind: self.cleaned_data[f"answer{place}"] for place, kind in enumerate(self.kinds)}
