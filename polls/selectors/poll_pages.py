"""What one viewer sees of a poll: the form before they answer, the results afterwards.

Before that, no answer but the viewer's own is read from the database, so that nothing of the others
can show.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from cases.models import Case
from cases.policies import is_author
from polls.models import Answer, AnswerOption, AnswerRound, Poll, PollKind, RankedOption
from polls.policies import is_closed
from polls.selectors.answer_visibility import answers_are_revealed, count_updates
from polls.selectors.answers import read_answers
from polls.selectors.decisive_tests import DecisiveTestSummary, decisive_tests
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
    results: PollResults | None = None
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
    loaded = list(polls.prefetch_related(options))
    for poll in loaded:
        poll.case = case  # saves a query: the caller has loaded it
    return loaded


def _page(viewer: Viewer, poll: Poll) -> PollPage:
    pseudonym = viewer.pseudonym(poll_scope(poll.pk))
    own = _own_answer(poll, pseudonym)
    is_revealed = bool(own) or answers_are_revealed(viewer, poll)
    options = list(poll.options.all())
    page = PollPage(
        poll=poll,
        options=options if is_revealed else _shuffled(options, pseudonym),
        is_revealed=is_revealed,
        is_closed=is_closed(poll),
        is_author=poll.case is not None and is_author(viewer, poll.case),
    )
    if own:
        by_id = {option.pk: option for option in options}
        page.own_ranked = [by_id[ranked.option_id] for ranked in own.ranked_options.all()]
        page.own_confidence = own.confidence
        page.updates_seen = own.updates_seen
        page.has_later_answer = own.round == AnswerRound.LATER
        page.n_updates = count_updates(poll)
    if is_revealed:
        own_keys = [option.pk for option in page.own_ranked]
        page.results = poll_results(poll, read_answers(poll), own_keys)
        page.decisive_tests, page.warnings = decisive_tests(poll), risk_warnings(poll)
        page.newly_reported_test = _newly_reported_test(page, own)
    return page


def _newly_reported_test(page: PollPage, own: Answer | None) -> str:
    """The text of the viewer's own decisive test if its result is newer than their answer."""
    change = getattr(own, "conditional_change", None)
    if change is None or not page.has_new_update:
        return ""
    own_test = (test for test in page.decisive_tests if test.key == change.decisive_test_id)
    return next((test.text for test in own_test if test.is_reported), "")


def _own_answer(poll: Poll, pseudonym: bytes) -> Answer | None:
    """The viewer's latest answer. No other member's answer is read."""
    ranked = Prefetch("ranked_options", RankedOption.objects.order_by("rank", "id"))
    answers = Answer.objects.filter(poll=poll, pseudonym=pseudonym, round__in=AnswerRound.values)
    own = answers.select_related("conditional_change").prefetch_related(ranked)
    return own.order_by("-round").first()


def _shuffled(options: list[AnswerOption], pseudonym: bytes) -> list[AnswerOption]:
    """The options visible to all, in an order that is random but fixed for each viewer."""
    public = [option for option in options if not option.hidden_until_answer]
    return sorted(public, key=lambda o: hashlib.sha256(pseudonym + o.pk.bytes).digest())
