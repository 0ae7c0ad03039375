"""What paused and locked members and applicants get, and the second method of an address.

Beside tests/access_table.py, whose rows stay as they are: here stand the rows that differ from a
rule. Statuses as there.
"""

from __future__ import annotations

from sermo.core.access import Audience

STATES = (
    "paused",
    "paused moderator",
    "locked",
    "verified",
    "draft",
    "submitted",
    "checking",
    "awaiting_applicant",
    "in_review",
    "approved",
    "rejected",
    "withdrawn",
    "expired",
)

# The statuses, in the order of STATES, of every address of these audiences that has no row below.
BY_AUDIENCE: dict[Audience, str] = {
    Audience.VERIFIED: "302 " * len(STATES),
    Audience.MODERATOR: "302 302" + " 404" * (len(STATES) - 2),
    Audience.ADMIN: "302 302" + " 404" * (len(STATES) - 2),
    Audience.REVIEWER: "404 " * len(STATES),
    Audience.REGISTRAR: "404 " * len(STATES),
}

STATE_TABLE: dict[str, tuple[str, ...]] = {
    "account_change_password": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
        "POST 200 200 200 200 200 200 200 200 200 200 200 200 200",
    ),
    "account_complete_password_reset": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_confirm_login_code": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_confirm_password_reset_code": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_email": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_email_verification_sent": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_inactive": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "account_login": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_logout": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_password_reset_completed": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
    ),
    "account_reauthenticate": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
        "POST 200 200 200 200 200 200 200 200 200 200 200 200 200",
    ),
    "account_reset_password": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
        "POST 200 200 200 200 200 200 200 200 200 200 200 200 200",
    ),
    "account_set_password": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "account_signup": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "accounts:enter": (
        "GET 302 302 302 200 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 422 302 302 302 302 302 302 302 302 302",
    ),
    "accounts:left": ("GET 302 302 302 302 302 302 302 302 302 302 302 302 302",),
    "accounts:recovered": ("POST 302 302 422 302 302 302 302 302 302 302 302 302 302",),
    "accounts:recovery": (
        "GET 302 302 200 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "accounts:recovery-code": (
        "GET 200 200 302 302 302 302 302 302 302 302 302 302 302",
        "POST 422 422 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "accounts:second-factor": ("GET 404 200 404 404 404 404 404 404 404 404 404 404 404",),
    "accounts:sign-out-everywhere": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "accounts:try-handle": ("POST 200 200 302 200 200 200 200 200 200 200 200 200 200",),
    "accounts:unlock": (
        "GET 302 302 200 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 422 302 302 302 302 302 302 302 302 302 302",
    ),
    "accounts:welcome": ("GET 302 302 302 302 302 302 302 302 302 302 302 302 302",),
    "core:admin": ("GET 404 404 404 404 404 404 404 404 404 404 404 404 404",),
    "core:healthz": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:unsent": ("GET 302 302 302 302 302 302 302 302 302 302 302 302 302",),
    "core:discard-unsent": ("POST 302 302 302 302 302 302 302 302 302 302 302 302 302",),
    "core:csp-report": ("POST 204 204 204 204 204 204 204 204 204 204 204 204 204",),
    "core:help": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:landing": ("GET 302 302 200 200 200 200 200 200 200 200 200 200 200",),
    "core:licences": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:manifest": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:metrics": ("GET 404 404 404 404 404 404 404 404 404 404 404 404 404",),
    "core:offline": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:privacy": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:readyz": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:rules": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:service-worker": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:styleguide": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "core:theme": ("POST 302 302 302 302 302 302 302 302 302 302 302 302 302",),
    "data_rights:begin": ("POST 302 302 302 302 302 302 302 302 302 302 302 302 302",),
    "data_rights:data": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "data_rights:download": ("GET 404 404 200 200 200 200 200 200 200 200 200 200 200",),
    "data_rights:leave": (
        "GET 200 200 200 200 200 200 200 200 200 200 200 200 200",
        "POST 422 422 422 422 422 422 422 422 422 422 422 422 422",
    ),
    "data_rights:left": ("GET 404 404 404 404 404 404 404 404 404 404 404 404 404",),
    "demo:email": ("GET 404 404 404 404 404 404 404 404 404 404 404 404 404",),
    "demo:mailbox": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "mfa_activate_totp": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_add_webauthn": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_authenticate": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_deactivate_totp": (
        "GET 404 404 404 404 404 404 404 404 404 404 404 404 404",
        "POST 404 404 404 404 404 404 404 404 404 404 404 404 404",
    ),
    "mfa_download_recovery_codes": (
        "GET 404 404 404 404 404 404 404 404 404 404 404 404 404",
        "POST 404 404 404 404 404 404 404 404 404 404 404 404 404",
    ),
    "mfa_edit_webauthn": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_generate_recovery_codes": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_index": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "mfa_list_webauthn": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "mfa_login_webauthn": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_reauthenticate": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_reauthenticate_webauthn": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_remove_webauthn": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "mfa_view_recovery_codes": ("GET 404 404 404 404 404 404 404 404 404 404 404 404 404",),
    "moderation:log": ("GET 200 200 200 200 200 200 200 200 200 200 200 200 200",),
    "verification:answer": ("POST 409 409 302 409 422 422 422 422 422 422 422 422 422",),
    "verification:appeal": ("POST 409 409 302 409 409 409 409 409 409 409 302 409 409",),
    "verification:check": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 422 302 302 302 302 302 302 302 302",
    ),
    "verification:consent": (
        "GET 302 302 302 302 200 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 200 302 302 302 302 302 302 302 302",
    ),
    "verification:correct": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "verification:country": (
        "GET 200 200 302 200 200 302 302 302 302 302 302 200 200",
        "POST 200 200 302 200 200 302 302 302 302 302 302 200 200",
    ),
    "verification:enter-code": ("POST 409 409 302 409 422 422 422 422 422 422 422 422 422",),
    "verification:evidence": (
        "GET 302 302 302 302 200 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 200 302 302 302 302 302 302 302 302",
    ),
    "verification:identity": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "verification:join": ("GET 200 200 200 200 200 302 302 302 302 302 302 200 200",),
    "verification:licence": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "verification:membership-paused": ("GET 200 200 302 302 302 302 302 302 302 302 302 302 302",),
    "verification:not-me": (
        "GET 404 404 404 404 404 404 404 404 404 404 404 404 404",
        "POST 404 404 404 404 404 404 404 404 404 404 404 404 404",
    ),
    "verification:number": ("POST 302 302 302 302 200 302 302 302 302 302 302 302 302",),
    "verification:questions": (
        "GET 302 302 302 302 302 302 302 302 302 302 302 302 302",
        "POST 302 302 302 302 302 302 302 302 302 302 302 302 302",
    ),
    "verification:remove-document": ("POST 404 404 302 404 404 404 404 404 404 404 404 404 404",),
    "verification:send-code": ("POST 409 409 302 409 409 409 409 409 409 409 409 409 409",),
    "verification:skip-evidence": ("POST 302 302 302 302 302 302 302 302 302 302 302 302 302",),
    "verification:status": ("GET 302 302 302 302 302 200 200 200 200 200 200 200 200",),
    "verification:verify-again": ("POST 302 302 302 302 302 302 302 302 302 409 409 302 302",),
    "verification:withdraw": ("POST 409 409 302 409 302 302 302 302 302 409 409 302 409",),
}

# For addresses that take a second method, in the order of ROLES.
OTHER_METHODS: dict[str, tuple[str, ...]] = {
    "account_change_password": ("POST 302 200 200 200 200 200 200 200 200",),
    "account_complete_password_reset": ("POST 302 302 302 302 302 302 302 302 302",),
    "account_confirm_login_code": ("POST 302 302 302 302 302 302 302 302 302",),
    "account_confirm_password_reset_code": ("POST 302 302 302 302 302 302 302 302 302",),
    "account_email": ("POST 302 302 302 302 302 302 302 302 302",),
    "account_email_verification_sent": ("POST 302 302 302 302 302 302 302 302 302",),
    "account_login": ("POST 200 302 302 302 302 302 302 302 302",),
    "account_logout": ("POST 302 302 302 302 302 302 302 302 302",),
    "account_reauthenticate": ("POST 302 200 200 200 200 200 200 200 200",),
    "account_reset_password": ("POST 200 200 200 200 200 200 200 200 200",),
    "account_set_password": ("POST 302 302 302 302 302 302 302 302 302",),
    "account_signup": ("POST 200 302 302 302 302 302 302 302 302",),
    "accounts:enter": ("POST 302 302 302 302 302 302 302 302 302",),
    "accounts:recoveries": ("POST 302 404 404 404 404 404 404 404 404",),
    "accounts:recovery": ("POST 302 302 302 302 302 302 302 302 302",),
    "accounts:recovery-code": ("POST 302 302 422 422 422 422 302 302 422",),
    "accounts:sign-out-everywhere": ("POST 302 302 302 302 302 302 302 302 302",),
    "accounts:unlock": ("POST 302 302 302 302 302 302 302 302 302",),
    "cases:check": ("POST 302 302 404 302 404 404 404 404 403",),
    "cases:draft": ("POST 302 302 404 422 404 404 404 404 403",),
    "cases:new": ("POST 302 302 404 404 404 404 404 404 403",),
    "cases:reply": ("POST 302 302 422 422 422 422 404 404 403",),
    "cases:show-name": ("POST 302 302 404 404 404 404 404 404 403",),
    "cases:skip-answer": ("POST 302 302 302 302 302 302 404 404 403",),
    "cases:solve": ("POST 302 302 404 422 404 404 404 404 403",),
    "cases:update": ("POST 302 302 404 422 404 404 404 404 403",),
    "data_rights:leave": ("POST 302 422 422 422 422 422 404 404 422",),
    "mfa_activate_totp": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_add_webauthn": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_authenticate": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_deactivate_totp": ("POST 302 404 404 404 404 404 404 404 404",),
    "mfa_download_recovery_codes": ("POST 302 404 404 404 404 404 404 404 404",),
    "mfa_edit_webauthn": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_generate_recovery_codes": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_index": ("POST 302 405 405 405 405 405 405 405 405",),
    "mfa_list_webauthn": ("POST 302 405 405 405 405 405 405 405 405",),
    "mfa_login_webauthn": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_reauthenticate": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_reauthenticate_webauthn": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_remove_webauthn": ("POST 302 302 302 302 302 302 302 302 302",),
    "mfa_view_recovery_codes": ("POST 302 405 405 405 405 405 405 405 405",),
    "moderation:patient-details": ("POST 302 302 422 403 422 422 404 404 403",),
    "moderation:correct": ("POST 302 302 404 422 404 404 404 404 403",),
    "moderation:report": ("POST 302 302 422 422 422 422 404 404 403",),
    "polls:flag-option": ("POST 302 302 404 404 404 404 404 404 403",),
    "polls:flag-test": ("POST 302 302 404 404 404 404 404 404 403",),
    "polls:new": ("POST 302 302 200 200 200 200 404 404 403",),
    "polls:quiz": ("POST 302 302 404 404 404 404 404 404 403",),
    "polls:report-test-result": ("POST 302 302 404 404 404 404 404 404 403",),
    "verification:check": ("POST 302 302 302 302 302 302 302 302 302",),
    "verification:consent": ("POST 302 302 302 302 302 302 302 302 302",),
    "verification:correct": ("POST 302 302 302 302 302 302 302 302 302",),
    "verification:country": ("POST 302 200 302 302 302 302 302 302 302",),
    "verification:evidence": ("POST 302 302 302 302 302 302 302 302 302",),
    "verification:identity": ("POST 302 302 302 302 302 302 302 302 302",),
    "verification:licence": ("POST 302 302 302 302 302 302 302 302 302",),
    "verification:not-me": ("POST 404 404 404 404 404 404 404 404 404",),
    "verification:questions": ("POST 302 302 302 302 302 302 302 302 302",),
}
