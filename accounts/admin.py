"""The identity store, read-only for its registrars; secrets stay encrypted."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin

from accounts import models
from sermo.core.admin import ReadOnlyAdmin, identity_site


@admin.register(models.User, site=identity_site)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("id", "role", "is_active", "created_month")
    list_filter = ("role", "is_active", "created_month")
    # An encrypted column can be searched by the whole address only.
    search_fields = ("email__exact",)
    fields = ("id", "email", "role", "is_active", "created_month")


@admin.register(models.VerifiedPerson, site=identity_site)
class VerifiedPersonAdmin(ReadOnlyAdmin):
    list_display = ("user", "member_class", "specialty", "country", "years", "verified_month")
    list_filter = ("member_class", "country", "verified_month")
    exclude = ("encrypted_name",)


@admin.register(models.RecoveryRequest, site=identity_site)
class RecoveryRequestAdmin(ReadOnlyAdmin):
    list_display = ("user", "requested_at", "wait_ends_at")


@admin.register(models.Custodian, site=identity_site)
class CustodianAdmin(ReadOnlyAdmin):
    list_display = ("number", "key_fingerprint", "appointed_month")


@admin.register(models.EncryptedEmail, site=identity_site)
class EncryptedEmailAdmin(ReadOnlyAdmin):
    list_display = ("id", "attempts", "next_attempt_at")


@admin.register(EmailAddress, site=identity_site)
class EmailAddressAdmin(ReadOnlyAdmin):
    list_display = ("user", "verified", "primary")
    search_fields = ("email__exact",)


@admin.register(Authenticator, site=identity_site)
class AuthenticatorAdmin(ReadOnlyAdmin):
    list_display = ("user", "type")
    exclude = ("data",)


identity_site.register(models.CredentialSlots, ReadOnlyAdmin)
