"""Read-only admin of the identity database. Encrypted columns are left out."""

from __future__ import annotations

from django.contrib import admin

from sermo.core.admin import ReadOnlyAdmin, identity_site
from verification import models
from verification.policy.replay import replay_decision


class ApplicationAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "state", "country", "specialty", "scheme", "opened_month")
    list_filter = ("state", "country")
    exclude = ("details_ciphertext", "number_index", "nonce")


class StepAdmin(ReadOnlyAdmin):
    list_display = ("application", "name", "attempt", "state", "outcome", "tries")
    list_filter = ("name", "state")
    exclude = ("lease",)


class DecisionAdmin(ReadOnlyAdmin):
    list_display = (
        "application",
        "kind",
        "is_automatic",
        "needs_second",
        "decided_at",
        "policy_version",
        "replayed",
    )
    list_filter = ("kind", "is_automatic")
    exclude = ("note_ciphertext",)

    @admin.display(description="by the rules of its day, once more")
    def replayed(self, decision: models.Decision) -> str:
        result = replay_decision(decision)
        ruling = ", ".join([result.verdict or result.error, *result.reasons])
        return f"{'same' if result.equals else 'differs'}: {ruling}"


class DocumentAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "media_type", "size", "added_at", "deleted_at")
    exclude = ("name", "wrapped_key", "idempotency_key")


class DocumentViewAdmin(ReadOnlyAdmin):
    list_display = ("document", "viewer", "viewed_at")


class CredentialAdmin(ReadOnlyAdmin):
    list_display = ("scheme", "active", "confirmed", "banned")
    exclude = ("number_index",)


class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("application", "kind", "text_version", "given_at")


class EvidenceRequestAdmin(ReadOnlyAdmin):
    list_display = ("application", "asked_at", "answered_at")
    exclude = ("question_ciphertext", "answer_ciphertext")


class ContactCodeAdmin(ReadOnlyAdmin):
    list_display = ("application", "attempts", "sent_at", "expires_at", "used_at")
    exclude = ("digest",)


class VendorCallAdmin(ReadOnlyAdmin):
    list_display = ("key", "status", "sent_at", "answered_at")
    exclude = ("request_digest", "body_ciphertext")


class BreakerAdmin(ReadOnlyAdmin):
    list_display = ("provider", "failures", "opened_at", "probe_at", "is_misconfigured")


class DeviceReportAdmin(ReadOnlyAdmin):
    list_display = ("application", "answer", "received_at")


class SecretNumberAdmin(ReadOnlyAdmin):
    list_display = ("application", "erase_at")


class SsnClaimAdmin(ReadOnlyAdmin):
    list_display = ("application", "confirmed", "banned")


class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "status", "suspended_at", "licence_until", "is_watched")
    list_filter = ("status",)


class ProofingNoticeAdmin(ReadOnlyAdmin):
    list_display = ("application", "sent_at", "expires_at", "denied_at")


class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("application", "topic", "next_at", "tries")


class RegisterRowAdmin(ReadOnlyAdmin):
    list_display = ("scheme", "number", "status_text", "licence_status", "profession")
    list_filter = ("scheme", "licence_status", "profession")
    search_fields = ("number",)


class ExclusionAdmin(ReadOnlyAdmin):
    list_display = ("npi", "family_name", "given_name")


class TaxonomyAdmin(ReadOnlyAdmin):
    list_display = ("code", "classification", "specialization")
    search_fields = ("code", "classification")


class RegisterImportAdmin(ReadOnlyAdmin):
    list_display = ("kind", "state", "percent", "rows", "imported_at", "error")
    list_filter = ("kind", "state")


for model, admin_class in (
    (models.Application, ApplicationAdmin),
    (models.Step, StepAdmin),
    (models.Decision, DecisionAdmin),
    (models.Document, DocumentAdmin),
    (models.DocumentView, DocumentViewAdmin),
    (models.Credential, CredentialAdmin),
    (models.Consent, ConsentAdmin),
    (models.ReviewerQuestion, EvidenceRequestAdmin),
    (models.ContactCode, ContactCodeAdmin),
    (models.VendorCall, VendorCallAdmin),
    (models.CircuitBreaker, BreakerAdmin),
    (models.DeviceReport, DeviceReportAdmin),
    (models.SocialSecurityNumber, SecretNumberAdmin),
    (models.SsnClaim, SsnClaimAdmin),
    (models.Membership, MembershipAdmin),
    (models.ProofingNotice, ProofingNoticeAdmin),
    (models.OutboxMessage, OutboxAdmin),
    (models.RegisterRow, RegisterRowAdmin),
    (models.Exclusion, ExclusionAdmin),
    (models.Taxonomy, TaxonomyAdmin),
    (models.RegisterImport, RegisterImportAdmin),
):
    identity_site.register(model, admin_class)
