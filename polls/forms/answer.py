"""The form in which a member answers a poll."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.deid import text as deid
from polls.forms.confidence import confidence_field
from polls.models import MAX_RANKS, AnswerOption, Concept
from polls.selectors import PollPage, suggest_diagnoses
from polls.selectors.concepts import is_listed
from polls.services import AnswerInput
from polls.vocabulary.folding import fold
from sermo.core.written_field import WrittenField
from sermo.members.models import ShownAs

# The value that stands for the typed diagnosis among the options.
TYPED_OPTION = "typed"
DIGEST_LENGTH = 24
_OPTION_GONE = _("An answer you chose is no longer offered. Choose another; your words stay.")


class AnswerForm(forms.Form):
    """One chosen option is a complete answer; all other fields are optional."""

    choice = forms.MultipleChoiceField(required=False)
    added = WrittenField(
        max_length=200,
        required=False,
        label=_("Another diagnosis"),
        help_text=_("Stands first if none above is chosen, else last or at the place you give it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    confidence = confidence_field(_("How sure are you?"))
    reasoning = WrittenField(
        max_length=8000,
        required=False,
        label=_("Why?"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_(
            "Sealed with your answer: only those who have answered read it. "
            "Under your name, a careful reader of few answers can tell which one is yours. "
            "Leave out anything that could identify the patient."
        ),
    )
    decisive_test = WrittenField(
        max_length=200,
        required=False,
        label=_("What would change your mind?"),
        help_text=_(
            "A finding or a result, in a few words. Together they tell the author what to ask next."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    changes_to = forms.ChoiceField(required=False, label=_("It would move me to"))
    shown_as = forms.ChoiceField(choices=ShownAs.choices, required=False)
    change = forms.BooleanField(required=False)
    # A spelling chosen from the list that "Look up the spelling" showed.
    suggested = forms.CharField(max_length=200, required=False)
    # The digest of the texts that the member confirmed to hold no patient details.
    no_patient_details = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, page: PollPage, is_lookup: bool = False) -> None:
        # Element ids must differ between two polls on one page.
        super().__init__(data, auto_id=f"{page.poll.public_id}_%s")
        self.page = page
        self.is_lookup = is_lookup
        self.by_id = {str(option.pk): option for option in page.options}
        options = [(key, option.label) for key, option in self.by_id.items()]
        choices = list(options)
        if page.is_diagnosis:
            choices.append((TYPED_OPTION, str(_("Another diagnosis, typed below"))))
            self.fields["added"].widget.attrs["data-combobox"] = f"{reverse('polls:concepts')}?q="
        self.fields["choice"] = forms.MultipleChoiceField(
            required=False, choices=choices, error_messages={"invalid_choice": _OPTION_GONE}
        )
        if page.is_diagnosis:
            self.fields["changes_to"] = forms.ChoiceField(
                label=_("It would move me to"),
                required=False,
                choices=[("", _("something else, or I cannot say")), *options],
            )
            for rank in range(2, MAX_RANKS + 1):
                self.fields[f"rank_{rank}"] = forms.ChoiceField(
                    label=_("Place %(rank)s") % {"rank": rank},
                    required=False,
                    choices=[("", _("nothing")), *choices],
                )
        self.possible_patient_details: list[str] = []
        self.text_digest = ""
        self.suggestions: list[Concept] = []

    @property
    def chosen(self) -> list[str]:
        """Keys of the options that are checked: as submitted, or as in the viewer's answer."""
        if self.is_bound:
            return list(self["choice"].value() or ())
        own = self.page.own_ranked if self.page.poll.is_multiple else self.page.own_ranked[:1]
        return [self._value(option) for option in own]

    def _value(self, option: AnswerOption) -> str:
        """The value of an own option among the choices. One that waits is a typed one."""
        key = str(option.pk)
        return key if key in self.by_id else TYPED_OPTION

    @property
    def rank_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("rank_")]

    @property
    def extras_are_open(self) -> bool:
        """True if a field of the folded part was filled in, so that it stays visible on errors."""
        names = [field.name for field in self.rank_fields]
        names += ["confidence", "reasoning", "decisive_test"]
        return self.is_bound and any(self[name].value() for name in names)

    @property
    def written(self) -> list[str]:
        """What the member wrote, for a poll that closed meanwhile."""
        names = ("added", "reasoning", "decisive_test")
        return [str(self[name].value()) for name in names if self[name].value()]

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """The form to change an answer starts with that answer."""
        if field_name.startswith("rank_"):
            index = int(field_name.removeprefix("rank_")) - 1
            own = self.page.own_ranked
            return self._value(own[index]) if index < len(own) else ""
        if field_name == "added":
            typed = (o.label for o in self.page.own_ranked if self._value(o) == TYPED_OPTION)
            return next(typed, "")
        if field_name == "confidence":
            return str(self.page.own_confidence or "")
        return super().get_initial_for_field(field, field_name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.page.is_closed:
            raise forms.ValidationError(_("This poll has closed."))
        added = (cleaned.get("suggested") or cleaned.get("added") or "").strip()
        if self.is_lookup:
            self._look_up(added)
        choice = cleaned.get("choice") or []
        if not choice and not added and "choice" not in self.errors:
            raise forms.ValidationError(_("Choose one answer, or add one."))
        if TYPED_OPTION in choice and not added:
            self.add_error("added", _("Type the diagnosis you chose."))
        if added and not fold(added):
            self.add_error("added", _("Write the diagnosis in words."))
        cleaned["added"] = added
        written = "\n".join(filter(None, (cleaned.get("reasoning"), cleaned.get("decisive_test"))))
        self._check_patient_details(added, written, cleaned.get("no_patient_details") or "")
        return cleaned

    def _look_up(self, added: str) -> None:
        """Show suggestions instead of submitting: the type-ahead without JavaScript.

        Always raises `ValidationError`.
        """
        self.suggestions = suggest_diagnoses(added)
        if self.suggestions:
            raise forms.ValidationError(_("Choose a spelling below, or keep your own, and answer."))
        raise forms.ValidationError(_("No listed diagnosis is spelt like that. Yours is fine too."))

    def _check_patient_details(self, added: str, written: str, confirmed: str) -> None:
        """Refuse possible patient details, unless these very texts were confirmed.

        The name of a listed diagnosis is not scanned, though it may hold a name (Addison).
        Raises `ValidationError` if there are possible patient details.
        """
        texts = [written]
        if added and not is_listed(fold(added)):
            texts.append(added)
        self.possible_patient_details = [
            text[span.start : span.end] for text in texts for span in deid.scan(text)
        ]
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        self.text_digest = digest[:DIGEST_LENGTH]
        if self.possible_patient_details and confirmed != self.text_digest:
            raise forms.ValidationError(
                _("Some words may tell who a patient is. Change them, or say that they do not.")
            )

    def answer_input(self) -> AnswerInput:
        """The answer of a valid form. A typed diagnosis is first if no option was chosen."""
        cleaned = self.cleaned_data
        chosen: list[str] = list(cleaned["choice"])
        if self.page.is_diagnosis:
            chosen = chosen[:1]
            chosen += [cleaned.get(field.name) or "" for field in self.rank_fields]
        keys = [key for key in dict.fromkeys(chosen) if key]
        if cleaned["added"] and TYPED_OPTION not in keys:
            index = min(len(keys), MAX_RANKS - 1) if cleaned["choice"] else 0
            keys.insert(index, TYPED_OPTION)
        is_typed = TYPED_OPTION in keys
        decisive_test = (cleaned["decisive_test"] or "").strip()
        return AnswerInput(
            ranked=[self.by_id[key] for key in keys if key != TYPED_OPTION],
            added=cleaned["added"] if is_typed else "",
            added_at=keys.index(TYPED_OPTION) if is_typed else 0,
            confidence=cleaned["confidence"],
            decisive_test=decisive_test if self.page.is_diagnosis else "",
            changes_to=self.by_id.get(cleaned["changes_to"] or ""),
        )

    @property
    def reasons(self) -> str:
        """The reasons of a valid form, without spaces around them."""
        return (self.cleaned_data["reasoning"] or "").strip()
