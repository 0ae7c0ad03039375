"""Comments, replies, updates and helpful marks."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.forms.comments import CommentForm, ScannedTextForm
from cases.models import Case, Comment
from cases.policies import hides_answers_now, is_author
from cases.selectors.access import sees_answers, visible_case
from cases.selectors.identities import IdentityOption, identity_options
from cases.selectors.thread import comment_url, visible_comments
from cases.selectors.waiting import posted_message
from cases.services import comments as services
from cases.services.comments import NewComment
from cases.services.follows import follow_after_posting
from cases.views.case_page import case_response
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key, render_part_or_page
from sermo.members.credential_lines.labels import line_activity_label
from sermo.members.viewer.requests import MemberRequest


@require_POST
@audience(Audience.VERIFIED)
def comment(request: MemberRequest, case_id: str) -> HttpResponse:
    case = visible_case(request.viewer, case_id)
    form = _form(request, case)
    if not form.is_valid():
        return case_response(request, case, form, status=422)
    quoted_id = form.cleaned_data["quoted"]
    quoted = _comment_or_404(request, case, quoted_id) if quoted_id else None
    return _post(request, case, form, parent=None, quoted=quoted)


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def reply(request: MemberRequest, case_id: str, comment_id: str) -> HttpResponse:
    """Reply to a comment. A reply to a reply is posted under the comment and quotes the reply."""
    case = visible_case(request.viewer, case_id)
    replied_to = _comment_or_404(request, case, comment_id)
    parent = replied_to.parent or replied_to
    quoted = replied_to if replied_to.parent else None
    form = _form(request, case)
    if request.method == "POST" and form.is_valid():
        return _post(request, case, form, parent=parent, quoted=quoted)
    context = {
        "case": case,
        "parent": parent,
        "quoted": quoted,
        "form": form if form.is_bound else None,
        "identity_options": _identity_options(request, case),
        "line_activity": line_activity_label(request.viewer.line),
        "hides_answers": hides_answers_now(case),
    }
    status = 422 if request.method == "POST" else 200
    return render_part_or_page(
        request, "cases/_reply_form.html", "cases/reply.html", context, status
    )


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def update(request: MemberRequest, case_id: str) -> HttpResponse:
    """Post an update, under the identity of the case. For its author only."""
    case = visible_case(request.viewer, case_id)
    if not is_author(request.viewer, case):
        raise Http404
    form = ScannedTextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        comment = services.add_update(
            viewer=request.viewer,
            case=case,
            text=form.cleaned_data["text"],
            idempotency_key=idempotency_key(request),
        )
        messages.success(request, posted_message(comment, _("Your update is added.")))
        return redirect(f"{case.get_absolute_url()}#updates")
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/update.html", {"case": case, "form": form}, status=status)


@require_POST
@audience(Audience.VERIFIED)
def helpful(request: MemberRequest, case_id: str, comment_id: str) -> HttpResponse:
    """Set or remove the helpful mark. The form says which, so sending it twice is harmless."""
    case = visible_case(request.viewer, case_id)
    comment = _comment_or_404(request, case, comment_id)
    on = request.POST.get("on") == "1"
    n_helpful = services.set_helpful(viewer=request.viewer, comment=comment, on=on)
    if not request.htmx:
        return redirect(comment_url(case.get_absolute_url(), comment_id))
    context = {
        "base": f"{case.get_absolute_url()}comments/{comment_id}/",
        "comment_id": comment_id,
        "n": n_helpful,
        "on": on,
        "who": comment.byline,
    }
    return render(request, "cases/_helpful_button.html", context)


def _identity_options(request: MemberRequest, case: Case) -> list[IdentityOption]:
    return identity_options(request.viewer, case, chosen=request.POST.get("shown_as", ""))


def _form(request: MemberRequest, case: Case) -> CommentForm:
    identities = [option.value for option in _identity_options(request, case)]
    return CommentForm(request.POST if request.method == "POST" else None, identities=identities)


def _post(
    request: MemberRequest,
    case: Case,
    form: CommentForm,
    *,
    parent: Comment | None,
    quoted: Comment | None,
) -> HttpResponse:
    new_comment = NewComment(
        text=form.cleaned_data["text"],
        shown_as=form.cleaned_data["shown_as"],
        hidden_until_answer=hides_answers_now(case) and not form.cleaned_data["is_open"],
        parent=parent,
        quoted=quoted,
    )
    comment = services.add_comment(
        viewer=request.viewer,
        case=case,
        comment=new_comment,
        idempotency_key=idempotency_key(request),
    )
    follow_after_posting(viewer=request.viewer, comment=comment)
    added = _("Your comment is added. You now follow this case.")
    messages.success(request, posted_message(comment, added))
    return redirect(comment_url(case.get_absolute_url(), comment.public_id))


def _comment_or_404(request: MemberRequest, case: Case, comment_id: str) -> Comment:
    """A comment of this case that the viewer may see and that has appeared to all."""
    visible = visible_comments(
        request.viewer, case, sees_answers=sees_answers(request.viewer, case)
    )
    comment = visible.select_related("parent").filter(public_id=comment_id, hidden_at=None).first()
    if comment is None or comment.appears_at is not None:
        raise Http404
    return comment
