"""The answers of a poll without identities, as CSV and JSON."""

from __future__ import annotations

import csv

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from polls import selectors
from polls.models import MAX_RANKS
from polls.views.poll_access import revealed_page_or_404
from sermo.core.access import Audience, audience
from sermo.core.quotas import EXPORTS
from sermo.members.services import spend_quota
from sermo.members.viewer.requests import MemberRequest

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection).
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("round", "specialty", "confidence", "record")


@require_safe
@audience(Audience.VERIFIED)
def answers_csv(request: MemberRequest, poll_id: str) -> HttpResponse:
    """For members who may see the results."""
    page = revealed_page_or_404(request.viewer, poll_id)
    spend_quota(viewer=request.viewer, quota=EXPORTS)
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="answers.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow([*COLUMNS, *(f"rank {n}" for n in range(1, MAX_RANKS + 1))])
    for row in selectors.export_answers(page.poll):
        cells = [*(row[name] or "" for name in COLUMNS), *row["ranked"]]
        writer.writerow([_escape_formula(str(cell)) for cell in cells])
    return response


@require_safe
@audience(Audience.VERIFIED)
def answers_json(request: MemberRequest, poll_id: str) -> JsonResponse:
    """For members who may see the results."""
    page = revealed_page_or_404(request.viewer, poll_id)
    spend_quota(viewer=request.viewer, quota=EXPORTS)
    return JsonResponse(
        {"question": page.poll.question, "answers": selectors.export_answers(page.poll)},
        headers={"Content-Disposition": 'attachment; filename="answers.json"'},
    )


def _escape_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_PREFIXES) else cell
