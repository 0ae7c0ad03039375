"""Rules of this app that refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sermo.core.errors import DomainError


class WrongPassword(DomainError):
    status = 422
    sentence = _("This is not your password.")


class NotVerified(DomainError):
    status = 403
    sentence = _("Your verification is not finished.")


class MembershipAlreadyIssued(DomainError):
    sentence = _("A membership was issued for you already; there is one for each physician, ever.")


class IdentityNotProofed(DomainError):
    status = 422
    sentence = _("Say how the identity was checked; nobody checks their own.")


class PersonHasLeft(DomainError):
    sentence = _("You left. Nothing can be changed any more.")
