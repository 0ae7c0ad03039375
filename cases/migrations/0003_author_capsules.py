"""Author ids move from the posts into capsules, which are encrypted anew each night."""

from django.db import migrations, models

ONE_IDENTITY = models.Q(
    models.Q(
        ("author__isnull", False),
        ("pseudonym__isnull", True),
        models.Q(("shown_as", "anonymous"), _negated=True),
    ),
    models.Q(("author__isnull", True), ("pseudonym__isnull", False), ("shown_as", "anonymous")),
    _connector="OR",
)


def move(table):
    """Keep the ciphertext of each anonymous post; the week is that of the post."""
    return migrations.RunSQL(
        f"""
        INSERT INTO members_authorcapsule (post_id, ciphertext, week)
        SELECT id, encrypted_member_id, date_trunc('week', posted_at AT TIME ZONE 'UTC')::date
          FROM {table}
         WHERE author_id IS NULL AND encrypted_member_id IS NOT NULL
         ORDER BY id
        ON CONFLICT DO NOTHING
        """,  # noqa: S608  # our own names
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_table_properties"),
        ("members", "0003_author_capsules"),
    ]

    operations = [
        operation
        for model in ("case", "comment")
        for operation in (
            move(f"cases_{model}"),
            migrations.RemoveConstraint(model_name=model, name=f"cases_{model}_one_identity"),
            migrations.RemoveField(model_name=model, name="encrypted_member_id"),
            migrations.AddConstraint(
                model_name=model,
                constraint=models.CheckConstraint(
                    condition=ONE_IDENTITY, name=f"cases_{model}_one_identity"
                ),
            ),
        )
    ]
