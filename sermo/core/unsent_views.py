"""The page with words that were written before the session ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sermo.core.access import Audience, audience
from sermo.core.unsent import store
from sermo.core.unsent.form_pages import page_of_address
from sermo.core.unsent.forms import UnsentForm
from sermo.core.unsent.pages import filled_page, words_page


@require_safe
@audience(Audience.SIGNED_IN)
def unsent(request: HttpRequest) -> HttpResponse:
    """The form with its words, for the account that wrote them. Nothing is sent by itself."""
    kept = store.kept_form(request)
    if kept is None:
        messages.info(request, _("There are no unsent words any more. We keep them 45 minutes."))
        response: HttpResponse = redirect("accounts:welcome")
        store.forget(request, response)
        return response
    if not kept.is_own:
        return render(request, "errors/unsent_of_another.html", status=403)
    page = filled_page(
        request,
        kept.form,
        sentence=_("You were signed out. Your words are still here. Press “{button}”."),
        can_discard=True,
    )
    if isinstance(page, HttpResponseRedirect):
        return _missing_step(request, kept.form, page)
    return page if page is not None else _words_to_copy(request, kept.form)


def _missing_step(
    request: HttpRequest, form: UnsentForm, step: HttpResponseRedirect
) -> HttpResponse:
    """The page of the step. "welcome" would lead back to this page, so its own step is named."""
    if step.url != reverse("accounts:welcome"):
        return step
    if request.session.get("membership_issued") and getattr(request, "viewer", None) is None:
        return redirect("accounts:unlock")
    return _words_to_copy(request, form)


def _words_to_copy(request: HttpRequest, form: UnsentForm) -> HttpResponse:
    return words_page(
        request,
        form,
        title=_("Your words are still here"),
        sentence=_("The form they were for is no longer open. Copy what you need."),
        status=200,
    )


@require_POST
@audience(Audience.SIGNED_IN)
def discard(request: HttpRequest) -> HttpResponse:
    """Delete the kept words, and show the page without them."""
    kept = store.kept_form(request)
    page = page_of_address(kept.form.address) if kept and kept.is_own else "/"
    response = redirect(page)
    store.forget(request, response)
    return response
