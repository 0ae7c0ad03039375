"""Forms whose text is scanned for patient details before it is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.drafts.findings import (
    Finding,
    ScannedText,
    find_in_text,
    replace_in_text,
    undecided,
)
from cases.models import Comment
from sermo.core.written_field import WrittenField
from sermo.members.models import ShownAs

MAX_LENGTH = Comment._meta.get_field("text").max_length or 8000
DECISION_PREFIX = "finding-"
REPLACE, KEEP = "replace", "keep"


class ScannedForm(forms.Form):
    """A form that comes back until its writer has decided about every finding.

    `scanned_fields` names the fields that colleagues will read. After validation, `findings` holds
    the findings that are still undecided.
    """

    scanned_fields: tuple[str, ...] = ()
    findings: list[Finding] = []

    def clean(self) -> dict[str, Any]:
        """Apply the decisions. Raises ValidationError while findings are undecided."""
        cleaned = super().clean() or self.cleaned_data
        self.findings = []
        for name in self.scanned_fields:
            if cleaned.get(name):
                cleaned[name] = self._apply_decisions(name, cleaned[name])
        if self.findings:
            self.data = self._data_with(cleaned)
            raise forms.ValidationError(
                "This may tell who the patient is. Decide about each place below.", code="findings"
            )
        return cleaned

    def _apply_decisions(self, name: str, value: str) -> str:
        """The text after the decisions so far. Undecided findings are added to `findings`."""
        decisions = _decisions(self.data)
        label = str(self.fields[name].label)
        replace = {key for key, decision in decisions.items() if decision == REPLACE}
        value = replace_in_text(ScannedText(name, name, value, label), replace)
        text = ScannedText(name, name, value, label)
        self.findings = self.findings + undecided(find_in_text(text, self.kept_keys))
        return value

    def _data_with(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """The data that was sent, with the changed texts, for the form that comes back."""
        data: Any = copy(self.data)
        for name in self.scanned_fields:
            if name in cleaned:
                data[self.add_prefix(name)] = cleaned[name]
        return cast(dict[str, Any], data)

    @property
    def kept_keys(self) -> list[str]:
        """Keys of findings to keep. The form that comes back sends them again."""
        return [key for key, decision in _decisions(self.data).items() if decision == KEEP]


class ScannedTextForm(ScannedForm):
    """One text, such as an update."""

    scanned_fields = ("text",)

    text = WrittenField(
        label=_("Your text"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )


class CommentForm(ScannedTextForm):
    """A comment or a reply, with the identity and whether it is shown before the answer."""

    shown_as = forms.ChoiceField(label=_("How you will be shown"), choices=ShownAs.choices)
    is_open = forms.BooleanField(required=False, label=_("My comment names no diagnosis"))
    quoted = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(self, *args: Any, identities: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["shown_as"])
        field.choices = [choice for choice in ShownAs.choices if choice[0] in identities]


def _decisions(data: Mapping[str, Any]) -> dict[str, str]:
    """Decisions in the form data: {key of the finding: "replace" or "keep"}."""
    return {
        name.removeprefix(DECISION_PREFIX): str(data[name])
        for name in data
        if name.startswith(DECISION_PREFIX) and data[name] in {REPLACE, KEEP}
    }
