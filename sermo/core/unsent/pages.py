"""Pages that give back what was written: in the form it was written in, or else to copy."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.datastructures import MultiValueDict

from sermo.core.errors import DomainError
from sermo.core.unsent.form_fill import fill_form
from sermo.core.unsent.form_pages import page_of_address
from sermo.core.unsent.forms import UnsentForm

# A poll of a case redirects to the case; nothing of this site redirects further.
MAX_REDIRECTS = 2
# Pages of a step that is missing. They are shown, not looked through.
STEPS = (
    "account_login",
    "accounts:welcome",
    "accounts:second-factor",
    "verification:membership-paused",
)


def filled_page(
    request: HttpRequest,
    form: UnsentForm,
    *,
    sentence: object,
    status: int = 200,
    can_discard: bool = False,
    leaves_out: Iterable[str] = (),
) -> HttpResponse | None:
    """The page of the form with the words in it and the sentence above them.

    A redirect if a step is missing (a second factor, for example). None if the page does not show
    the form any more. The fields `leaves_out` keep the values of the page.
    """
    address, response = _open(request, page_of_address(form.address))
    if response is None or isinstance(response, HttpResponseRedirect):
        return response
    notice = render_to_string(
        "errors/_unsent_notice.html",
        {"sentence": sentence, "had_files": form.had_files, "can_discard": can_discard},
        request=request,
    )
    values = {name: given for name, given in form.fields.items() if name not in set(leaves_out)}
    discard = render_to_string("errors/_discard_unsent.html", request=request)
    html = fill_form(
        response.content.decode(),
        form.address,
        address,
        values,
        notice=notice,
        after=discard if can_discard else "",
    )
    if html is None:
        return None
    response.content = html.encode()
    response.status_code = status
    return response


def words_page(
    request: HttpRequest,
    form: UnsentForm,
    *,
    title: object,
    sentence: object,
    status: int,
    **link: object,
) -> HttpResponse:
    """The words to copy. `link` may hold `link_url` and `link_label`."""
    context = {"title": title, "sentence": sentence, "words": form.written(), **link}
    return render(request, "errors/unsent_words.html", context, status=status)


def _open(request: HttpRequest, address: str) -> tuple[str, HttpResponse | None]:
    """What a GET of the address shows this caller, and the address after redirects.

    None where it shows no page; the redirect where a step is missing.
    """
    response = _get(request, address)
    for _attempt in range(MAX_REDIRECTS):
        if not isinstance(response, HttpResponseRedirect):
            break
        target = urlsplit(response.url)
        if target.path in {reverse(name) for name in STEPS}:
            return address, response
        address = target._replace(fragment="").geturl()
        response = None if target.netloc else _get(request, address)
    is_shown = (
        response is not None
        and response.status_code == HTTPStatus.OK
        and response.get("Content-Type", "").startswith("text/html")
    )
    return address, response if is_shown else None


def _get(request: HttpRequest, address: str) -> HttpResponse | None:
    parts = urlsplit(address)
    inner = copy.copy(request)
    inner.method, inner.path, inner.path_info = "GET", parts.path, parts.path
    inner.GET = QueryDict(parts.query)
    inner.POST, inner._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]
    try:
        inner.resolver_match = match = resolve(parts.path)
        response: HttpResponse = match.func(inner, *match.args, **match.kwargs)
    except (Http404, Resolver404, DomainError):
        return None
    render_now = getattr(response, "render", None)
    return render_now() if callable(render_now) else response
