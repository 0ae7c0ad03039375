"""What a poll shows to one viewer: its form before they answered, the results after.

Until then no ballot but the viewer's own is read, so that nothing of the others can show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch

from cases.models import Case
from cases.policies import is_author
from polls.models import Ballot, Option, Poll, PollKind, Rank, Round
from polls.policies import is_closed
from polls.selectors.ballots import read_ballots
from polls.selectors.findings import Asked, Warning_, asked_next, warnings_of
from polls.selectors.results import Results, results_of
from polls.selectors.seen import has_seen_others, updates_of
from sermo.members.pseudonyms import poll_scope
from sermo.members.viewer import Viewer


@dataclass
class PollPage:
    """One poll as one viewer may see it; `mine` is their latest answer, best first."""

    poll: Poll
    options: list[Option]
    is_open: bool
    is_closed: bool
    is_author: bool
    mine: list[Option] = field(default_factory=list)
    my_confidence: int | None = None
    results: Results | None = None
    # How many updates the case has, and how many the viewer's latest answer came after.
    n_updates: int = 0
    answered_after: int = 0
    has_revised: bool = False
    findings: list[Asked] = field(default_factory=list)
    warnings: list[Warning_] = field(default_factory=list)
    # What the viewer had asked for and the author has told since.
    told: str = ""
    my_finding: str = ""

    @property
    def is_diagnosis(self) -> bool:
        return self.poll.kind == PollKind.DIAGNOSIS

    @property
    def may_change(self) -> bool:
        """The author's own guess stays as it was sealed; everybody else may answer again, apart.

        Once after having seen the others, and once more after each update.
        """
        if not self.is_open or self.is_closed or self.is_author:
            return False
        return not self.has_revised or self.has_news

    @property
    def has_news(self) -> bool:
        """The author has added an update since the viewer answered."""
        return bool(self.mine) and self.n_updates > self.answered_after


def pages_of_case(*, viewer: Viewer, case: Case) -> list[PollPage]:
    """The polls of a case in the order they were opened; at most five statements for one poll."""
    return [_page(viewer, poll) for poll in _with_options(case.polls.all(), case)]


def page_of(*, viewer: Viewer, poll: Poll) -> PollPage:
    """One poll; of a case or of the community."""
    return _page(viewer, _with_options(Poll.objects.filter(pk=poll.pk), poll.case)[0])


def _with_options(polls: Iterable[Poll], case: Case | None) -> list[Poll]:
    options = Prefetch("options", Option.objects.select_related("concept"))
    found = list(polls.prefetch_related(options))  # type: ignore[attr-defined]
    for poll in found:
        poll.case = case  # no statement for what is known
    return found


def _page(viewer: Viewer, poll: Poll) -> PollPage:
    tag = viewer.pseudonym(poll_scope(poll.pk))
    own = _own(poll, tag)
    is_open = bool(own) or has_seen_others(viewer, poll)
    options = list(poll.options.all())
    page = PollPage(
        poll=poll,
        options=options if is_open else _shuffled(options, tag),
        is_open=is_open,
        is_closed=is_closed(poll),
        is_author=poll.case is not None and is_author(viewer, poll.case),
    )
    if own:
        by_id = {option.pk: option for option in options}
        page.mine = [by_id[rank.option_id] for rank in own.ranks.all()]
        page.my_confidence = own.confidence
        page.answered_after = own.after_updates
        page.has_revised = own.round == Round.OPEN
        page.n_updates = updates_of(poll)
    if is_open:
        page.results = results_of(poll, read_ballots(poll), [option.pk for option in page.mine])
        page.findings, page.warnings = asked_next(poll), warnings_of(poll)
        _own_finding(page, own)
    return page


def _own_finding(page: PollPage, own: Ballot | None) -> None:
    """What the viewer had asked for, by their own ballot; told since then or not yet."""
    change = getattr(own, "mind_change", None)
    finding = next((one for one in page.findings if change and one.key == change.finding_id), None)
    if finding is None:
        return
    page.my_finding = finding.text
    page.told = finding.text if finding.is_told and page.has_news else ""


def _own(poll: Poll, tag: bytes) -> Ballot | None:
    """The viewer's ballot of the later round; and in a sealed poll nobody else's is read."""
    ranks = Prefetch("ranks", Rank.objects.order_by("rank", "id"))
    ballots = Ballot.objects.filter(poll=poll, pseudonym=tag, round__in=Round.values)
    found = ballots.select_related("mind_change").prefetch_related(ranks)
    return found.order_by("-round").first()


def _shuffled(options: list[Option], tag: bytes) -> list[Option]:
    """Those everybody may see, in an order of this viewer's own, the same on every look."""
    public = [option for option in options if not option.is_sealed]
    return sorted(public, key=lambda o: hashlib.sha256(tag + o.pk.bytes).digest())
