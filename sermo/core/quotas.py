"""Quotas: how often one person may do something, in one table, and the one function that counts.

A window is an hour or a day of the clock (UTC), the same for everybody, so the end of a counter
tells nothing of when it began. A counter is in the Redis that writes nothing to disk, under a name
that lives no longer than its window (`sermo.core.volatile_names`).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from redis.commands.core import Script

from sermo.core.errors import TooMany
from sermo.core.redis import connection
from sermo.core.volatile_names import DAY, PERIOD, name_for_day, name_for_hour

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# KEYS are counters, shortest window first; ARGV are the limit and the seconds left of each.
# Returns the number of the last counter that is at its limit, and counts nothing then; else 0.
_COUNT = """
local reached = 0
for i, name in ipairs(KEYS) do
  if tonumber(redis.call('GET', name) or '0') >= tonumber(ARGV[2 * i - 1]) then reached = i end
end
if reached > 0 then return reached end
for i, name in ipairs(KEYS) do
  redis.call('INCR', name)
  redis.call('EXPIRE', name, ARGV[2 * i])
end
return 0
"""


@dataclass(frozen=True)
class Quota:
    """So many acts in an hour and in a day of the clock. A limit of None is not counted."""

    name: str
    sentence: str | _StrPromise
    per_hour: int | None = None
    per_day: int | None = None


class QuotaReached(TooMany):
    """The quota of this window is used up."""

    def __init__(self, quota: Quota, seconds_left: int) -> None:
        self.retry_after = seconds_left
        super().__init__(f"{quota.sentence} {_when(seconds_left)}")


def spend(quota: Quota, subject: str) -> None:
    """Count one act of the subject. Raises `QuotaReached` if a window is full, and counts nothing.

    The subject is the id of a user, an address, or a pseudonym of a member
    (`sermo.members.services.spend_quota`). No name of a counter contains it.
    """
    now = time.time()
    value = f"quota:{quota.name}:{subject}"
    names: list[str] = []
    arguments: list[int] = []
    for limit, length in ((quota.per_hour, PERIOD), (quota.per_day, DAY)):
        if limit is None:
            continue
        window = int(now // length)
        counter = f"{value}:{length}:{window}"
        names.append(name_for_hour(counter) if length == PERIOD else name_for_day(counter, window))
        arguments += [limit, math.ceil((window + 1) * length - now)]
    reached = int(_script()(names, arguments))
    if reached:
        raise QuotaReached(quota, arguments[2 * reached - 1])


@lru_cache(maxsize=1)
def _script() -> Script:
    return connection().register_script(_COUNT)


def _when(seconds: int) -> str:
    """When the person can go on, rounded up."""
    if seconds <= PERIOD:
        n = math.ceil(seconds / 60)
        return ngettext("You can go on in %(n)d minute.", "You can go on in %(n)d minutes.", n) % {
            "n": n
        }
    n = math.ceil(seconds / PERIOD)
    return ngettext("You can go on in %(n)d hour.", "You can go on in %(n)d hours.", n) % {"n": n}


# What members do. A second counter of the same size holds what is anonymous, where it can differ.
CASES = Quota("case", _("You have published many cases."), per_hour=10, per_day=20)
DRAFTS = Quota("draft", _("You have begun many cases."), per_hour=20, per_day=60)
DRAFT_SAVES = Quota("draft-save", _("You have saved very often."), per_hour=1500, per_day=8000)
UPLOADS = Quota("upload", _("You have sent many pictures."), per_hour=60, per_day=200)
PICTURE_CHANGES = Quota(
    "picture-change", _("You have changed pictures very often."), per_hour=400, per_day=1500
)
COMMENTS = Quota("comment", _("You have written many comments."), per_hour=40, per_day=150)
HELPFUL_MARKS = Quota("helpful", _("You have marked many comments."), per_hour=150, per_day=600)
FOLLOWS = Quota("follow", _("You have followed or saved many cases."), per_hour=150, per_day=600)
INBOX_CHANGES = Quota("inbox", _("You have marked very much as read."), per_hour=600, per_day=3000)
SETTINGS = Quota("setting", _("You have changed your settings often."), per_hour=30, per_day=100)
ANSWERS = Quota("answer", _("You have answered many polls."), per_hour=80, per_day=400)
POLLS = Quota("poll", _("Three polls a day are the most."), per_day=3)
REPORTS = Quota("report", _("You have sent many reports."), per_hour=12, per_day=40)
SEARCHES = Quota("search", _("You have searched very often."), per_hour=400, per_day=2500)
SUGGESTIONS = Quota(
    "suggestion", _("You have looked up very many names."), per_hour=3000, per_day=15000
)
EXPORTS = Quota("export", _("You have downloaded many answers."), per_hour=60, per_day=200)

# What a user of the identity store does, by the id of the user.
DATA_COPIES = Quota("data-copy", _("You have asked for many copies."), per_hour=10, per_day=20)
LEAVING = Quota("leave", _("You have tried to leave very often."), per_hour=10, per_day=30)
HANDLE_CHECKS = Quota("try-handle", _("You have tried many names."), per_hour=120, per_day=500)
ENTRIES = Quota("enter", _("You have tried to enter very often."), per_hour=10, per_day=30)
UNLOCKS = Quota("unlock", _("You have tried to unlock very often."), per_hour=10, per_day=30)
RECOVERY_CODES = Quota("renew", _("You have made many recovery codes."), per_hour=10, per_day=30)
RECOVERIES = Quota("recovery", _("You have asked for recovery often."), per_hour=10, per_day=30)
APPLICATIONS = Quota("application", _("You have begun very often."), per_hour=20, per_day=60)
APPLICATION_CHANGES = Quota(
    "application-change", _("You have changed your application often."), per_hour=120, per_day=400
)
NUMBER_CHECKS = Quota("number", _("You have checked many numbers."), per_hour=120, per_day=500)
EVIDENCE = Quota("evidence", _("You have sent many files."), per_hour=30, per_day=100)
SUBMISSIONS = Quota("submit", _("You have sent your application often."), per_hour=10, per_day=20)
MESSAGES = Quota("message", _("You have sent many messages."), per_hour=30, per_day=100)
CONTACT_CODES = Quota("code", _("You have entered many codes."), per_hour=30, per_day=60)
IDENTITY_ANSWERS = Quota("questions", _("You have answered very often."), per_hour=10, per_day=20)

# What a visitor does, by the address of the connection. Many people may share one.
OBJECTIONS = Quota("not-me", _("This link was opened very often."), per_hour=60)
# Nobody reads this sentence: the page shows the words to copy instead.
KEPT_FORMS = Quota("kept-form", _("Many forms were kept here."), per_hour=60)
# What browsers report by themselves, for the whole site.
CSP_REPORTS = Quota("csp-report", _("Browsers have sent many reports."), per_hour=600)
