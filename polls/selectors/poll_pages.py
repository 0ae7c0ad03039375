"""What one viewer sees of a poll: the form before they answer, the results afterwards.

Before that, no answer but the viewer's own is read from the database, so that nothing of the others
can show.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from cases.models import Case
from cases.policies import is_author
from polls.models import AnswerOption, AnswerRound, Poll, PollKind
from polls.policies import is_closed
from polls.selectors.answer_visibility import answers_are_revealed, count_updates
from polls.selectors.answers import read_answers
from polls.selectors.decisive_tests import DecisiveTestSummary, decisive_tests
from polls.selectors.own_answers import OwnAnswer, own_answers
from polls.selectors.released_answers import released_rows
from polls.selectors.results import PollResults, poll_results
from polls.selectors.risk_flags import RiskWarning, risk_warnings
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer


@dataclass
class PollPage:
    """One poll for one viewer. `own_ranked` is their latest answer, best first."""

    poll: Poll
    options: list[AnswerOption]
    # Whether the viewer sees the answers.
    is_revealed: bool
    is_closed: bool
    is_author: bool
    own_ranked: list[AnswerOption] = field(default_factory=list)
    own_confidence: int | None = None
    # The mark from which the viewer's answer counts; None if it counts.
    counts_from: dt.datetime | None = None
    results: PollResults | None = None
    # How many answers the lists and breakdowns show (polls.selectors.released_answers).
    n_released: int = 0
    # How many updates the case has, and how many it had when the viewer answered last.
    n_updates: int = 0
    updates_seen: int = 0
    has_later_answer: bool = False
    decisive_tests: list[DecisiveTestSummary] = field(default_factory=list)
    warnings: list[RiskWarning] = field(default_factory=list)
    # The viewer's own decisive test, if the author reported its result after the viewer answered.
    newly_reported_test: str = ""

    @property
    def is_diagnosis(self) -> bool:
        return self.poll.kind == PollKind.DIAGNOSIS

    @property
    def can_change(self) -> bool:
        """Whether the viewer may give a later answer: once, and once more after each update.

        The author's own answer cannot be changed.
        """
        if not self.is_revealed or self.is_closed or self.is_author:
            return False
        return not self.has_later_answer or self.has_new_update

    @property
    def has_new_update(self) -> bool:
        """Whether the case has an update that is newer than the viewer's answer."""
        return bool(self.own_ranked) and self.n_updates > self.updates_seen


def case_poll_pages(*, viewer: Viewer, case: Case) -> list[PollPage]:
    """The polls of a case in the order they were opened. At most five queries for one poll."""
    return [_page(viewer, poll) for poll in _with_options(case.polls.all(), case)]


def poll_page(*, viewer: Viewer, poll: Poll) -> PollPage:
    """One poll, of a case or of the community."""
    return _page(viewer, _with_options(Poll.objects.filter(pk=poll.pk), poll.case)[0])


def _with_options(polls: QuerySet[Poll], case: Case | None) -> list[Poll]:
    options = Prefetch("options", AnswerOption.objects.select_related("concept"))
    loaded = list(polls.select_related("released").prefetch_related(options))
    for poll in loaded:
        poll.case = case  # saves a query: the caller has loaded it
    return loaded


def _page(viewer: Viewer, poll: Poll) -> PollPage:
    pseudonym = viewer.pseudonym(poll_scope(poll.pk))
    own = _latest(own_answers(poll, pseudonym))
    is_revealed = own is not None or answers_are_revealed(viewer, poll)
    options = list(poll.options.all())
    page = PollPage(
        poll=poll,
        options=options if is_revealed else _shuffled(options, pseudonym),
        is_revealed=is_revealed,
        is_closed=is_closed(poll),
        is_author=poll.case is not None and is_author(viewer, poll.case),
    )
    if own is not None:
        page.own_ranked = _own_options(poll, own)
        page.own_confidence = own.confidence
        page.counts_from = own.appears_at
        page.updates_seen = own.updates_seen
        page.has_later_answer = own.round == AnswerRound.LATER
        page.n_updates = count_updates(poll)
    if is_revealed:
        released = released_rows(poll)
        page.n_released = len(released)
        page.results = poll_results(poll, read_answers(poll), page.own_ranked, released)
        page.decisive_tests, page.warnings = decisive_tests(poll), risk_warnings(poll)
        page.newly_reported_test = _newly_reported_test(page, own)
    return page


def _newly_reported_test(page: PollPage, own: OwnAnswer | None) -> str:
    """The text of the viewer's own decisive test if its result is newer than their answer."""
    if own is None or own.decisive_test is None or not page.has_new_update:
        return ""
    own_test = (test for test in page.decisive_tests if test.key == own.decisive_test)
    return next((test.text for test in own_test if test.is_reported), "")


def _latest(own: dict[int, OwnAnswer]) -> OwnAnswer | None:
    return own[max(own)] if own else None


def _own_options(poll: Poll, own: OwnAnswer) -> list[AnswerOption]:
    """The viewer's options, best first. A diagnosis that waits with the answer is not stored."""
    by_id = {option.pk: option for option in poll.options.all()}
    ranked = [by_id[key] for key in own.ranked if key in by_id]
    if own.added:
        ranked.insert(own.added_at, AnswerOption(poll=poll, label=own.added))
    return ranked


def _shuffled(options: list[AnswerOption], pseudonym: bytes) -> list[AnswerOption]:
    """The options visible to all, in an order that is random but fixed for each viewer."""
    public = [option for option in options if not option.hidden_until_answer]
    return sorted(public, key=lambda o: hashlib.sha256(pseudonym + o.pk.bytes).digest())
