"""Leaks of other forums, each tested on the bytes that reach a reader (docs/design/anonymity.md).

Casey writes a case, comments, replies and quotes anonymously. `TRACES` is everything that would
lead to them: handle, key, e-mail, real name. No page, part, feed, mail, export or admin page that
another person can fetch may hold one of them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse
from PIL import Image as Picture

from cases.models import Case, Comment
from polls.models import Poll, PollKind
from sermo.core.admin import community_site
from sermo.members.models import Member, ShownAs
from sermo.members.pseudonyms import anonymous_name, case_scope
from sermo.members.services import (
    authorship_fields,
    encrypt_contact_email,
    ensure_member_row,
)
from sermo.members.viewer import Viewer
from sermo.moderation.services import reports as moderation
from sermo.notifications.models import NotificationEmail
from sermo.notifications.services import email, subscribe_by_email
from tests.accounts.conftest import make_entered_member
from tests.factories import client_for, make_case, make_comment, make_viewer
from tests.factories_cases import post_comment

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
REAL_NAME = "Casey Sampleton"


@dataclass
class Story:
    """An anonymous author, who has also a life under the handle."""

    author: Viewer
    case: Case
    comment: Comment
    reply: Comment
    reader: Viewer
    traces: list[str] = field(default_factory=list)

    def assert_no_traces(self, shown: bytes | str, where: str) -> None:
        text = shown.decode(errors="replace") if isinstance(shown, bytes) else shown
        for trace in self.traces:
            assert trace not in text, (where, trace)
            assert trace.casefold() not in text.casefold(), (where, trace)


@pytest.fixture
def story(settings: Any) -> Story:
    settings.EMAIL_BACKEND = "accounts.email_outbox.backend.EncryptedEmailBackend"
    casey = make_entered_member(handle="verdant-okapi-771")
    member = casey.viewer.member
    author = Viewer(
        member,
        casey.credential.secret,
        real_name=REAL_NAME,
        email=casey.user.email,
    )
    ensure_member_row(author)
    reader = make_viewer("reader")
    case = make_case(author, anonymous=True, title="A rash in synthetic words")
    comment = _say(author, case, "The first anonymous words")
    theirs = _say(reader, case, "Words to answer", shown_as=ShownAs.HANDLE)
    reply = _say(author, case, "An anonymous reply", parent=theirs, quoted=comment)
    traces = [
        member.handle,
        str(member.pk),
        member.pk.hex,
        casey.user.email,
        "Sampleton",
        str(casey.user.pk),
        author.secret.hex(),
    ]
    return Story(author, case, comment, reply, reader, traces)


def _say(
    who: Viewer, case: Case, text: str, *, shown_as: str = ShownAs.ANONYMOUS, **more: Any
) -> Comment:
    return post_comment(who, case, text, shown_as=shown_as, **more)


def _everything_a_member_can_fetch(story: Story) -> list[str]:
    case, comment = story.case, story.comment
    return [
        case.get_absolute_url(),
        reverse("cases:feed"),
        f"{reverse('cases:feed')}?order=hot",
        reverse("cases:new-cases") + "?since=0",
        reverse("search:search") + "?q=rash",
        reverse("notifications:inbox"),
        reverse("notifications:inbox-link"),
        reverse("polls:list"),
        reverse("polls:case-polls", args=[case.public_id]),
        reverse("polls:library"),
        reverse("polls:quizzes"),
        reverse("polls:accuracy"),
        reverse("polls:concepts") + "?q=rash",
        reverse("statistics:community"),
        reverse("cases:reply", args=[case.public_id, comment.public_id]),
        reverse("moderation:report", args=["comment", comment.public_id]),
        reverse("moderation:log"),
        reverse("members:profile"),
        reverse("data_rights:data"),
        "/no-such-page/",
    ]


def test_no_page_part_feed_or_error_page_leads_to_an_anonymous_author(story: Story) -> None:
    """notification text · quote header · error page · API of a part · feed"""
    reader = client_for(story.reader)
    for address in _everything_a_member_can_fetch(story):
        for headers in ({}, {"HX-Request": "true"}):
            story.assert_no_traces(reader.get(address, headers=headers).content, address)


def test_the_case_page_shows_the_anonymous_name_in_quotes_and_replies(story: Story) -> None:
    """quote header"""
    page = client_for(story.reader).get(story.case.get_absolute_url()).content.decode()
    shown = anonymous_name(story.author.pseudonym(case_scope(story.case.pk)))

    assert shown in page
    assert "An anonymous reply" in page
    story.assert_no_traces(page, "case page")


def test_an_email_about_an_anonymous_comment_has_our_sender_and_no_names(
    story: Story, tmp_path: Any, settings: Any
) -> None:
    """notification text · sender of a mail"""
    settings.SERMO_MAIL_URL = f"file:{tmp_path}"
    subscribe_by_email(
        viewer=story.reader,
        subject=story.case.pk,
        capsule=encrypt_contact_email("reader@mail.example"),
    )
    _say(story.author, story.case, "More anonymous words")

    for row in NotificationEmail.objects.all():
        message = email._message(row)
        story.assert_no_traces(message.message().as_bytes(), "mail")
        assert "anonymous words" not in message.body
        assert anonymous_name(story.author.pseudonym(case_scope(story.case.pk))) not in message.body
        assert message.from_email == settings.DEFAULT_FROM_EMAIL
    assert NotificationEmail.objects.exists()
    assert outbox.outbox == []


def test_two_cases_of_one_author_share_no_avatar_or_pseudonym(story: Story) -> None:
    """avatar initials"""
    second = make_case(story.author, anonymous=True, title="Another synthetic case")
    reader = client_for(story.reader)
    pages = [reader.get(case.get_absolute_url()).content.decode() for case in (story.case, second)]

    for case, page, other in zip((story.case, second), pages, reversed(pages), strict=True):
        tag = story.author.pseudonym(case_scope(case.pk))
        for mark in (tag.hex(), "avatar", "identicon"):
            assert mark not in page
            assert mark not in other


def test_an_upload_has_a_random_name_and_no_original_name(story: Story) -> None:
    """upload path · alt text default"""
    from cases.models import Draft, Image
    from sermo.core import storage

    client = client_for(story.author)
    begun = client.post(reverse("cases:new"), {"purpose": "ask"})
    draft = Draft.objects.get()
    raw = io.BytesIO()
    Picture.new("RGB", (64, 64), "white").save(raw, "PNG")
    raw.name = "sampleton-verdant-okapi-771.png"
    raw.seek(0)
    answer = client.post(reverse("cases:upload", args=[draft.public_id]), {"images": raw})

    names = [storage.new_name() for _ in range(3)]
    assert begun.status_code == 302
    assert answer.status_code < 400
    assert Image.objects.exists()
    rows = str(Image.objects.values())
    story.assert_no_traces(rows, "image rows")
    assert "okapi" not in rows
    assert len(set(names)) == 3
    for image in Image.objects.all():
        assert image.alt == ""
        assert len(image.original) >= 32


def test_searching_for_the_handle_finds_nothing_anonymous(story: Story) -> None:
    """search by author"""
    reader = client_for(story.reader)
    for query in (story.author.member.handle, "author:verdant-okapi-771", REAL_NAME):
        page = reader.get(reverse("search:search"), {"q": query}).content.decode()
        assert "A rash in synthetic words" not in page
        assert story.case.public_id not in page


def test_exported_results_have_no_author(story: Story) -> None:
    """export of a thread"""
    poll = Poll.objects.create(
        case=story.case, kind=PollKind.OPINION, question="Which?", opened_at=story.case.posted_at
    )
    poll.options.create(label="One")
    author, reader = client_for(story.author), client_for(story.reader)

    for name in ("polls:answers-csv", "polls:answers-json"):
        address = reverse(name, args=[poll.public_id])
        story.assert_no_traces(author.get(address).content, name)
        story.assert_no_traces(reader.get(address).content, name)


def test_counts_and_etags_do_not_change_for_the_handle(story: Story) -> None:
    """feed, ETag and count differences"""
    reader = client_for(story.reader)
    before = {address: reader.get(address) for address in ("/me/", "/cases/?mine=1", "/polls/")}
    shown = Member.objects.values().get(pk=story.author.member.pk)

    _say(story.author, story.case, "Some further anonymous words")

    for address, answer in before.items():
        again = reader.get(address)
        assert again.headers.get("ETag") == answer.headers.get("ETag") is None
        assert again.headers.get("Last-Modified") is None
    assert Member.objects.values().get(pk=story.author.member.pk) == shown


def test_moderators_see_the_anonymous_name_in_queue_post_decision_and_log(
    story: Story, moderator: Viewer
) -> None:
    """moderator queue · edit history · "edited by" · deletion message"""
    moderation.report_target(
        viewer=story.reader, item=story.comment, reason="abuse", note="Synthetic"
    )
    client = client_for(moderator)
    item = ["comment", story.comment.public_id]
    pages = [reverse("moderation:queue"), reverse("moderation:item", args=item)]
    for address in pages:
        story.assert_no_traces(client.get(address).content, address)

    confirmed = {"reason": "abuse", "is_confirmed": "yes"}
    client.post(reverse("moderation:suspend", args=item), confirmed)
    client.post(reverse("moderation:hide", args=item), {"reason": "abuse"})

    for address in (*pages, reverse("moderation:log"), story.case.get_absolute_url()):
        page = client.get(address).content
        story.assert_no_traces(page, address)
        assert b"edited by" not in page.lower()
    reader = client_for(story.reader).get(story.case.get_absolute_url()).content.decode()
    assert "Hidden by a moderator or after two reports." in reader
    assert "The first anonymous words" not in reader


def test_switching_email_off_leaves_posts_unchanged(story: Story) -> None:
    """setting switched off later"""
    Member.objects.filter(pk=story.author.member.pk).update(wants_mail=True)
    case = Case.objects.values().get(pk=story.case.pk)
    comment = Comment.objects.values().get(pk=story.comment.pk)

    client_for(story.author).post(reverse("members:mail"), {"wants_mail": "no"})

    assert Case.objects.values().get(pk=story.case.pk) == case
    assert Comment.objects.values().get(pk=story.comment.pk) == comment


def test_a_draft_is_saved_encrypted_under_a_pseudonym(story: Story) -> None:
    """autosave draft"""
    from cases.models import Draft

    client = client_for(story.author)
    client.post(reverse("cases:new"), {"purpose": "ask"})
    draft = Draft.objects.get()
    client.post(
        reverse("cases:autosave", args=[draft.public_id]),
        {"version": draft.version, "title": "Okapi rash in a draft"},
    )

    row = str(Draft.objects.values())
    story.assert_no_traces(row, "draft")
    assert "Okapi rash" not in row
    assert (
        client_for(story.reader).get(reverse("cases:draft", args=[draft.public_id])).status_code
        == 404
    )


def test_an_error_page_names_nobody(story: Story, monkeypatch: Any) -> None:
    """error page"""
    from cases.views import case_page

    def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"{story.author.member.handle} {REAL_NAME}")

    monkeypatch.setattr(case_page, "case_page", break_down)
    client = client_for(story.reader)
    client.raise_request_exception = False
    assert client.get(story.case.get_absolute_url()).status_code == 500
    for address in (story.case.get_absolute_url(), "/cases/000000000000/", "/nowhere/"):
        story.assert_no_traces(client.get(address).content, address)


def test_community_admin_pages_show_the_anonymous_name_and_keep_no_history(
    story: Story, admin: Viewer
) -> None:
    """admin history"""
    from django.contrib.admin.models import LogEntry

    client = client_for(admin)
    for model in (Case, Comment):
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        anonymous = model._default_manager.filter(author__isnull=True)
        listed = client.get(reverse(f"{community_site.name}:{label}_changelist"))
        assert listed.status_code == 200
        for row in anonymous:
            page = client.get(reverse(f"{community_site.name}:{label}_change", args=[row.pk]))
            readable = page.content.decode().partition("<form")[2]
            story.assert_no_traces(readable, f"admin {label}")
            history = client.get(reverse(f"{community_site.name}:{label}_history", args=[row.pk]))
            story.assert_no_traces(history.content, f"history {label}")
    assert not LogEntry.objects.using("identity").exists()


def test_the_printed_page_is_the_page_that_is_shown(story: Story) -> None:
    """print view"""
    reader = client_for(story.reader)
    page = reader.get(story.case.get_absolute_url()).content

    assert reader.get(story.case.get_absolute_url() + "?print=1").content.count(b"<bdi") == (
        page.count(b"<bdi")
    )
    story.assert_no_traces(page, "print")


def test_visitors_and_crawlers_see_no_text(story: Story) -> None:
    """feed, for who is not signed in"""
    for address in _everything_a_member_can_fetch(story):
        page = Client().get(address).content
        story.assert_no_traces(page, address)
        assert b"anonymous words" not in page


def test_control_a_post_under_the_handle_shows_the_handle(story: Story) -> None:
    """The tests above would see the handle if it were there."""
    make_comment(story.author, story.case, text="Named words")

    page = client_for(story.reader).get(story.case.get_absolute_url())

    with pytest.raises(AssertionError):
        story.assert_no_traces(page.content, "control")
    fields = authorship_fields(
        viewer=story.author, scope=case_scope(story.case.pk), shown_as="anonymous"
    )
    assert fields["author"] is None
