"""A copy of each poll's answers for lists and breakdowns, which grows in steps.

Existing polls get their first copy here, if they have answers for one step.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

RELEASE_STEP = 5


def release_existing(apps: Any, schema_editor: Any) -> None:
    """Copy the answers of each poll that has at least one step of them."""
    answer_model = apps.get_model("polls", "Answer")
    counted = (
        answer_model.objects.filter(is_by_case_author=False)
        .order_by()
        .values("poll_id", "round")
        .annotate(n=models.Count("id"))
        .filter(n__gte=RELEASE_STEP)
    )
    for poll in {row["poll_id"] for row in counted}:
        answers = answer_model.objects.filter(poll_id=poll, is_by_case_author=False)
        apps.get_model("polls", "ReleasedAnswers").objects.create(
            poll_id=poll, members=_members(answers)
        )


def _members(answers: Any) -> list[dict[str, Any]]:
    """As `polls.selectors.released_answers.members_to_release` writes them."""
    by_pseudonym: dict[bytes, list[dict[str, Any]]] = {}
    related = answers.prefetch_related("ranked_options").select_related("conditional_change")
    for answer in related.order_by("round"):
        by_pseudonym.setdefault(bytes(answer.pseudonym), []).append(_content(answer))
    members = [{"rounds": rounds} for rounds in by_pseudonym.values()]
    return sorted(members, key=repr)


def _content(answer: Any) -> dict[str, Any]:
    ranked = sorted(answer.ranked_options.all(), key=lambda option: (option.rank, option.pk))
    change = getattr(answer, "conditional_change", None)
    to_option = str(change.to_option_id) if change and change.to_option_id else None
    return {
        "round": answer.round,
        "confidence": answer.confidence,
        "specialty": answer.specialty,
        "weight": answer.record_weight_quarters,
        "ranked": [str(option.option_id) for option in ranked],
        "changes": [[str(change.decisive_test_id), to_option]] if change else [],
    }


class Migration(migrations.Migration):
    dependencies = [("polls", "0004_waiting_answers")]

    operations = [
        migrations.CreateModel(
            name="ReleasedAnswers",
            fields=[
                (
                    "poll",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="released",
                        serialize=False,
                        to="polls.poll",
                    ),
                ),
                ("members", models.JSONField(default=list)),
            ],
            options={"ordering": ("poll",)},
        ),
        migrations.RunPython(release_existing, migrations.RunPython.noop, elidable=True),
    ]
