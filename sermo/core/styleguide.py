"""Example content of the style guide, for every component."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms

AGES = [("", "Choose"), ("18-39", "18 to 39"), ("40-64", "40 to 64"), ("65-79", "65 to 79")]
URGENCY = [("routine", "Routine"), ("soon", "Within a day"), ("now", "Within the hour")]
TOPICS = [("imaging", "Imaging"), ("medication", "Medication"), ("prognosis", "Prognosis")]


class SpecimenForm(forms.Form):
    """One form field of each kind."""

    title = forms.CharField(label="Your question", help_text="As you would ask it at the door.")
    age = forms.ChoiceField(label="Age band", choices=AGES)
    urgency = forms.ChoiceField(label="Urgency", choices=URGENCY, widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(
        label="What it is about",
        choices=TOPICS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    history = forms.CharField(label="History", widget=forms.Textarea, required=False)
    photo = forms.FileField(label="Photograph", required=False)
    consent = forms.BooleanField(label="The patient has agreed, or cannot be recognised.")


def styleguide_context() -> dict[str, Any]:
    """The context of pages/styleguide.html."""
    return {
        "form": SpecimenForm({"title": "", "age": "", "urgency": "soon"}, prefix="bad"),
        "fresh": SpecimenForm(),
        "at": datetime(2026, 11, 3, 14, 2, tzinfo=UTC),
        "rows": [
            {
                "name": "Primary adrenal insufficiency",
                "share": 64,
                "n": 9,
                "mine": True,
                "note": "Endocrinology 5 of 5, general practice 4 of 8",
            },
            {"name": "Haemochromatosis", "share": 22, "n": 3},
            {"name": "Coeliac disease", "share": 14, "n": 2, "soft": True},
        ],
        "tabs": [
            {"label": "Newest", "url": "?", "current": True},
            {"label": "Most helpful", "url": "?by=helpful", "count": 12},
        ],
        "steps": [
            {"label": "Account", "status": "Done", "kind": "good", "url": "?", "note": "1 minute"},
            {
                "label": "Licence",
                "status": "Next",
                "kind": "open",
                "url": "?",
                "note": "1 minute; have your number at hand",
                "current": True,
            },
            {"label": "Evidence", "status": "Not started", "kind": "plain", "note": "A photograph"},
        ],
        "identity_options": [
            {
                "value": "handle",
                "title": "With my handle",
                "byline_name": "Teal Heron",
                "byline_credential": "Nephrology, 10 to 19 years, Portugal",
                "verified": True,
                "checked": True,
                "note": "The same in all cases.",
            },
            {
                "value": "anonymous",
                "title": "Anonymous in this case",
                "byline_name": "Grey Finch",
                "byline_credential": "Nephrology",
                "verified": True,
                "anonymous": True,
                "note": "Another name in every case. Moderators see no more than this either.",
            },
            {
                "value": "real",
                "title": "With my name",
                "byline_name": "Dr Inês Exemplo",
                "byline_credential": "Nephrology, 10 to 19 years, Portugal",
                "verified": True,
                "note": "It can be shown later, but never hidden again.",
            },
        ],
        "keys": [
            {"keys": "j", "text": "Next case"},
            {"keys": "k", "text": "Case before"},
            {"keys": "Enter", "text": "Open the case"},
        ],
        "parts": [True, True, False, False],
    }
