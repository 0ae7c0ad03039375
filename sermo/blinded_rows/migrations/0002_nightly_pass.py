from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("blinded_rows", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="NightlyPass",
            fields=[
                ("night", models.DateField(primary_key=True, serialize=False)),
                ("finished_steps", models.JSONField(default=list)),
                ("failures", models.JSONField(default=dict)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ("night",)},
        ),
    ]
