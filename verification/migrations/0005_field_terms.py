from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

MODELS = {
    "EvidenceRequest": "ReviewerQuestion",
    "Breaker": "CircuitBreaker",
    "Outbox": "OutboxMessage",
    "SecretNumber": "SocialSecurityNumber",
}
FIELDS = {
    "application": {"box": "details_ciphertext"},
    "reviewerquestion": {
        "question_box": "question_ciphertext",
        "answer_box": "answer_ciphertext",
    },
    "document": {"key_box": "wrapped_key"},
    "step": {"box": "private_ciphertext"},
    "vendorcall": {"body_box": "body_ciphertext"},
    "decision": {"note_box": "note_ciphertext"},
    "socialsecuritynumber": {"key_box": "wrapped_key", "box": "ciphertext"},
    "ssnclaim": {"index": "ssn_index"},
    "membership": {"standing": "status", "entity_box": "entity_ciphertext"},
    "registerrow": {"status": "status_text", "standing": "licence_status"},
    "registerimport": {"trouble": "error"},
}
CONSTRAINTS = {
    "evidencerequest": ["verification_evidencerequest_one_unanswered"],
    "breaker": ["verification_breaker_open_is_probed"],
    "document": ["verification_document_key_goes_with_it"],
    "decision": ["verification_decision_one_standing"],
    "ssnclaim": ["verification_ssnclaim_one_member"],
    "membership": ["verification_membership_suspended_has_time"],
}
INDEXES = {
    "outbox": ["verification_outbox_due"],
    "secretnumber": ["verification_secret_due"],
    "ssnclaim": ["verification_ssnclaim_index"],
}


class Migration(migrations.Migration):
    dependencies = [("verification", "0004_rest_and_restore")]

    operations = [
        *(
            migrations.RemoveConstraint(model, name)
            for model, names in CONSTRAINTS.items()
            for name in names
        ),
        *(
            migrations.RemoveIndex(model, name)
            for model, names in INDEXES.items()
            for name in names
        ),
        *(migrations.RenameModel(old, new) for old, new in MODELS.items()),
        *(
            migrations.RenameField(model, old, new)
            for model, fields in FIELDS.items()
            for old, new in fields.items()
        ),
        migrations.AlterModelOptions(
            name="outboxmessage",
            options={"ordering": ("id",)},
        ),
        migrations.AlterField(
            model_name="application",
            name="waiting_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "nothing"),
                    ("code", "the code sent to the contact on the register"),
                    ("correction", "details to be looked over and sent again"),
                    ("questions", "answers to the identity questions"),
                    ("answer", "an answer to the reviewer's question"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="contactcode",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contact_codes",
                to="verification.application",
            ),
        ),
        migrations.AlterField(
            model_name="proofingnotice",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="proofing_notices",
                to="verification.application",
            ),
        ),
        migrations.AlterField(
            model_name="reviewerquestion",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reviewer_questions",
                to="verification.application",
            ),
        ),
        migrations.AlterField(
            model_name="socialsecuritynumber",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="social_security_number",
                serialize=False,
                to="verification.application",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(fields=["next_at"], name="verification_outboxmessage_due"),
        ),
        migrations.AddIndex(
            model_name="socialsecuritynumber",
            index=models.Index(fields=["erase_at"], name="verification_ssn_due"),
        ),
        migrations.AddIndex(
            model_name="ssnclaim",
            index=models.Index(fields=["ssn_index"], name="verification_ssnclaim_index"),
        ),
        migrations.AddConstraint(
            model_name="circuitbreaker",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_at__isnull", True), ("probe_at__isnull", False), _connector="OR"
                ),
                name="verification_circuitbreaker_open_is_probed",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("application",),
                name="verification_decision_one_current",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at__isnull", True), ("wrapped_key__isnull", False)),
                    models.Q(("deleted_at__isnull", False), ("wrapped_key__isnull", True)),
                    _connector="OR",
                ),
                name="verification_document_deleted_has_no_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "suspended"), ("suspended_at__isnull", False)),
                    models.Q(("status", "suspended"), _negated=True),
                    _connector="OR",
                ),
                name="verification_membership_suspended_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewerquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at__isnull", True)),
                fields=("application",),
                name="verification_reviewerquestion_one_unanswered",
            ),
        ),
        migrations.AddConstraint(
            model_name="ssnclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed", True)),
                fields=("ssn_index",),
                name="verification_ssnclaim_one_member",
            ),
        ),
    ]
