"""Which page shows a form, and which forms hold words that a person wrote.

`tests/core/test_form_pages.py` compares both with the addresses of the site.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse

# Addresses that only take POST: the page with the form, and the parameters it has in common.
FORM_PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "core:theme": ("core:landing", ()),
    "core:discard-unsent": ("core:landing", ()),
    "core:csp-report": ("core:landing", ()),
    "verification:number": ("verification:licence", ()),
    "verification:skip-evidence": ("verification:evidence", ()),
    "verification:remove-document": ("verification:evidence", ()),
    "verification:enter-code": ("verification:status", ()),
    "verification:send-code": ("verification:status", ()),
    "verification:answer": ("verification:status", ()),
    "verification:withdraw": ("verification:status", ()),
    "verification:appeal": ("verification:status", ()),
    "verification:verify-again": ("verification:membership-paused", ()),
    "verification:resume": ("verification:sources", ()),
    "verification:review-next": ("verification:review", ()),
    **{
        f"verification:review-{action}": ("verification:review-detail", ("application_id",))
        for action in ("claim", "skip", "approve", "reject", "ask", "undo", "confirm", "disagree")
    },
    "accounts:try-handle": ("accounts:enter", ()),
    "accounts:recovered": ("accounts:recovery", ()),
    "members:mail": ("members:profile", ()),
    "data_rights:begin": ("data_rights:data", ()),
    **{
        f"cases:{action}": ("cases:detail", ("case_id",))
        for action in ("comment", "helpful", "follow", "bookmark")
    },
    **{
        f"cases:{action}": ("cases:draft", ("draft_id",))
        for action in ("autosave", "upload", "draft-delete", "image-remove", "image-retry")
    },
    "cases:image-move": ("cases:draft", ("draft_id",)),
    "cases:publish": ("cases:check", ("draft_id",)),
    "cases:image-confirm": ("cases:review-image", ("draft_id", "image_id")),
    "polls:merge-concepts": ("polls:concept-names", ()),
    "polls:undo-merge": ("polls:concept-names", ()),
    "polls:answer": ("polls:detail", ("poll_id",)),
    "polls:decline-answer": ("cases:detail", ("case_id",)),
    "notifications:mark-all-read": ("notifications:inbox", ()),
    "notifications:mark-read": ("notifications:inbox", ()),
    "moderation:withdraw": ("moderation:reported", ("kind", "item_id")),
    "moderation:stop-reporter": ("moderation:queue", ()),
    "moderation:resume-reporter": ("moderation:queue", ()),
    "moderation:picture-next": ("moderation:queue", ()),
    "moderation:picture-decide": ("moderation:picture", ("image_id",)),
    "moderation:picture-undo": ("moderation:picture", ("image_id",)),
    **{
        f"moderation:{action}": ("moderation:item", ("kind", "item_id"))
        for action in ("hide", "restore", "dismiss", "reopen", "close", "suspend")
    },
    "moderation:confirm": ("moderation:queue", ()),
    "moderation:refuse": ("moderation:queue", ()),
}
# Forms in which a person writes. The others hold choices that are made again with one press.
FORMS_WITH_WORDS = frozenset(
    {
        "cases:comment",
        "cases:reply",
        "cases:update",
        "cases:solve",
        "cases:draft",
        "cases:image-confirm",
        "polls:answer",
        "polls:new",
        "polls:quiz",
        "polls:report-test-result",
        "polls:flag-test",
        "polls:flag-option",
        "polls:merge-concepts",
        "moderation:report",
        "moderation:patient-details",
        "moderation:correct",
        "moderation:hide",
        "moderation:restore",
        "moderation:dismiss",
        "moderation:reopen",
        "moderation:close",
        "moderation:suspend",
        "moderation:picture-decide",
        "verification:country",
        "verification:licence",
        "verification:identity",
        "verification:correct",
        "verification:questions",
        "verification:answer",
        "verification:review-approve",
        "verification:review-reject",
        "verification:review-ask",
        "accounts:enter",
    }
)


def page_of_form(request: HttpRequest) -> str:
    """The address of the page with the form that was sent; it can be opened with a link."""
    return page_of_address(request.get_full_path())


def page_of_address(address: str) -> str:
    """The same for an address of this site, with its query. "/" if there is no such address."""
    match = _match(address)
    if match is None:
        return "/"
    if match.view_name not in FORM_PAGES:
        return address
    page, parameters = FORM_PAGES[match.view_name]
    return reverse(page, kwargs={name: match.kwargs[name] for name in parameters})


def holds_words(request: HttpRequest) -> bool:
    """Whether the request sent a form in which a person writes."""
    match = request.resolver_match or _match(request.path)
    if request.method != "POST" or match is None:
        return False
    return match.view_name in FORMS_WITH_WORDS


def _match(address: str) -> ResolverMatch | None:
    try:
        return resolve(urlsplit(address).path)
    except Resolver404:
        return None
