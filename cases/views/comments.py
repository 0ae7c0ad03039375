"""Taking part: comments, replies, updates, "helpful", and stepping out of anonymity."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.errors import TooManyComments
from cases.forms.comments import CommentForm, ScannedTextForm
from cases.models import Case, Comment
from cases.policies import hides_answers_now, is_author
from cases.selectors.access import sees_answers, visible_case
from cases.selectors.thread import comment_url, visible_comments
from cases.services import comments, follows
from cases.services.identity import show_name as reveal_author
from cases.views.reading import case_response, identity_options
from sermo.core.access import Audience, audience
from sermo.core.http import idempotency_key, render_part_or_page, within_rate
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope
from sermo.members.viewer.requests import MemberRequest

MAX_COMMENTS, RATE_SECONDS = 20, 600


@require_POST
@audience(Audience.VERIFIED)
def comment(request: MemberRequest, case_id: str) -> HttpResponse:
    case = visible_case(request.viewer, case_id)
    form = _form(request, case)
    if not form.is_valid():
        return case_response(request, case, form, status=422)
    quoted = _quoted(request, case, form.cleaned_data["quoted"])
    return _say(request, case, form, parent=None, quoted=quoted)


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def reply(request: MemberRequest, case_id: str, comment_id: str) -> HttpResponse:
    case = visible_case(request.viewer, case_id)
    to = _comment_or_404(request, case, comment_id)
    # One level: who answers a reply quotes it under the comment it belongs to.
    parent = to.parent or to
    quoted = to if to.parent else None
    form = _form(request, case)
    if request.method == "POST" and form.is_valid():
        return _say(request, case, form, parent=parent, quoted=quoted)
    context = {
        "case": case,
        "parent": parent,
        "quoted": quoted,
        "form": form if form.is_bound else None,
        "specimens": identity_options(request, case),
        "is_sealing": hides_answers_now(case),
    }
    status = 422 if request.method == "POST" else 200
    return render_part_or_page(
        request, "cases/_reply_form.html", "cases/reply.html", context, status
    )


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def update(request: MemberRequest, case_id: str) -> HttpResponse:
    """News of the case by its author, shown as the case is."""
    case = _own_case(request, case_id)
    form = ScannedTextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _slow_down(request, case)
        comments.add_update(
            viewer=request.viewer,
            case=case,
            text=form.cleaned_data["text"],
            idempotency_key=idempotency_key(request),
        )
        messages.success(request, _("Your update is added."))
        return redirect(f"{case.get_absolute_url()}#updates")
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/update.html", {"case": case, "form": form}, status=status)


@require_POST
@audience(Audience.VERIFIED)
def helpful(request: MemberRequest, case_id: str, comment_id: str) -> HttpResponse:
    """Carries the wished state, so that a doubled request changes nothing."""
    case = visible_case(request.viewer, case_id)
    said = _comment_or_404(request, case, comment_id)
    on = request.POST.get("on") == "1"
    n_helpful = comments.set_helpful(viewer=request.viewer, comment=said, on=on)
    if not request.htmx:
        return redirect(comment_url(case.get_absolute_url(), comment_id))
    context = {
        "base": f"{case.get_absolute_url()}comments/{comment_id}/",
        "comment_id": comment_id,
        "n": n_helpful,
        "on": on,
        "who": said.byline,
    }
    return render(request, "cases/_helpful_button.html", context)


@require_http_methods(["GET", "POST"])
@audience(Audience.VERIFIED)
def reveal(request: MemberRequest, case_id: str) -> HttpResponse:
    """Everything one said anonymously in this case gets the chosen name, for good."""
    case = visible_case(request.viewer, case_id)
    tag = request.viewer.pseudonym(case_scope(case.pk))
    if case.pseudonym != tag and not Comment.objects.filter(case=case, pseudonym=tag).exists():
        raise Http404
    names = [one for one in identity_options(request, case) if not one["anonymous"]]
    if request.method == "POST":
        reveal_author(
            viewer=request.viewer,
            case=case,
            shown_as=request.POST.get("shown_as", ShownAs.HANDLE),
        )
        messages.success(request, _("Your name now stands with what you wrote in this case."))
        return redirect(case)
    if not any(one["checked"] for one in names):
        names[0]["checked"] = True
    return render(request, "cases/show_name.html", {"case": case, "specimens": names})


def _form(request: MemberRequest, case: Case) -> CommentForm:
    names = [one["value"] for one in identity_options(request, case)]
    return CommentForm(request.POST if request.method == "POST" else None, identities=names)


def _say(
    request: MemberRequest,
    case: Case,
    form: CommentForm,
    *,
    parent: Comment | None,
    quoted: Comment | None,
) -> HttpResponse:
    _slow_down(request, case)
    said = comments.add_comment(
        viewer=request.viewer,
        case=case,
        text=form.cleaned_data["text"],
        shown_as=form.cleaned_data["shown_as"],
        hidden_until_answer=hides_answers_now(case) and not form.cleaned_data["is_open"],
        parent=parent,
        quoted=quoted,
        idempotency_key=idempotency_key(request),
    )
    _say_what_follows(request, case, said)
    return redirect(comment_url(case.get_absolute_url(), said.public_id))


def _say_what_follows(request: MemberRequest, case: Case, said: Comment) -> None:
    """Who wrote under a name follows from now on. An anonymous request touches no shelf."""
    if said.author_id is not None:
        follows.follow_after_posting(viewer=request.viewer, case=case)
        messages.success(request, _("Your comment is added. You now follow this case."))
        return
    text = _("Your comment is added. Follow the case to hear of replies.")
    if said.appears_at is not None:
        text = _(
            "Your comment appears to others within some minutes, at random, so that the time "
            "does not tell who wrote it. Follow the case to hear of replies."
        )
    messages.success(request, text)


def _slow_down(request: MemberRequest, case: Case) -> None:
    """Counted for the tag of this case: a limit keyed by the member would tell who is anonymous."""
    who = request.viewer.pseudonym(case_scope(case.pk)).hex()
    if not within_rate("comment", who, limit=MAX_COMMENTS, seconds=RATE_SECONDS):
        raise TooManyComments


def _comment_or_404(request: MemberRequest, case: Case, comment_id: str) -> Comment:
    """A comment the viewer is sent: not sealed, not hidden, not another case's."""
    shown = visible_comments(request.viewer, case, is_open=sees_answers(request.viewer, case))
    found = shown.select_related("parent").filter(public_id=comment_id, hidden_at=None).first()
    if found is None:
        raise Http404
    return found


def _quoted(request: MemberRequest, case: Case, public_id: str) -> Comment | None:
    return _comment_or_404(request, case, public_id) if public_id else None


def _own_case(request: MemberRequest, case_id: str) -> Case:
    case = visible_case(request.viewer, case_id)
    if not is_author(request.viewer, case):
        raise Http404
    return case
