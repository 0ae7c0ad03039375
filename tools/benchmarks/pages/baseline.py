"""The baseline (floor): a minimal Django site without middleware, with one SQL statement a view.

The product is measured in the same run, on the same server and database. The ratio of processor
times hardly depends on the machine; the times themselves do.
"""

from __future__ import annotations

import os
import secrets

from django.conf import settings

settings.configure(
    SECRET_KEY=secrets.token_hex(32),
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"list": ""})],
                    )
                ]
            },
        }
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            **{
                name: os.environ[f"FLOOR_{name}"]
                for name in ("NAME", "USER", "HOST", "PORT", "PASSWORD")
            },
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    },
)

import django  # noqa: E402 - settings first

django.setup()

from django.contrib.auth.hashers import check_password, make_password  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

PAGE = engines["django"].from_string(
    "<!doctype html><html lang=en><title>Floor</title><ul>{% for row in rows %}"
    "<li><a href='/{{ row.0 }}/'>{{ row.1 }}</a> <p>{{ row.2 }}</p>{% endfor %}</ul></html>"
)
PASSWORD_HASH = make_password("synthetic pass phrase")
FEED = """
SELECT c.public_id, c.title, s.n_comments FROM cases_casestats s
  JOIN cases_case c ON c.id = s.case_id
 WHERE s.is_listed ORDER BY s.last_activity_at DESC, s.case_id DESC LIMIT 20
"""
THREAD = """
SELECT public_id, byline, text FROM cases_comment
 WHERE case_id = (SELECT id FROM cases_case WHERE public_id = %s) ORDER BY position LIMIT 20
"""
SEARCH = """
SELECT c.public_id, c.title, c.complaint FROM cases_casesearchentry s
  JOIN cases_case c ON c.id = s.case_id
 WHERE s.vector @@ websearch_to_tsquery('english', %s) ORDER BY s.posted_at DESC LIMIT 20
"""
WRITE = "INSERT INTO floor_write (text) VALUES (%s)"


def _page(statement: str, *parameters: str) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    return HttpResponse(PAGE.render({"rows": rows}))


def feed(_request: HttpRequest) -> HttpResponse:
    return _page(FEED)


def thread(_request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(THREAD, public_id)


def search(request: HttpRequest) -> HttpResponse:
    return _page(SEARCH, request.GET.get("q", ""))


def write(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [request.POST.get("text", "")])
    return HttpResponseRedirect("/")


def login(request: HttpRequest) -> HttpResponse:
    check_password(request.POST.get("password", ""), PASSWORD_HASH)
    return HttpResponseRedirect("/")


urlpatterns = [
    path("feed/", feed),
    path("thread/<str:public_id>/", thread),
    path("search/", search),
    path("write/", write),
    path("login/", login),
]
application = get_wsgi_application()
