"""What is said in a case, with the finds its writer must decide about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.drafts import findings
from cases.drafts.findings import Finding, ScannedText
from cases.models import Comment
from sermo.members.models import ShownAs

MAX_LENGTH = Comment._meta.get_field("text").max_length or 8000
DECISION_PREFIX = "hit-"
REPLACE, KEEP = "replace", "keep"


class ScannedTextForm(forms.Form):
    """Words alone, for an update."""

    text = forms.CharField(
        label=_("Your text"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    # Which fields others will read; `hits` are the finds in them that are still undecided.
    scanned: tuple[str, ...] = ("text",)
    hits: list[Finding] = []

    def clean(self) -> dict[str, Any]:
        """The words as decided. Undecided finds come back marked, and the words with them."""
        cleaned = super().clean() or self.cleaned_data
        decided = decisions(self.data)
        self.hits = []
        for name in self.scanned:
            if cleaned.get(name):
                cleaned[name] = self._decided(name, cleaned[name], decided)
        if self.hits:
            self.data = self._with_words(cleaned)
            raise forms.ValidationError(
                "This may tell who the patient is. Decide about each place below.", code="hits"
            )
        return cleaned

    def _decided(self, name: str, words: str, decided: dict[str, str]) -> str:
        """The words after the decisions so far; what is still open joins `hits`."""
        text = ScannedText(name, name, words, str(self.fields[name].label))
        replace = {key for key, what in decided.items() if what == REPLACE}
        words = findings.replace_in_text(text, replace)
        kept = {key for key, what in decided.items() if what == KEEP}
        found = findings.find_in_text(ScannedText(name, name, words, text.label), kept)
        self.hits = [*self.hits, *findings.undecided(found)]
        return words

    def _with_words(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """What was sent, with the words as they now stand, for the form that comes back."""
        data: Any = copy(self.data)
        for name in self.scanned:
            if name in cleaned:
                data[self.add_prefix(name)] = cleaned[name]
        return cast(dict[str, Any], data)

    @property
    def kept(self) -> list[str]:
        """Keys decided to be kept, to be carried along when the form comes back."""
        return [key for key, what in decisions(self.data).items() if what == KEEP]


class CommentForm(ScannedTextForm):
    """A comment or a reply: words, identity, and whether everybody may read them at once."""

    shown_as = forms.ChoiceField(label=_("How you will be shown"), choices=ShownAs.choices)
    is_open = forms.BooleanField(required=False, label=_("My comment names no diagnosis"))
    quoted = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(self, *args: Any, identities: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["shown_as"])
        field.choices = [choice for choice in ShownAs.choices if choice[0] in identities]


def decisions(data: Mapping[str, Any]) -> dict[str, str]:
    """Key of a find to "replace" or "keep", as the form says."""
    return {
        name.removeprefix(DECISION_PREFIX): str(data[name])
        for name in data
        if name.startswith(DECISION_PREFIX) and data[name] in {REPLACE, KEEP}
    }
