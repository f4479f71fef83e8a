"""TRUNCATE asks no row's trigger: the ledger is not emptied either.

A test run, whose databases are emptied between tests, says so on its connections
(``studio.emptying``).
"""

from django.db import migrations

FORBID = """
CREATE FUNCTION billing_entry_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('studio.emptying', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'ledger entries are final';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER billing_entry_is_not_emptied BEFORE TRUNCATE ON billing_entry
    FOR EACH STATEMENT EXECUTE FUNCTION billing_entry_is_not_emptied();
"""
ALLOW = """
DROP TRIGGER billing_entry_is_not_emptied ON billing_entry;
DROP FUNCTION billing_entry_is_not_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_debts_are_paid")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
