"""The field for how sure a member is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

CONFIDENCE_CHOICES = [
    ("", _("I would rather not say")),
    ("5", _("5: sure")),
    ("4", _("4")),
    ("3", _("3")),
    ("2", _("2")),
    ("1", _("1: a guess")),
]


def confidence_field(label: Any) -> forms.TypedChoiceField:
    """An optional choice of 1 (guess) to 5 (certain); None if not stated."""
    return forms.TypedChoiceField(
        choices=CONFIDENCE_CHOICES, coerce=int, empty_value=None, required=False, label=label
    )
