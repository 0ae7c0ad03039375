"""What a poll shows to one viewer: its form before they answered, the results after.

Until then no ballot but the viewer's own is read, so that nothing of the others can show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Prefetch

from cases.models import Case
from cases.policies import is_author
from polls.models import Ballot, Option, Poll, PollKind, Rank, Round
from polls.policies import is_closed
from polls.selectors.ballots import read_ballots
from polls.selectors.results import Results, results_of
from polls.selectors.seen import has_seen_others
from sermo.members.tags import poll_scope
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

    @property
    def is_diagnosis(self) -> bool:
        return self.poll.kind == PollKind.DIAGNOSIS

    @property
    def may_change(self) -> bool:
        """The author's own guess stays as it was sealed; everybody else may answer again, apart."""
        return self.is_open and not self.is_closed and not self.is_author


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
    tag = viewer.tag(poll_scope(poll.pk))
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
    if is_open:
        mine: set[UUID] = {option.pk for option in page.mine}
        page.results = results_of(poll, read_ballots(poll), mine)
    return page


def _own(poll: Poll, tag: bytes) -> Ballot | None:
    """The viewer's ballot of the later round; and in a sealed poll nobody else's is read."""
    ranks = Prefetch("ranks", Rank.objects.order_by("rank", "id"))
    ballots = Ballot.objects.filter(poll=poll, tag=tag, round__in=Round.values)
    return ballots.prefetch_related(ranks).order_by("-round").first()


def _shuffled(options: list[Option], tag: bytes) -> list[Option]:
    """Those everybody may see, in an order of this viewer's own, the same on every look."""
    public = [option for option in options if not option.is_sealed]
    return sorted(public, key=lambda o: hashlib.sha256(tag + o.pk.bytes).digest())
