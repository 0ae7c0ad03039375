from django.db import migrations, models

import sermo.core.fields

FIELDS = [
    ("table", models.CharField(max_length=63, primary_key=True, serialize=False)),
    ("number", models.PositiveIntegerField(default=1)),
    ("salt", sermo.core.fields.BytesField(max_length=32)),
    ("key_version", models.PositiveIntegerField()),
    ("next_salt", sermo.core.fields.BytesField(default=b"", max_length=32)),
    ("next_key_version", models.PositiveIntegerField(default=0)),
    ("renewed_on", models.DateField(blank=True, null=True)),
]


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CommunityEpoch",
            fields=FIELDS,
            options={"ordering": ("table",), "abstract": False},
        ),
        migrations.CreateModel(
            name="IdentityEpoch",
            fields=[(name, field.clone()) for name, field in FIELDS],
            options={"ordering": ("table",), "abstract": False},
        ),
    ]
