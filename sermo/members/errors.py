"""Rules of this app that refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sermo.core.errors import DomainError


class RealNameUnavailable(DomainError):
    status = 422
    sentence = _(
        "Your verified name is not known in this session. Sign in again with your password."
    )


class HandleTaken(DomainError):
    status = 422
    sentence = _("This name, or one that looks like it, is taken.")


class InvalidHandle(DomainError):
    status = 422
    sentence = _(
        "A name has 3 to 30 letters and digits, with single dots or dashes between them, and is "
        "not one of ours."
    )
