from django.db import migrations, models

import sermo.core.fields


class Migration(migrations.Migration):
    dependencies = [("members", "0002_blinded_rows")]

    operations = [
        migrations.CreateModel(
            name="AuthorCapsule",
            fields=[
                (
                    "post_id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False),
                ),
                ("ciphertext", sermo.core.fields.BytesField()),
                ("week", models.DateField()),
                ("renewed_on", models.DateField(blank=True, null=True)),
            ],
            options={"ordering": ("post_id",)},
        ),
    ]
