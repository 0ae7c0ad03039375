"""Facts about rows of the community store that are emptied, hidden or withdrawn, not deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models

from cases.models import SHOWABLE_STATUSES, Case, Comment, Image, ImageState
from cases.models.cases import TEXT_FIELDS
from cases.services import visibility
from polls.models import Poll
from sermo.backups.erasure.facts import Fact, Repair, run_sql
from sermo.data_rights.services import job_payloads, leaving
from sermo.members.models import Member, MemberJob, ShownAs
from sermo.moderation.models import DisclosureState
from sermo.routers import COMMUNITY

_CASE_TEXT = ", ".join(TEXT_FIELDS)
_STATUSES = ", ".join(f"'{status}'" for status in SHOWABLE_STATUSES)
_IS_SHOWN = (
    f"state = '{ImageState.READY}' AND moderation_status IN ({_STATUSES}) AND hidden_at IS NULL"
    " AND covered_at IS NULL AND case_id IS NOT NULL"
)


_HIDE_POLLS = """
UPDATE polls_poll SET hidden_at = coalesce(hidden_at, now()) WHERE id::text = ANY(%s)
"""


def _each(model: type[models.Model], function: Callable[[Any], object]) -> Repair:
    """A repair that calls a service for each row."""

    def repair(keys: Sequence[str]) -> None:
        for row in model._default_manager.filter(pk__in=keys):
            function(row)

    return repair


def _empty(table: str, *columns: str, by: str = "''") -> Repair:
    changes = ", ".join(f"{column} = {by}" for column in columns)
    return run_sql(COMMUNITY, f"UPDATE {table} SET {changes} WHERE id::text = ANY(%s)")  # noqa: S608  # names are constants of this app


def _show_handle(keys: Sequence[str], model: type[Case] | type[Comment]) -> None:
    for post in model._default_manager.filter(pk__in=keys).select_related("author"):
        byline = post.author.handle if post.author else leaving.REMOVED
        model._default_manager.filter(pk=post.pk).update(shown_as=ShownAs.HANDLE, byline=byline)


def _hide_case(case: Case) -> None:
    visibility.hide_case(case=case)


def _hide_cases(keys: Sequence[str]) -> None:
    """Cases by the keys of their outcomes."""
    _each(Case, _hide_case)(keys)


def _hide_comment(comment: Comment) -> None:
    visibility.hide_comment(comment=comment)


def _hide_image(image: Image) -> None:
    visibility.hide_image(image=image)


def _remove_poll(poll: Poll) -> None:
    leaving.remove_polls(Poll.objects.filter(pk=poll.pk))


def _finish_job(job: MemberJob) -> None:
    job_payloads.finish(job)


_POSTS = (
    Fact(
        "cases_case",
        "not removed by its author",
        _each(Case, leaving.remove_case),
        condition=f"title <> '{leaving.REMOVED}'",
    ),
    Fact("cases_case", "not hidden", _each(Case, _hide_case), condition="hidden_at IS NULL"),
    # The newer words are lost, and the older ones may hold what was taken out.
    Fact(
        "cases_case",
        "the same words",
        _each(Case, _hide_case),
        condition="hidden_at IS NULL",
        key="{key} || md5((" + _CASE_TEXT + ")::text)",
    ),
    Fact(
        "cases_comment",
        "not removed by its author",
        _each(Comment, leaving.remove_comment),
        condition="text <> ''",
    ),
    Fact(
        "cases_comment", "not hidden", _each(Comment, _hide_comment), condition="hidden_at IS NULL"
    ),
    Fact(
        "cases_comment",
        "the same words",
        _each(Comment, _hide_comment),
        condition="hidden_at IS NULL",
        key="{key} || md5(text)",
    ),
    *(
        Fact(
            model._meta.db_table,
            "shows the real name",
            lambda keys, model=model: _show_handle(keys, model),  # type: ignore[misc]  # a default binds the loop value; its type is not inferred
            condition=f"shown_as = '{ShownAs.REAL_NAME}'",
        )
        for model in (Case, Comment)
    ),
    *(
        Fact(
            table,
            "an address for mail",
            _empty(table, "encrypted_contact_email", by="NULL"),
            condition="encrypted_contact_email IS NOT NULL",
        )
        for table in ("cases_case", "cases_comment")
    ),
    Fact(
        "polls_poll",
        "not removed by its author",
        _each(Poll, _remove_poll),
        condition=f"question <> '{leaving.REMOVED}'",
    ),
    Fact(
        "polls_poll",
        "the same words",
        run_sql(COMMUNITY, _HIDE_POLLS),
        condition="hidden_at IS NULL",
        key="{key} || md5(question)",
    ),
    Fact(
        "polls_poll",
        "not hidden",
        run_sql(COMMUNITY, _HIDE_POLLS),
        condition="hidden_at IS NULL",
    ),
)
_PICTURES = (
    Fact(
        "cases_image",
        "the same words",
        _each(Image, _hide_image),
        condition=_IS_SHOWN,
        key="{key} || md5((caption, alt)::text)",
    ),
    Fact(
        "cases_outcome",
        "the same words",
        _hide_cases,
        key="{key} || md5((diagnosis, learning_point)::text)",
    ),
    Fact("cases_image", "shown", _each(Image, _hide_image), condition=_IS_SHOWN),
    Fact(
        "cases_image",
        "the same covered areas",
        _each(Image, _hide_image),
        condition=_IS_SHOWN,
        key="{key} || md5(accepted_redactions::text)",
    ),
    *(
        Fact(
            "cases_image",
            f"an {name} file" if name == "original" else f"a {name} file",
            run_sql(
                COMMUNITY,
                f"UPDATE cases_image SET {name} = '', {name}_key = '' WHERE id::text = ANY(%s)",  # noqa: S608  # names are constants of this app
            ),
            condition=f"{name} <> ''",
        )
        for name in ("original", "working", "preview")
    ),
    Fact(
        "cases_image",
        "renditions",
        _empty("cases_image", "renditions", by="'{}'"),
        condition="renditions <> '{}'",
    ),
)
_MEMBERS = (
    Fact(
        "moderation_report",
        "the words meant",
        _empty("moderation_report", "passages", by="'{}'"),
        condition="passages <> '{}'",
    ),
    Fact(
        "members_member",
        "a handle",
        _each(Member, lambda member: leaving.clear_member(member.pk)),
        condition="left(handle, 5) <> 'left-'",
    ),
    Fact(
        "members_member",
        "the same role",
        _empty("members_member", "role"),
        condition="role <> ''",
        key="{key} || role",
    ),
    Fact(
        "members_member",
        "wants mail",
        _empty("members_member", "wants_mail", by="false"),
        condition="wants_mail",
    ),
    Fact(
        "members_memberjob",
        "for somebody",
        _each(MemberJob, _finish_job),
        condition="length(encrypted_payload) > 0",
    ),
    Fact(
        "members_memberjob",
        "a result",
        _empty("members_memberjob", "encrypted_result"),
        condition="length(encrypted_result) > 0",
    ),
    Fact(
        "moderation_authordisclosure",
        "names an author",
        run_sql(
            COMMUNITY,
            "UPDATE moderation_authordisclosure"  # noqa: S608  # names are constants of this app
            f" SET ciphertext = '', state = '{DisclosureState.EXPIRED}' WHERE id::text = ANY(%s)",
        ),
        condition="length(ciphertext) > 0",
    ),
)
FACTS: tuple[Fact, ...] = _POSTS + _PICTURES + _MEMBERS
