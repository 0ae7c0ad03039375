"""Each promise of docs/design/anonymity.md names the tests that prove it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ROWS: dict[str, tuple[str, ...]] = {
    "mail: asked for once, nothing preselected, its cost said": (
        "accounts/test_entering.py::test_email_notifications_are_not_preselected_and_their_cost_is_explained",
        "notifications/test_email.py::test_a_member_without_email_notifications_gets_no_email",
    ),
    "mail: contact capsules of one length, never equal, opened by the mailer alone": (
        "members/test_authorship.py::test_encrypted_contact_emails_have_one_length_and_are_never_equal",
        "notifications/test_email.py::test_the_database_holds_no_address_and_no_two_equal_capsules",
        "core/test_keys_and_encryption.py::test_a_process_without_its_private_key_does_not_start",
    ),
    "mail: says only that something happened": (
        "notifications/test_email.py::"
        "test_the_mailer_opens_the_capsule_and_says_only_that_something_happened",
        "privacy/test_regressions.py::"
        "test_an_email_about_an_anonymous_comment_has_our_sender_and_no_names",
    ),
    "mail: log lines hold no address": (
        "accounts/test_email_outbox.py::test_a_failure_keeps_the_row_waits_longer_and_logs_no_address",
    ),
    "time: no history of sign-ins": (
        "accounts/test_sign_in.py::test_no_row_keeps_the_time_of_a_sign_in",
        "accounts/test_second_factor.py::test_a_second_factor_stores_months_not_times",
    ),
    "time: months of persons, marks of pseudonyms, minutes of names": (
        "accounts/test_entering.py::test_a_date_of_a_person_is_a_month_and_in_one_store_only",
        "members/test_authorship.py::test_an_anonymous_post_has_the_pseudonym_of_the_case_and_the_mark",
        "members/test_authorship.py::test_a_post_under_the_handle_has_the_member_and_the_minute",
        "notifications/test_email.py::test_times_stored_with_an_email_are_whole_hours",
    ),
    "time: anonymous items appear together at marks": (
        "members/test_authorship.py::test_an_anonymous_post_appears_at_the_next_mark",
    ),
    "order: random keys, no order of people": (
        "accounts/test_encrypted_email_field.py::test_ids_tell_no_order",
    ),
    "order: tables written anew in the order of their keys": (
        "custody/test_physical_order.py::test_rows_lie_in_the_order_of_their_keys_and_not_of_time",
    ),
    "order: queue rows are deleted when done": (
        "accounts/test_email_outbox.py::test_a_message_is_sent_once_and_its_row_deleted",
    ),
    "credential line: coarsened until k share it, frozen on publication": (
        "members/test_credential_lines.py::test_every_line_shown_is_shown_by_k_members",
        "members/test_credential_lines.py::test_a_line_that_loses_its_k_becomes_coarser",
        "members/test_authorship.py::test_a_post_has_the_credential_line_of_the_day",
    ),
    "files: random names, no original name": (
        "privacy/test_regressions.py::test_an_upload_has_a_random_name_and_no_original_name",
    ),
    "logs: allow-list, ids only": (
        "core/test_log_format.py::test_an_exception_is_logged_as_type_and_place_without_its_text",
        "core/test_log_format.py::test_a_failed_task_is_logged_by_name_only",
    ),
    "logs: names of rate limits are keyed": (
        "accounts/test_sign_in.py::test_cache_keys_of_rate_limits_contain_no_address",
    ),
    "disk: sessions and counters are in memory only, under names that change": (
        "local_stack/test_servers.py::test_cache_writes_nothing_to_disk",
        "core/test_volatile_names.py::test_names_of_two_hours_are_unrelated",
        "core/test_server_checks.py::test_a_cache_that_stores_its_data_is_reported",
    ),
    "disk: acting writes no session": (
        "privacy/test_messages.py::"
        "test_a_comment_writes_no_session_and_is_confirmed_on_the_next_page",
        "privacy/test_messages.py::test_an_answer_to_a_poll_writes_no_session",
        "privacy/test_messages.py::test_no_message_of_allauth_names_a_user",
    ),
    "disk: signing in changes no row": (
        "accounts/test_writes_of_sign_in.py::test_a_password_changes_no_row",
        "accounts/test_writes_of_sign_in.py::test_a_passkey_changes_no_row",
    ),
    "disk: the write-ahead log is short": (
        "local_stack/test_servers.py::test_checkpoint_leaves_a_short_write_ahead_log",
    ),
    "logs: second factors and sessions lie encrypted": (
        "accounts/test_second_factor.py::test_secrets_of_second_factors_are_stored_encrypted",
        "members/test_sessions.py::test_the_row_contains_no_plaintext_and_not_the_cookie_as_its_name",
    ),
    "pages: every place carries the display identity": (
        "privacy/test_regressions.py::"
        "test_no_page_part_feed_or_error_page_leads_to_an_anonymous_author",
        "privacy/test_regressions.py::"
        "test_community_admin_pages_show_the_anonymous_name_and_keep_no_history",
    ),
    "pages: no late anonymising, late revealing": (
        "cases/test_discussion.py::test_a_name_cannot_become_anonymous",
        "cases/test_discussion.py::"
        "test_showing_a_name_changes_all_posts_in_the_case_and_none_elsewhere",
    ),
    "pages: an anonymous act writes nothing about its member": (
        "cases/test_discussion.py::test_an_anonymous_comment_writes_nothing_about_its_member",
    ),
    "staff: no role has both sides": (
        "accounts/test_entering.py::test_staff_never_become_members",
        "test_access.py::test_each_admin_site_is_open_only_to_its_own_role",
        "privacy/test_regressions.py::test_moderators_see_the_anonymous_name_in_queue_post_decision_and_log",
    ),
    "browser: no referrer, nothing kept on disk, no third party": (
        "privacy/test_rows.py::test_every_answer_forbids_referrers_copies_and_third_parties",
    ),
}


@pytest.mark.parametrize("row", sorted(ROWS))
def test_each_row_names_tests_that_exist(row: str) -> None:
    for named in ROWS[row]:
        path, _, name = named.partition("::")
        tree = ast.parse((ROOT / path).read_text())
        test_names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in test_names, named


@pytest.mark.django_db(databases=["default", "identity"])
def test_every_answer_forbids_referrers_copies_and_third_parties() -> None:
    from tests.factories import client_for, make_case, make_viewer

    member = make_viewer("osler")
    client = client_for(member)
    for address in ("/", "/cases/", make_case(member).get_absolute_url(), "/me/", "/inbox/"):
        answer = client.get(address)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "no-store"
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
        assert b'src="http' not in answer.content
        assert b"//fonts." not in answer.content
