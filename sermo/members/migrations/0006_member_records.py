"""Escrows, bans and leaving move from the rows of members into their blinded records."""

from django.db import connections, migrations

from sermo.blinded_rows.table import CHUNK_ROWS
from sermo.members.records import MEMBER_RECORDS, Record, encode

# Those who have left have no record.
READ = """
SELECT id, identity_escrow, suspended_at IS NOT NULL FROM members_member WHERE left_month IS NULL
"""


def write_records(apps, schema_editor):
    """One record for each member."""
    if schema_editor.connection.alias != MEMBER_RECORDS.alias:
        return
    with connections[MEMBER_RECORDS.alias].cursor() as cursor:
        cursor.execute(READ)
        while members := cursor.fetchmany(CHUNK_ROWS):
            MEMBER_RECORDS.insert_all(
                {
                    member_id.bytes: encode(
                        Record(identity_escrow=bytes(escrow), is_banned=is_banned)
                    )
                    for member_id, escrow, is_banned in members
                }
            )


class Migration(migrations.Migration):
    dependencies = [("members", "0005_credential_lines_by_deposits")]

    operations = [
        migrations.RunPython(write_records, migrations.RunPython.noop),
        *(
            migrations.RemoveField(model_name="member", name=name)
            for name in ("identity_escrow", "suspended_at", "left_month")
        ),
    ]
