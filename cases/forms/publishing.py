"""The form to publish a draft."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from sermo.members.models import ShownAs


class PublishForm(forms.Form):
    """The identity to publish under, and the author's consent."""

    shown_as = forms.ChoiceField(label=_("How you will be shown"), choices=ShownAs.choices)
    keeps_picture_detail = forms.BooleanField(
        required=False,
        label=_("Keep full picture detail"),
        help_text=_(
            "Only if you post anonymously. A camera could then be recognised by the noise of its "
            "sensor. Without this, fine grain is smoothed."
        ),
    )
    consent = forms.BooleanField(
        label=_(
            "I have looked at every picture and text, nothing in them tells who the patient is, "
            "and I may share them with colleagues."
        ),
        error_messages={"required": _("Tick this before you publish.")},
    )

    def __init__(self, *args: Any, identities: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["shown_as"])
        field.choices = [choice for choice in ShownAs.choices if choice[0] in identities]
