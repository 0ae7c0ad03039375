"""Keeps the words of a form that met the sign-in, and forgets them once they were sent."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sermo.core.http import is_background
from sermo.core.unsent import store
from sermo.core.unsent.forms import form_of
from sermo.core.unsent.pages import words_page


def keep_words(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """The redirect to sign-in, or to another step, with the words of the form kept meanwhile.

    If they cannot be kept, a page shows them to copy. Scripts keep their page, and so the words.
    """
    if not isinstance(refused, HttpResponseRedirect) or is_background(request):
        return refused
    form = form_of(request)
    if form is None:
        return refused
    response = refused if request.user.is_authenticated else redirect_to_login(_return_address())
    if store.keep(request, response, form):
        messages.info(request, _("This was not sent yet. Your words come back in a moment."))
        return response
    return words_page(
        request,
        form,
        title=_("You were signed out"),
        sentence=_("This was not sent, and we cannot keep it for you. Copy it before you sign in."),
        status=401,
        link_url=reverse(settings.LOGIN_URL),
        link_label=_("Sign in"),
    )


def _return_address() -> str:
    return f"{reverse('core:unsent')}#unsent"


def forget_sent_words(request: HttpRequest, response: HttpResponse) -> None:
    """Delete the kept form if this request has sent it."""
    is_sent = request.method == "POST" and isinstance(response, HttpResponseRedirect)
    if not is_sent or not store.has_key(request):
        return
    kept = store.kept_form(request)
    if kept is not None and kept.is_own and kept.form.address == request.get_full_path():
        store.forget(request, response)
