"""Search entries of texts with ligatures or wide letters get their words in the common form too.

A pasted "ﬁbrosis" was found by nobody who typed "fibrosis". New entries hold composed text only.
"""

from __future__ import annotations

from django.db import migrations

_TEXT = (
    "concat_ws(' ', c.title, c.question, c.complaint, c.duration, c.history, c.examination,"
    " c.laboratory, c.imaging, c.medication)"
)
ADD_COMPOSED_WORDS = f"""
UPDATE cases_casesearchentry e
   SET vector = e.vector || setweight(to_tsvector('english', normalize({_TEXT}, NFKC)), 'C')
  FROM cases_case c
 WHERE c.id = e.case_id AND {_TEXT} IS NOT NFKC NORMALIZED
"""  # noqa: S608  # names are constants of this file


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_waiting_outcomes")]

    operations = [migrations.RunSQL(ADD_COMPOSED_WORDS, migrations.RunSQL.noop)]
