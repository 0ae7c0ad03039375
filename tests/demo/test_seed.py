"""seed_demo: the number of people and cases, and that a second run changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts.models import User, VerifiedPerson
from cases.models import Case, CaseStats, CaseStatus, Comment, Image
from polls.models import Answer, Poll
from sermo.demo import people
from sermo.members.models import CommunityRole, Member
from verification.models import Application

pytestmark = pytest.mark.django_db(databases=["default", "identity"])
COUNTED = (Application, Answer, Case, Comment, Image, Member, Poll, User)


@pytest.fixture
def _no_sign_ins_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SERMO_LOCAL", str(tmp_path))


@pytest.mark.usefixtures("_no_sign_ins_file")
def test_seeding_twice_adds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo")
    counts = {model: model._default_manager.count() for model in COUNTED}

    call_command("seed_demo")

    assert counts == {model: model._default_manager.count() for model in COUNTED}
    assert Member.objects.count() == 40
    assert VerifiedPerson.objects.values("specialty").distinct().count() == 15
    assert Member.objects.filter(role=CommunityRole.MODERATOR).count() == 2
    assert Case.objects.count() == 30
    assert set(Case.objects.values_list("status", flat=True)) == set(CaseStatus.values)
    assert Case.objects.filter(author__isnull=True).exists()
    assert Image.objects.filter(case__isnull=False).count() >= 10
    assert User.objects.filter(role="reviewer").exists()
    assert Application.objects.count() == 7
    output = capsys.readouterr().out
    assert all(sign_in.email in output for sign_in in people.SIGN_INS)
    assert (tmp_path / "demo-signins.txt").exists()
    for stats in CaseStats.objects.select_related("case"):
        assert stats.n_comments == stats.case.comments.count()


@override_settings(SERMO_ENV="production")
def test_production_refuses_demonstration_people() -> None:
    with pytest.raises(CommandError, match="no place in production"):
        call_command("seed_demo")
