"""The form field for what a person writes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import Widget
from django.utils.translation import ngettext


class _TooLong(MaxLengthValidator):
    """Says by how much, because nothing was cut."""

    def __call__(self, value: Any) -> None:
        extra = len(value) - self.limit_value
        if extra > 0:
            sentence = ngettext(
                "This is %(n)d character too long. All of it is still here. Shorten it.",
                "This is %(n)d characters too long. All of it is still here. Shorten it.",
                extra,
            )
            raise ValidationError(sentence % {"n": extra}, code="max_length")


class WrittenField(forms.CharField):
    """A text whose limit never cuts: what is too long comes back whole, with how much it is.

    The length is in code points of normalised text (`sermo.core.text`). Instead of `maxlength`, by
    which a browser cuts a paste in silence, the element has `data-max-length`, which
    static/js/length.js counts against.
    """

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        self.written_limit = max_length
        super().__init__(**kwargs)
        if max_length is not None:
            self.validators.append(_TooLong(max_length))

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        if self.written_limit is not None:
            attrs["data-max-length"] = self.written_limit
        return attrs

    def take_too_long(self) -> None:
        """Accept a text of any length: a draft keeps it, and publishing waits until it fits."""
        self.validators = [one for one in self.validators if not isinstance(one, _TooLong)]
