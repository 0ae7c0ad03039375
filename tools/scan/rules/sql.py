def find(cursor, name, Case):
    # ruleid: sql-built-from-values
    cursor.execute(f"SELECT 1 FROM people WHERE name = '{name}'")
    # ruleid: sql-built-from-values
    cursor.execute("SELECT 1 FROM people WHERE name = '%s'" % name)
    # ruleid: sql-built-from-values
    Case.objects.raw(f"SELECT * FROM cases WHERE title = '{name}'")
    # ruleid: sql-built-from-values
    Case.objects.extra(where=[name])
    # ok: sql-built-from-values
    cursor.execute("SELECT 1 FROM people WHERE name = %s", [name])
    # ok: sql-built-from-values
    Case.objects.raw("SELECT * FROM cases WHERE title = %s", [name])
