"""Words that met the sign-in come back: to the same browser, the same account, in their form."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import resolve, reverse

from accounts.models import User
from polls.models import DecisiveTest
from sermo.core import volatile_names
from sermo.core.quotas import KEPT_FORMS
from sermo.core.redis import connection
from sermo.core.unsent import store
from sermo.core.unsent.form_pages import FORMS_WITH_WORDS
from sermo.members.viewer import Viewer
from tests import factories, factories_polls, factories_verification
from tests.factories import client_for, make_case, make_comment, make_user, make_viewer
from tests.factories_cases import make_draft
from tests.html_forms import PageForm, forms_of

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
WORDS = [
    "Fever",
    "since",
    "Ωδή",
    "<b>bold</b>",
    '"quoted"',
    "&amp;",
    "5 < 7",
    "naïve",
    "日本",
    "👩🏽‍⚕️",
]
SENTENCE = "You were signed out. Your words are still here."


@pytest.fixture(autouse=True)
def _names_of_now() -> None:
    """The secret of the names: another test has emptied the server that this process read."""
    volatile_names._last_read = None


class Scene:
    """Who is at the browser, and the page with a form."""

    def __init__(self, who: Viewer | User, page: str, form: str) -> None:
        self.who, self.page, self.form = who, page, form


def _as_author(make: Callable[[Viewer], tuple[str, str]]) -> Scene:
    author = make_viewer("author")
    return Scene(author, *make(author))


def _url(name: str, *args: object) -> str:
    return reverse(name, args=args)


def comment() -> Scene:
    case = make_case(make_viewer("author"))
    return Scene(
        make_viewer("reader"), case.get_absolute_url(), _url("cases:comment", case.public_id)
    )


def reply() -> Scene:
    author = make_viewer("author")
    case = make_case(author)
    page = _url("cases:reply", case.public_id, make_comment(author, case).public_id)
    return Scene(make_viewer("reader"), page, page)


def of_own_case(name: str) -> Callable[[], Scene]:
    def make() -> Scene:
        author = make_viewer("author")
        page = _url(name, make_case(author).public_id)
        return Scene(author, page, page)

    return make


def draft() -> Scene:
    author = make_viewer("author")
    page = _url("cases:draft", make_draft(author).public_id)
    return Scene(author, page, page)


def answer() -> Scene:
    poll = factories_polls.make_poll(make_viewer("author"), "Gout", "Sepsis")
    page = factories_polls.case_of(poll).get_absolute_url()
    return Scene(make_viewer("reader"), page, _url("polls:answer", poll.public_id))


def new_poll() -> Scene:
    return Scene(make_viewer("author"), _url("polls:new"), _url("polls:new"))


def decisive(name: str) -> Callable[[], Scene]:
    def make() -> Scene:
        author = make_viewer("author")
        poll = factories_polls.make_poll(author, "Gout", "Sepsis", guess=["Gout"])
        test = DecisiveTest.objects.create(poll=poll, text="A smear", folded="a smear")
        page = _url(name, test.public_id)
        return Scene(author, page, page)

    return make


def flag_option() -> Scene:
    author = make_viewer("author")
    poll = factories_polls.make_poll(author, "Gout", "Sepsis", guess=["Gout"])
    page = _url("polls:flag-option", factories_polls.option(poll, "Gout").pk)
    return Scene(author, page, page)


def report() -> Scene:
    case = make_case(make_viewer("author"))
    page = _url("moderation:report", "case", case.public_id)
    return Scene(make_viewer("reader"), page, page)


def patient_details() -> Scene:
    case = make_case(make_viewer("author"))
    page = _url("moderation:patient-details", "case", case.public_id)
    return Scene(make_viewer("reader"), page, page)


def moderate(action: str) -> Callable[[], Scene]:
    def make() -> Scene:
        case = make_case(make_viewer("author"))
        page = _url("moderation:item", "case", case.public_id)
        form = _url(f"moderation:{action}", "case", case.public_id)
        return Scene(make_viewer("moderator", role="moderator"), page, form)

    return make


def join(name: str) -> Callable[[], Scene]:
    def make() -> Scene:
        applicant = factories_verification.make_applicant()
        factories_verification.make_draft(applicant)
        return Scene(applicant, _url(name), _url(name))

    return make


def review(action: str) -> Callable[[], Scene]:
    def make() -> Scene:
        from verification import services

        factories_verification.load_registers()
        application = factories_verification.make_in_review()
        reviewer = make_user("reviewer", role="reviewer")
        services.claim_for_review(application=application, reviewer=reviewer)
        page = _url("verification:review-detail", application.public_id)
        return Scene(reviewer, page, _url(f"verification:review-{action}", application.public_id))

    return make


SCENES: dict[str, Callable[[], Scene]] = {
    "cases:comment": comment,
    "cases:reply": reply,
    "cases:update": of_own_case("cases:update"),
    "cases:solve": of_own_case("cases:solve"),
    "cases:draft": draft,
    "polls:answer": answer,
    "polls:new": new_poll,
    "polls:report-test-result": decisive("polls:report-test-result"),
    "polls:flag-test": decisive("polls:flag-test"),
    "polls:flag-option": flag_option,
    "moderation:report": report,
    "moderation:patient-details": patient_details,
    **{f"moderation:{one}": moderate(one) for one in ("hide", "dismiss", "close", "suspend")},
    "verification:country": join("verification:country"),
    "verification:licence": join("verification:licence"),
    **{f"verification:review-{one}": review(one) for one in ("approve", "reject", "ask")},
}


def written(form: PageForm, seed: str) -> dict[str, Any]:
    """The form filled by somebody: words into each text, another choice where there is one."""
    source = random.Random(seed)
    data: dict[str, Any] = {}
    for name, value in form.fields:
        data.setdefault(name, []).append(value)
    for name in form.texts:
        data[name] = [" ".join(source.choices(WORDS, k=6))]
    for name, choices in form.choices.items():
        data[name] = [source.choice(choices)]
    data.pop("csrfmiddlewaretoken", None)
    return data


def session_ends(client: Client, who: Viewer | User) -> None:
    """The session is gone, as after a restart; the browser keeps its cookies."""
    user = who if isinstance(who, User) else factories.user_of(who)
    client.cookies[store.ACCOUNT_COOKIE] = store._account_mark(user.pk)
    client.cookies[settings.SESSION_COOKIE_NAME] = "0" * 40


def signs_in(client: Client, who: Viewer | User) -> None:
    cookie = client_for(who).cookies[settings.SESSION_COOKIE_NAME]
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie.value


def form_at(client: Client, page: str, action: str) -> PageForm:
    html = client.get(page).content.decode()
    found = [form for form in forms_of(html, page) if form.sends_to(action)]
    assert found, (page, action)
    return found[0]


@pytest.mark.parametrize("name", sorted(SCENES))
def test_words_that_met_the_sign_in_come_back_in_their_form(name: str, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    scene = SCENES[name]()
    client = client_for(scene.who)
    data = written(form_at(client, scene.page, scene.form), seed=name)
    session_ends(client, scene.who)

    sent = client.post(scene.form, data)
    assert sent["Location"] == "/accounts/login/?next=/unsent/%23unsent"
    signs_in(client, scene.who)
    page = client.get("/unsent/")

    assert page.status_code == 200
    assert SENTENCE in page.content.decode()
    form = next(
        one for one in forms_of(page.content.decode(), scene.page) if one.sends_to(scene.form)
    )
    for field in data:
        assert form.values(field) == [value for value in data[field] if value] or (
            form.values(field) == data[field]
        ), field
    assert client.post("/unsent/").status_code == 405


def test_the_scenes_name_every_form_that_needs_no_more_than_its_page() -> None:
    # The others need a vendor, a picture or a solved case; they are shown by the same page.
    others = {
        "cases:image-confirm",
        "polls:quiz",
        "polls:merge-concepts",
        "moderation:restore",
        "moderation:reopen",
        "moderation:correct",
        "moderation:picture-decide",
        "verification:identity",
        "verification:correct",
        "verification:questions",
        "verification:answer",
        "accounts:enter",
    }

    assert SCENES.keys() | others == FORMS_WITH_WORDS


@pytest.fixture
def kept() -> tuple[Client, Scene, str]:
    """A comment that met the sign-in, before anybody signs in again."""
    scene = comment()
    client = client_for(scene.who)
    session_ends(client, scene.who)
    text = "Zebra-coloured rash since Monday."
    client.post(scene.form, {"text": text, "idempotency_key": str(uuid.uuid4())})
    return client, scene, text


def test_nothing_readable_is_kept_anywhere(kept: tuple[Client, Scene, str]) -> None:
    client, scene, text = kept
    entries = [connection().dump(key) for key in connection().keys("*") if connection().type(key)]
    cookies = " ".join(cookie.value for cookie in client.cookies.values())

    case_id = scene.form.split("/")[2]
    for secret in (text, "Zebra", case_id):
        assert secret not in cookies
        assert all(secret.encode() not in (entry or b"") for entry in entries)
    assert client.cookies[store.KEY_COOKIE]["httponly"]
    assert client.cookies[store.KEY_COOKIE]["max-age"] == 45 * 60


def test_another_account_gets_no_words_and_reads_whose_they_are_not(
    kept: tuple[Client, Scene, str],
) -> None:
    client, _scene, text = kept
    signs_in(client, make_viewer("another"))

    page = client.get("/unsent/")

    assert page.status_code == 403
    assert "These words are not yours" in page.content.decode()
    assert text not in page.content.decode()


def test_another_browser_of_the_same_account_gets_no_words(
    kept: tuple[Client, Scene, str],
) -> None:
    _client, scene, text = kept

    page = client_for(scene.who).get("/unsent/", follow=True)

    assert text not in page.content.decode()


def test_sent_words_are_forgotten_and_were_sent_once(kept: tuple[Client, Scene, str]) -> None:
    client, scene, text = kept
    signs_in(client, scene.who)
    case = resolve(scene.page).kwargs["case_id"]
    form = next(
        one
        for one in forms_of(client.get("/unsent/").content.decode(), scene.page)
        if one.action == scene.form
    )

    answer = client.post(scene.form, {"shown_as": "handle", **dict(form.fields)})

    assert answer.status_code == 302
    assert client.cookies[store.KEY_COOKIE].value == ""
    from cases.models import Comment

    assert list(Comment.objects.filter(case__public_id=case).values_list("text", flat=True)) == [
        text
    ]
    assert client.get("/unsent/")["Location"] == "/accounts/welcome/"


def test_discarded_words_are_gone(kept: tuple[Client, Scene, str]) -> None:
    client, scene, text = kept
    signs_in(client, scene.who)

    answer = client.post("/unsent/discard/")

    assert answer["Location"] == scene.page
    assert text not in client.get("/unsent/", follow=True).content.decode()


def test_words_that_cannot_be_kept_are_shown_to_copy(osler: Viewer, blackwell: Viewer) -> None:
    case = make_case(osler)
    client = client_for(blackwell)
    client.cookies[settings.SESSION_COOKIE_NAME] = "0" * 40  # and no cookie of the account

    page = client.post(_url("cases:comment", case.public_id), {"text": "A remark\nin two lines"})

    assert page.status_code == 401
    assert "A remark\nin two lines" in page.content.decode()
    assert "/accounts/login/" in page.content.decode()


def test_forms_of_one_hour_cannot_fill_the_memory(
    osler: Viewer, blackwell: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_BYTES_PER_HOUR", 3 * store.PADDING_STEP_BYTES)
    case = make_case(osler)
    client = client_for(blackwell)
    session_ends(client, blackwell)

    statuses = [
        client.post(_url("cases:comment", case.public_id), {"text": "A remark"}).status_code
        for _n in range(4)
    ]

    assert statuses == [302, 302, 401, 401]
    cache.clear()


def test_strangers_of_one_network_take_the_kept_words_of_nobody_else(
    osler: Viewer, blackwell: Viewer
) -> None:
    """They need no account: the cookie of one cannot be checked before somebody signs in."""
    address = _url("cases:comment", make_case(osler).public_id)
    stranger, owner = Client(REMOTE_ADDR="192.0.2.7"), client_for(blackwell)
    stranger.cookies[store.ACCOUNT_COOKIE] = "x" * 86
    session_ends(owner, blackwell)

    statuses = [
        stranger.post(address, {"text": "A remark"}).status_code
        for _n in range((KEPT_FORMS.per_hour or 0) + 2)
    ]

    assert statuses[-3:] == [302, 401, 401]
    assert owner.post(address, {"text": "A remark"}).status_code == 302
    cache.clear()


def test_secrets_and_passwords_are_never_kept(db: Any) -> None:
    from django.test import RequestFactory

    from sermo.core.unsent.forms import form_of

    fields = {"handle": "grey-heron", "password": "secret", "code": "1", "ssn": "2"}
    form = form_of(RequestFactory().post(_url("accounts:enter"), fields))

    assert form is not None
    assert form.fields == {"handle": ["grey-heron"]}


def test_a_form_that_is_open_no_more_gives_its_words_to_copy(
    kept: tuple[Client, Scene, str],
) -> None:
    client, scene, text = kept
    from cases.models import Case

    Case.objects.all().delete()
    signs_in(client, scene.who)

    page = client.get("/unsent/")

    assert page.status_code == 200
    assert "is no longer open" in page.content.decode()
    assert text in page.content.decode()
