"""Models, columns and constraints are named with the terms of the field; no data changes."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

MODELS = (
    ("Merge", "ConceptMerge"),
    ("Word", "VocabularyWord"),
    ("Option", "AnswerOption"),
    ("Ballot", "Answer"),
    ("Rank", "RankedOption"),
    ("Finding", "DecisiveTest"),
    ("MindChange", "ConditionalChange"),
    ("HarmFlag", "RiskFlag"),
)
FIELDS = (
    ("ConceptMerge", "into", "target"),
    ("ConceptMerge", "followers", "moved_concept_ids"),
    ("Poll", "answered_within", "first_answer_within"),
    ("AnswerOption", "is_sealed", "hidden_until_answer"),
    ("Answer", "by_case_author", "is_by_case_author"),
    ("Answer", "record_quarters", "record_weight_quarters"),
    ("Answer", "after_updates", "updates_seen"),
    ("RankedOption", "ballot", "answer"),
    ("DecisiveTest", "told_at", "reported_at"),
    ("ConditionalChange", "ballot", "answer"),
    ("ConditionalChange", "finding", "decisive_test"),
    ("RiskFlag", "finding", "decisive_test"),
)
REMOVED = (
    ("merge", "polls_merge_one_standing"),
    ("poll", "polls_poll_of_a_case_is_asked_by_it"),
    ("option", "polls_option_one_per_concept"),
    ("option", "polls_option_one_per_label"),
    ("ballot", "polls_ballot_once_per_pseudonym"),
    ("ballot", "polls_ballot_confidence_1_to_5"),
    ("ballot", "polls_ballot_two_rounds"),
    ("ballot", "polls_ballot_record_half_to_two"),
    ("rank", "polls_rank_option_once"),
    ("rank", "polls_rank_1_to_5"),
    ("finding", "polls_finding_once_per_poll"),
    ("harmflag", "polls_harm_flag_at_one_thing"),
)
ADDED = (
    (
        "conceptmerge",
        models.UniqueConstraint(
            fields=["concept"],
            condition=Q(undone_at__isnull=True),
            name="polls_conceptmerge_one_active",
        ),
    ),
    (
        "poll",
        models.CheckConstraint(
            condition=Q(case__isnull=True)
            | Q(asked_by__isnull=True, week__isnull=True, closes_at__isnull=True),
            name="polls_poll_case_poll_has_no_asker",
        ),
    ),
    (
        "answeroption",
        models.UniqueConstraint(
            fields=["poll", "concept"],
            condition=Q(concept__isnull=False),
            name="polls_answeroption_one_per_concept",
        ),
    ),
    (
        "answeroption",
        models.UniqueConstraint(
            fields=["poll", "label"],
            condition=Q(concept__isnull=True),
            name="polls_answeroption_one_per_label",
        ),
    ),
    (
        "answer",
        models.UniqueConstraint(
            fields=["poll", "pseudonym", "round"], name="polls_answer_once_per_pseudonym"
        ),
    ),
    (
        "answer",
        models.CheckConstraint(
            condition=Q(confidence__isnull=True) | Q(confidence__range=(1, 5)),
            name="polls_answer_confidence_1_to_5",
        ),
    ),
    (
        "answer",
        models.CheckConstraint(condition=Q(round__in=[1, 2]), name="polls_answer_two_rounds"),
    ),
    (
        "answer",
        models.CheckConstraint(
            condition=Q(record_weight_quarters__range=(2, 8)),
            name="polls_answer_record_weight_half_to_two",
        ),
    ),
    (
        "rankedoption",
        models.UniqueConstraint(
            fields=["answer", "option"], name="polls_rankedoption_once_per_answer"
        ),
    ),
    (
        "rankedoption",
        models.CheckConstraint(
            condition=Q(rank__range=(1, 5)), name="polls_rankedoption_rank_1_to_5"
        ),
    ),
    (
        "decisivetest",
        models.UniqueConstraint(fields=["poll", "folded"], name="polls_decisivetest_once_per_poll"),
    ),
    (
        "riskflag",
        models.CheckConstraint(
            condition=Q(option__isnull=False, decisive_test__isnull=True)
            | Q(option__isnull=True, decisive_test__isnull=False),
            name="polls_riskflag_one_target",
        ),
    ),
)

CASCADE, PROTECT, SET_NULL = models.CASCADE, models.PROTECT, models.SET_NULL
OPTIONAL = {"null": True, "blank": True}
# Only the names by which the other side is reached change.
RELATIONS = (
    ("answer", "poll", models.ForeignKey("polls.poll", CASCADE, related_name="answers")),
    (
        "concept",
        "merged_into",
        models.ForeignKey("polls.concept", SET_NULL, related_name="merged_concepts", **OPTIONAL),
    ),
    (
        "conceptmerge",
        "target",
        models.ForeignKey("polls.concept", CASCADE, related_name="incoming_merges"),
    ),
    (
        "conditionalchange",
        "answer",
        models.OneToOneField("polls.answer", CASCADE, related_name="conditional_change"),
    ),
    (
        "conditionalchange",
        "decisive_test",
        models.ForeignKey("polls.decisivetest", CASCADE, related_name="conditional_changes"),
    ),
    (
        "conditionalchange",
        "to_option",
        models.ForeignKey(
            "polls.answeroption", PROTECT, related_name="conditional_changes", **OPTIONAL
        ),
    ),
    (
        "decisivetest",
        "poll",
        models.ForeignKey("polls.poll", CASCADE, related_name="decisive_tests"),
    ),
    (
        "rankedoption",
        "answer",
        models.ForeignKey("polls.answer", CASCADE, related_name="ranked_options"),
    ),
    (
        "rankedoption",
        "option",
        models.ForeignKey("polls.answeroption", PROTECT, related_name="ranked_options"),
    ),
    (
        "riskflag",
        "comment",
        models.OneToOneField("cases.comment", CASCADE, related_name="risk_flag"),
    ),
    (
        "riskflag",
        "option",
        models.ForeignKey("polls.answeroption", CASCADE, related_name="risk_flags", **OPTIONAL),
    ),
    (
        "riskflag",
        "decisive_test",
        models.ForeignKey("polls.decisivetest", CASCADE, related_name="risk_flags", **OPTIONAL),
    ),
)


class Migration(migrations.Migration):
    dependencies = [
        ("polls", "0009_ballots_without_time"),
    ]

    operations = [
        *(migrations.RemoveConstraint(model, name) for model, name in REMOVED),
        *(migrations.RenameModel(old, new) for old, new in MODELS),
        *(migrations.RenameField(model, old, new) for model, old, new in FIELDS),
        *(migrations.AlterField(model, name, field) for model, name, field in RELATIONS),
        *(migrations.AddConstraint(model, constraint) for model, constraint in ADDED),
    ]
