"""allauth's addresses, each view in one transaction of the identity store.

allauth opens its transactions on Django's default database, which is the community store here.
Its row locks need a transaction where its rows are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from allauth import urls as allauth_urls
from django.urls import URLPattern, URLResolver
from django.views.decorators.http import require_http_methods

from accounts.views import allauth_wrappers, single_flight
from accounts.views.allauth_wrappers import View


def _wrap_sign_up(view: View) -> View:
    return allauth_wrappers.equalise_timing(single_flight.single_flight_per_browser(view))


WRAPPERS_BY_URL_NAME: dict[str, Callable[[View], View]] = {
    "account_login": allauth_wrappers.equalise_timing,
    "account_logout": allauth_wrappers.clear_site_data,
    "account_reset_password": allauth_wrappers.equalise_timing,
    "account_signup": _wrap_sign_up,
}


def _wrap_all_views(patterns: Iterable[URLPattern | URLResolver]) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _wrap_all_views(pattern.url_patterns)
            continue
        # allauth's forms take PUT as well, and answer OPTIONS; nothing here uses either.
        allowed = require_http_methods(["GET", "HEAD", "POST"])(pattern.callback)
        view = allauth_wrappers.in_identity_transaction(allowed)
        wrap = WRAPPERS_BY_URL_NAME.get(pattern.name or "")
        pattern.callback = wrap(view) if wrap else view


_wrap_all_views(allauth_urls.urlpatterns)
urlpatterns = allauth_urls.urlpatterns
