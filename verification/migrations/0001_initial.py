import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import sermo.core.fields
import sermo.core.ids
import verification.models.application


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=sermo.core.ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "being filled in"),
                            ("submitted", "submitted"),
                            ("checking", "being checked"),
                            ("awaiting_applicant", "waiting for the applicant"),
                            ("in_review", "with a reviewer"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                (
                    "nonce",
                    sermo.core.fields.BytesField(
                        default=verification.models.application.new_nonce, max_length=16
                    ),
                ),
                ("policy_version", models.PositiveSmallIntegerField(default=1)),
                ("resubmissions", models.PositiveSmallIntegerField(default=0)),
                (
                    "nonce_issued_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "waiting_for",
                    models.CharField(
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
                ("country", models.CharField(blank=True, default="", max_length=2)),
                (
                    "specialty",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("addiction", "Addiction medicine"),
                            ("adolescent", "Adolescent medicine"),
                            ("adult-congenital", "Adult congenital heart disease"),
                            ("advanced-endoscopy", "Advanced endoscopy"),
                            ("allergy", "Allergy and immunology"),
                            ("anaesthesia", "Anaesthesiology"),
                            ("andrology", "Andrology"),
                            ("aerospace", "Aviation and space medicine"),
                            ("bariatric", "Bariatric surgery"),
                            ("breast-imaging", "Breast imaging"),
                            ("breast-surgery", "Breast surgery"),
                            ("burns", "Burn surgery"),
                            ("cardiac-anaesthesia", "Cardiac anaesthesia"),
                            ("electrophysiology", "Cardiac electrophysiology"),
                            ("cardiac-surgery", "Cardiac surgery"),
                            ("cardiology", "Cardiology"),
                            ("chemical-pathology", "Chemical pathology"),
                            ("child-psychiatry", "Child and adolescent psychiatry"),
                            ("clinical-genetics", "Clinical genetics"),
                            ("clinical-neurophysiology", "Clinical neurophysiology"),
                            ("clinical-pharmacology", "Clinical pharmacology"),
                            ("colorectal", "Colorectal surgery"),
                            ("congenital-cardiac-surgery", "Congenital cardiac surgery"),
                            ("liaison-psychiatry", "Consultation-liaison psychiatry"),
                            ("cornea", "Cornea and external disease"),
                            ("critical-care", "Critical care medicine"),
                            ("cytopathology", "Cytopathology"),
                            ("dermatology", "Dermatology"),
                            ("dermatopathology", "Dermatopathology"),
                            ("developmental", "Developmental and behavioural paediatrics"),
                            ("radiology", "Diagnostic radiology"),
                            ("emergency", "Emergency medicine"),
                            ("endocrine-surgery", "Endocrine surgery"),
                            ("endocrinology", "Endocrinology and diabetes"),
                            ("epilepsy", "Epilepsy"),
                            ("family", "Family medicine"),
                            ("foot-ankle", "Foot and ankle surgery"),
                            ("forensic", "Forensic medicine"),
                            ("forensic-psychiatry", "Forensic psychiatry"),
                            ("gastroenterology", "Gastroenterology"),
                            ("general-surgery", "General surgery"),
                            ("geriatrics", "Geriatric medicine"),
                            ("geriatric-psychiatry", "Geriatric psychiatry"),
                            ("glaucoma", "Glaucoma"),
                            ("gynaecologic-oncology", "Gynaecologic oncology"),
                            ("haematology", "Haematology"),
                            ("haematopathology", "Haematopathology"),
                            ("hand-surgery", "Hand surgery"),
                            ("head-neck-surgery", "Head and neck surgery"),
                            ("heart-failure", "Heart failure and transplant cardiology"),
                            ("hepatobiliary-surgery", "Hepatobiliary and pancreatic surgery"),
                            ("hepatology", "Hepatology"),
                            ("hospital", "Hospital medicine"),
                            ("infectious", "Infectious diseases"),
                            ("internal", "Internal medicine"),
                            ("interventional-cardiology", "Interventional cardiology"),
                            ("interventional-pulmonology", "Interventional pulmonology"),
                            ("interventional-radiology", "Interventional radiology"),
                            ("joint-replacement", "Joint replacement surgery"),
                            ("maternal-fetal", "Maternal-fetal medicine"),
                            ("microbiology", "Medical microbiology"),
                            ("oncology", "Medical oncology"),
                            ("toxicology", "Medical toxicology"),
                            ("mohs", "Mohs micrographic surgery"),
                            ("movement-disorders", "Movement disorders"),
                            ("musculoskeletal-radiology", "Musculoskeletal radiology"),
                            ("neonatology", "Neonatology"),
                            ("nephrology", "Nephrology"),
                            ("neuro-ophthalmology", "Neuro-ophthalmology"),
                            ("neurocritical-care", "Neurocritical care"),
                            ("neurology", "Neurology"),
                            ("neuromuscular", "Neuromuscular medicine"),
                            ("neuropathology", "Neuropathology"),
                            ("neuroradiology", "Neuroradiology"),
                            ("neurosurgery", "Neurosurgery"),
                            ("nuclear", "Nuclear medicine"),
                            ("obstetric-anaesthesia", "Obstetric anaesthesia"),
                            ("gynaecology", "Obstetrics and gynaecology"),
                            ("occupational", "Occupational medicine"),
                            ("ophthalmology", "Ophthalmology"),
                            ("maxillofacial", "Oral and maxillofacial surgery"),
                            ("orthopaedics", "Orthopaedic surgery"),
                            ("otolaryngology", "Otolaryngology"),
                            ("otology", "Otology and neurotology"),
                            ("paediatric-anaesthesia", "Paediatric anaesthesia"),
                            ("paediatric-cardiology", "Paediatric cardiology"),
                            ("paediatric-critical-care", "Paediatric critical care"),
                            ("paediatric-dermatology", "Paediatric dermatology"),
                            ("paediatric-emergency", "Paediatric emergency medicine"),
                            ("paediatric-endocrinology", "Paediatric endocrinology"),
                            ("paediatric-gastroenterology", "Paediatric gastroenterology"),
                            (
                                "paediatric-haematology-oncology",
                                "Paediatric haematology and oncology",
                            ),
                            ("paediatric-infectious", "Paediatric infectious diseases"),
                            ("paediatric-nephrology", "Paediatric nephrology"),
                            ("paediatric-neurology", "Paediatric neurology"),
                            ("paediatric-orthopaedics", "Paediatric orthopaedics"),
                            ("paediatric-pulmonology", "Paediatric pulmonology"),
                            ("paediatric-radiology", "Paediatric radiology"),
                            ("paediatric-rheumatology", "Paediatric rheumatology"),
                            ("paediatric-surgery", "Paediatric surgery"),
                            ("paediatric-urology", "Paediatric urology"),
                            ("paediatrics", "Paediatrics"),
                            ("pain", "Pain medicine"),
                            ("palliative", "Palliative medicine"),
                            ("pathology", "Pathology"),
                            ("rehabilitation", "Physical medicine and rehabilitation"),
                            ("plastic-surgery", "Plastic and reconstructive surgery"),
                            ("prehospital", "Prehospital emergency medicine"),
                            ("psychiatry", "Psychiatry"),
                            ("preventive", "Public health and preventive medicine"),
                            ("pulmonology", "Pulmonology"),
                            ("radiation-oncology", "Radiation oncology"),
                            ("reproductive-endocrinology", "Reproductive endocrinology"),
                            ("retina", "Retina"),
                            ("rheumatology", "Rheumatology"),
                            ("sleep", "Sleep medicine"),
                            ("spinal-cord", "Spinal cord injury medicine"),
                            ("spine-surgery", "Spine surgery"),
                            ("sports", "Sports medicine"),
                            ("surgical-oncology", "Surgical oncology"),
                            ("thoracic-surgery", "Thoracic surgery"),
                            ("transfusion", "Transfusion medicine"),
                            ("transplant-nephrology", "Transplant nephrology"),
                            ("transplant", "Transplant surgery"),
                            ("trauma-surgery", "Trauma surgery"),
                            ("tropical", "Tropical medicine"),
                            ("hyperbaric", "Undersea and hyperbaric medicine"),
                            ("urogynaecology", "Urogynaecology"),
                            ("urology", "Urology"),
                            ("stroke", "Vascular neurology"),
                            ("vascular-surgery", "Vascular surgery"),
                        ],
                        default="",
                        max_length=40,
                    ),
                ),
                ("scheme", models.CharField(blank=True, default="", max_length=12)),
                ("number_index", sermo.core.fields.BytesField(max_length=32, null=True)),
                ("details_ciphertext", sermo.core.fields.BytesField(null=True)),
                ("skipped_document", models.BooleanField(default=False)),
                ("reasons", models.JSONField(blank=True, default=list)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("opened_month", models.DateField()),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("review_since", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("is_coarse", models.BooleanField(default=False)),
                (
                    "appeal_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="appeals",
                        to="verification.application",
                    ),
                ),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="applications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("family_name", models.CharField(db_index=True, max_length=80)),
                ("given_name", models.CharField(blank=True, max_length=80)),
                ("npi", models.CharField(blank=True, db_index=True, max_length=10)),
                ("birth_date", models.DateField(blank=True, db_index=True, null=True)),
                ("state", models.CharField(blank=True, max_length=2)),
                ("general", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="RegisterImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("done", "done"), ("refused", "refused")],
                        default="done",
                        max_length=8,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("error", models.CharField(blank=True, default="", max_length=200)),
                ("imported_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-imported_at",),
                "get_latest_by": "imported_at",
            },
        ),
        migrations.CreateModel(
            name="Taxonomy",
            fields=[
                ("code", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("grouping", models.CharField(max_length=120)),
                ("classification", models.CharField(max_length=120)),
                ("specialization", models.CharField(blank=True, max_length=120)),
                ("display_name", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name_plural": "taxonomies",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="CircuitBreaker",
            fields=[
                ("provider", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("first_failure_at", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("probe_at", models.DateTimeField(blank=True, null=True)),
                ("is_misconfigured", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ("provider",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_at__isnull", True),
                            ("probe_at__isnull", False),
                            _connector="OR",
                        ),
                        name="verification_circuitbreaker_open_is_probed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("text_version", models.PositiveSmallIntegerField()),
                ("given_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("kind",),
            },
        ),
        migrations.CreateModel(
            name="ContactCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", sermo.core.fields.BytesField(max_length=32)),
                (
                    "channel",
                    models.CharField(
                        choices=[("mail", "mailbox"), ("phone", "telephone")],
                        default="mail",
                        max_length=5,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_codes",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("-sent_at",),
            },
        ),
        migrations.CreateModel(
            name="Credential",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scheme", models.CharField(max_length=16)),
                ("number_index", sermo.core.fields.BytesField(max_length=32)),
                ("active", models.BooleanField(default=True)),
                ("confirmed", models.BooleanField(default=False)),
                ("banned", models.BooleanField(default=False)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentials",
                        to="verification.application",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credentials",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("approve", "approved"), ("reject", "rejected")], max_length=8
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("policy_version", models.PositiveSmallIntegerField()),
                ("facts", models.JSONField(default=dict)),
                ("note_ciphertext", sermo.core.fields.BytesField(null=True)),
                ("is_automatic", models.BooleanField(default=False)),
                ("needs_second", models.BooleanField(default=False)),
                ("decided_at", models.DateTimeField()),
                ("effective_at", models.DateTimeField(blank=True, null=True)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("waited_minutes", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="verification.application",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second_reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("decided_at",),
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=sermo.core.ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                (
                    "idempotency_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("name", models.CharField(editable=False, max_length=80)),
                ("wrapped_key", sermo.core.fields.BytesField(null=True)),
                ("media_type", models.CharField(max_length=20)),
                ("size", models.PositiveIntegerField()),
                ("added_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("added_at",),
            },
        ),
        migrations.CreateModel(
            name="DocumentView",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("viewed_at", models.DateTimeField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="views",
                        to="verification.document",
                    ),
                ),
                (
                    "viewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-viewed_at",),
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="membership",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("suspended", "suspended"),
                            ("revoked", "revoked"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("reasons", models.JSONField(blank=True, default=list)),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("licence_until", models.DateField(blank=True, null=True)),
                ("entity_ciphertext", sermo.core.fields.BytesField(null=True)),
                ("entity_index", sermo.core.fields.BytesField(max_length=32, null=True)),
                ("is_watched", models.BooleanField(default=False)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("user",),
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("advance", "start or go on with the checks"),
                            ("mail_in_review", "mail: a person looks at it"),
                            ("mail_code", "mail: enter the code"),
                            ("mail_question", "mail: a reviewer asks"),
                            ("mail_approved", "mail: complete"),
                            ("mail_rejected", "mail: decided"),
                            ("mail_expired", "mail: expired"),
                            ("mail_correction", "mail: look over your details"),
                            ("mail_questions", "mail: answer the questions"),
                            ("notice", "notice of proofing to another contact of record"),
                            ("mail_suspended", "mail: membership suspended"),
                            ("mail_restored", "mail: membership restored"),
                            ("monitor", "begin to watch the Masterfile"),
                        ],
                        max_length=20,
                    ),
                ),
                ("next_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outbox",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="ProofingNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_digest", sermo.core.fields.BytesField(max_length=32, unique=True)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("denied_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proofing_notices",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("sent_at",),
            },
        ),
        migrations.CreateModel(
            name="RegisterRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scheme", models.CharField(max_length=12)),
                ("number", models.CharField(max_length=24)),
                ("given_names", models.JSONField(default=list)),
                ("family_names", models.JSONField(default=list)),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("status_text", models.CharField(blank=True, max_length=120)),
                ("licence_status", models.CharField(blank=True, max_length=12)),
                ("profession", models.CharField(blank=True, max_length=14)),
                ("credential", models.CharField(blank=True, max_length=40)),
                ("specialties", models.JSONField(default=list)),
                ("degree_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("contact_email", models.EmailField(blank=True, max_length=254)),
                ("contact_phone", models.CharField(blank=True, max_length=20)),
                ("licences", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("scheme", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheme", "number"), name="verification_registerrow_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewerQuestion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("question_ciphertext", sermo.core.fields.BytesField()),
                ("answer_ciphertext", sermo.core.fields.BytesField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviewer_questions",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("asked_at",),
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("format", "number"),
                            ("own_db", "earlier accounts"),
                            ("register", "register"),
                            ("nppes", "NPPES, live"),
                            ("leie", "exclusion list"),
                            ("ama", "AMA Masterfile"),
                            ("device", "device"),
                            ("idology", "identity"),
                            ("kba", "identity questions"),
                            ("document", "documents"),
                            ("binding", "link to the licence"),
                            ("decide", "decision"),
                        ],
                        max_length=12,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("leased", "running"),
                            ("retry_wait", "waits for another try"),
                            ("done", "done"),
                            ("dead", "gave up"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("next_at", models.DateTimeField()),
                ("give_up_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=30)),
                ("normalized", models.JSONField(blank=True, default=dict)),
                ("private_ciphertext", sermo.core.fields.BytesField(null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="verification.application",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="VendorCall",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("provider", models.CharField(default="", max_length=12)),
                ("key", models.CharField(max_length=80, unique=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=30)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("sent", "sent"),
                            ("answered", "answered"),
                            ("unknown", "sent, answer unknown"),
                        ],
                        default="sent",
                        max_length=10,
                    ),
                ),
                ("request_digest", sermo.core.fields.BytesField(max_length=32)),
                ("body_ciphertext", sermo.core.fields.BytesField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calls",
                        to="verification.step",
                    ),
                ),
            ],
            options={
                "ordering": ("sent_at",),
            },
        ),
        migrations.CreateModel(
            name="DeviceReport",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="device_report",
                        serialize=False,
                        to="verification.application",
                    ),
                ),
                ("answer", models.CharField(max_length=10)),
                ("normalized", models.JSONField(default=dict)),
                ("visit_index", sermo.core.fields.BytesField(max_length=32, null=True)),
                ("cookie_index", sermo.core.fields.BytesField(max_length=32, null=True)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("received_at",),
                "indexes": [
                    models.Index(fields=["visit_index"], name="verification_device_visit"),
                    models.Index(fields=["cookie_index"], name="verification_device_cookie"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SocialSecurityNumber",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="social_security_number",
                        serialize=False,
                        to="verification.application",
                    ),
                ),
                ("wrapped_key", sermo.core.fields.BytesField()),
                ("ciphertext", sermo.core.fields.BytesField()),
                ("erase_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("erase_at",),
                "indexes": [models.Index(fields=["erase_at"], name="verification_ssn_due")],
            },
        ),
        migrations.CreateModel(
            name="SsnClaim",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ssn_claim",
                        serialize=False,
                        to="verification.application",
                    ),
                ),
                ("ssn_index", sermo.core.fields.BytesField(max_length=32)),
                ("confirmed", models.BooleanField(default=False)),
                ("banned", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("application",),
            },
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["state", "review_since"], name="verification_application_queue"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        ("draft", "submitted", "checking", "awaiting_applicant", "in_review"),
                    )
                ),
                fields=["expires_at"],
                name="verification_application_due",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["number_index"], name="verification_application_no"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ("draft", "submitted", "checking", "awaiting_applicant", "in_review"),
                    )
                ),
                fields=("user",),
                name="verification_application_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "withdrawn", "expired"]),
                    models.Q(("number_index__isnull", False), ("submitted_at__isnull", False)),
                    _connector="OR",
                ),
                name="verification_application_submitted_has_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("waiting_for", ""), ("state", "awaiting_applicant"), _connector="OR"
                ),
                name="verification_application_waits_only_while_awaiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("approved", "rejected", "withdrawn", "expired")),
                    ("expires_at__isnull", False),
                    _connector="OR",
                ),
                name="verification_application_open_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_by__isnull", True), ("claimed_until__isnull", False), _connector="OR"
                ),
                name="verification_application_claim_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                fields=("application", "kind"), name="verification_consent_once_per_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True)),
                fields=("scheme", "number_index"),
                name="verification_credential_one_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(
                fields=("application",), name="verification_credential_one_per_application"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("applied_at__isnull", True), ("undone_at__isnull", True)),
                fields=["effective_at"],
                name="verification_decision_due",
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
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_reviewer__isnull", True),
                    models.Q(("second_reviewer", models.F("reviewer")), _negated=True),
                    _connector="OR",
                ),
                name="verification_decision_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied_at__isnull", True), ("undone_at__isnull", True), _connector="OR"
                ),
                name="verification_decision_applied_or_undone",
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
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["entity_index"], name="verification_membership_entity"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["licence_until"], name="verification_membership_until"),
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
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(fields=["next_at"], name="verification_outboxmessage_due"),
        ),
        migrations.AddConstraint(
            model_name="reviewerquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at__isnull", True)),
                fields=("application",),
                name="verification_reviewerquestion_one_unanswered",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("state__in", ("pending", "leased", "retry_wait"))),
                fields=["next_at"],
                name="verification_step_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(
                fields=("application", "name", "attempt"), name="verification_step_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "leased"), _negated=True),
                    models.Q(("lease__isnull", False), ("lease_until__isnull", False)),
                    _connector="OR",
                ),
                name="verification_step_lease_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(models.Q(("outcome", ""), _negated=True), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="verification_step_done_has_outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="ssnclaim",
            index=models.Index(fields=["ssn_index"], name="verification_ssnclaim_index"),
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
