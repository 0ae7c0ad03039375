"""Which tables a keep list names row by row, and why the others are left out."""

from __future__ import annotations

from dataclasses import dataclass

# Of the site, not of a person: never taken away. The audit record cannot lose a row.
OF_THE_SITE = frozenset(
    {
        "accounts_custodian",
        "audit_communityauditevent",
        "audit_identityauditevent",
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "backups_communitybackup",
        "backups_identitybackup",
        "blinded_rows_communityepoch",
        "blinded_rows_identityepoch",
        "blinded_rows_nightlypass",
        "django_content_type",
        "members_linetally",
        "members_releasedline",
        "polls_concept",
        "polls_conceptmerge",
        "polls_synonym",
        "polls_vocabularyword",
        "verification_circuitbreaker",
        "verification_exclusion",
        "verification_registerimport",
        "verification_registerrow",
        "verification_taxonomy",
    }
)
# Rows that a change replaces by others with new keys. They go with the row that they belong to.
OF_ANOTHER_ROW = frozenset(
    {
        "account_emailaddress",
        "cases_outcome_credited_comments",
        "notifications_event",
        "polls_conditionalchange",
        "polls_rankedoption",
    }
)
# Their keys change each night (`sermo.backups.erasure.blinded`).
BLINDED = frozenset(
    {
        "accounts_credentialslots",
        "members_handlereservation",
        "members_memberrecord",
        "members_privatestate",
    }
)
NOT_ROW_BY_ROW = OF_THE_SITE | OF_ANOTHER_ROW | BLINDED


@dataclass(frozen=True)
class Successor:
    """Where a row goes on under another name: a published draft is not an erased one."""

    # In SQL: the text that names the row, and the same text of the rows that follow it.
    key: str
    also: str


_BALLOT = "poll_id::text || encode(pseudonym, 'hex') || round"
SUCCESSORS = {
    "cases_draft": Successor("{key}", "SELECT id::text FROM cases_case"),
    "cases_waitingoutcome": Successor("{key}", "SELECT case_id::text FROM cases_outcome"),
    "polls_waitinganswer": Successor(_BALLOT, f"SELECT {_BALLOT} FROM polls_answer"),  # noqa: S608  # constants, no value from outside
}
