"""What an answerer fills in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.deid import text as deid
from polls.folding import fold
from polls.models import MOST_RANKS, Concept, Option
from polls.selectors import PollPage, suggest
from polls.services.concepts import find_concept
from sermo.members.models import ShownAs

CONFIDENCE = [
    ("5", _("5: sure")),
    ("4", _("4")),
    ("3", _("3")),
    ("2", _("2")),
    ("1", _("1: a guess")),
]
# Stands among the options for the diagnosis typed by the answerer.
TYPED = "typed"


@dataclass(frozen=True)
class Answered:
    """A valid form: the options best first, and at which place the typed diagnosis stands."""

    ranked: list[Option]
    added: str
    added_at: int
    confidence: int | None
    reasoning: str
    shown_as: str
    is_change: bool
    finding: str
    moves_to: Option | None


class VoteForm(forms.Form):
    """One tap is an answer; ranks, a diagnosis of one's own and reasons are extras."""

    choice = forms.MultipleChoiceField(required=False)
    added = forms.CharField(
        max_length=200,
        required=False,
        label=_("Another diagnosis"),
        help_text=_("Stands first if none above is chosen, else last or at the place you give it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    confidence = forms.TypedChoiceField(
        choices=[("", _("I would rather not say")), *CONFIDENCE],
        coerce=int,
        empty_value=None,
        required=False,
        label=_("How sure are you?"),
    )
    reasoning = forms.CharField(
        max_length=8000,
        required=False,
        label=_("Why?"),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_(
            "Sealed with your answer: only those who have answered read it. "
            "Leave out anything that could identify the patient."
        ),
    )
    finding = forms.CharField(
        max_length=200,
        required=False,
        label=_("What would change your mind?"),
        help_text=_(
            "A finding or a result, in a few words. Together they tell the author what to ask next."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    moves_to = forms.ChoiceField(required=False, label=_("It would move me to"))
    shown_as = forms.ChoiceField(choices=ShownAs.choices, required=False)
    change = forms.BooleanField(required=False)
    # Another spelling from the list that "Look it up" showed.
    suggested = forms.CharField(max_length=200, required=False)
    keep = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, page: PollPage, is_lookup: bool = False) -> None:
        # Two polls of one page share no id.
        super().__init__(data, auto_id=f"{page.poll.public_id}_%s")
        self.page = page
        self.is_lookup = is_lookup
        self.by_id = {str(option.pk): option for option in page.options}
        choices = [(key, option.label) for key, option in self.by_id.items()]
        if page.is_diagnosis:
            choices.append((TYPED, str(_("Another diagnosis, typed below"))))
            self.fields["added"].widget.attrs["data-combobox"] = f"{reverse('polls:concepts')}?q="
        self.fields["choice"] = forms.MultipleChoiceField(required=False, choices=choices)
        if page.is_diagnosis:
            moves = [(key, option.label) for key, option in self.by_id.items()]
            self.fields["moves_to"] = forms.ChoiceField(
                label=_("It would move me to"),
                required=False,
                choices=[("", _("something else, or I cannot say")), *moves],
            )
            for rank in range(2, MOST_RANKS + 1):
                self.fields[f"rank_{rank}"] = forms.ChoiceField(
                    label=_("Place %(rank)s") % {"rank": rank},
                    required=False,
                    choices=[("", _("nothing")), *choices],
                )
        self.hits: list[str] = []
        self.digest = ""
        self.suggestions: list[Concept] = []

    @property
    def chosen(self) -> list[str]:
        """Keys ticked in what was sent, or in the answer given before."""
        if self.is_bound:
            return list(self["choice"].value() or ())
        mine = self.page.mine if self.page.poll.is_multiple else self.page.mine[:1]
        return [str(option.pk) for option in mine]

    @property
    def ranks(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("rank_")]

    @property
    def extras_are_open(self) -> bool:
        """What was filled in of the folded part stays in sight after an error."""
        names = [*(field.name for field in self.ranks), "confidence", "reasoning", "finding"]
        return self.is_bound and any(self[name].value() for name in names)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """An answer being changed starts as it was."""
        if field_name.startswith("rank_"):
            place = int(field_name.removeprefix("rank_")) - 1
            return str(self.page.mine[place].pk) if place < len(self.page.mine) else ""
        if field_name == "confidence":
            return str(self.page.my_confidence or "")
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
        if TYPED in choice and not added:
            self.add_error("added", _("Type the diagnosis you chose."))
        if added and not fold(added):
            self.add_error("added", _("Write the diagnosis in words."))
        cleaned["added"] = added
        said = "\n".join(filter(None, (cleaned.get("reasoning"), cleaned.get("finding"))))
        self._scan(added, said, cleaned.get("keep") or "")
        return cleaned

    def _look_up(self, added: str) -> None:
        """Without JavaScript the type-ahead is this: nothing is sent yet."""
        self.suggestions = suggest(added)
        if self.suggestions:
            raise forms.ValidationError(_("Choose a spelling below, or keep your own, and answer."))
        raise forms.ValidationError(_("No listed diagnosis is spelt like that. Yours is fine too."))

    def _scan(self, added: str, reasoning: str, keep: str) -> None:
        """What may tell who a patient is has to be decided before it is said.

        The name of a listed diagnosis is nobody's, though it may hold one (Addison).
        """
        texts = [reasoning]
        if added and find_concept(fold(added)) is None:
            texts.append(added)
        self.hits = [text[span.start : span.end] for text in texts for span in deid.scan(text)]
        self.digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:24]
        if self.hits and keep != self.digest:
            raise forms.ValidationError(
                _("Some words may tell who a patient is. Change them, or say that they do not.")
            )

    def answered(self) -> Answered:
        """What a valid form says. Where nothing was chosen, a typed diagnosis stands first."""
        clean = self.cleaned_data
        chosen: list[str] = list(clean["choice"])
        if self.page.is_diagnosis:
            chosen = chosen[:1]
            chosen += [clean.get(field.name) or "" for field in self.ranks]
        keys = [key for key in dict.fromkeys(chosen) if key]
        if clean["added"] and TYPED not in keys:
            keys.insert(min(len(keys), MOST_RANKS - 1) if clean["choice"] else 0, TYPED)
        return Answered(
            ranked=[self.by_id[key] for key in keys if key != TYPED],
            added=clean["added"] if TYPED in keys else "",
            added_at=keys.index(TYPED) if TYPED in keys else 0,
            confidence=clean["confidence"],
            reasoning=(clean["reasoning"] or "").strip(),
            shown_as=clean["shown_as"],
            is_change=clean["change"],
            finding=(clean["finding"] or "").strip() if self.page.is_diagnosis else "",
            moves_to=self.by_id.get(clean["moves_to"] or ""),
        )
