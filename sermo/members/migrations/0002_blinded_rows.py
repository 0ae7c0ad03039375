from django.db import migrations, models

import sermo.core.fields

FIELDS = [
    (
        "locator",
        sermo.core.fields.BytesField(
            editable=False, max_length=16, primary_key=True, serialize=False
        ),
    ),
    ("epoch", models.PositiveIntegerField(editable=False)),
    ("ciphertext", sermo.core.fields.BytesField()),
]


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial"), ("blinded_rows", "0001_initial")]

    operations = [
        migrations.CreateModel(name="MemberRecord", fields=FIELDS, options={"abstract": False}),
        migrations.CreateModel(
            name="HandleReservation",
            fields=[(name, field.clone()) for name, field in FIELDS],
            options={"abstract": False},
        ),
    ]
