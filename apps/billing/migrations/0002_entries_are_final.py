"""The ledger is append-only, also for whoever has a database shell open."""

from django.db import migrations

FORBID = """
CREATE FUNCTION billing_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are final';
END
$$;
CREATE TRIGGER billing_entry_is_final BEFORE UPDATE OR DELETE ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION billing_entry_is_final();
"""
ALLOW = """
DROP TRIGGER billing_entry_is_final ON billing_entry;
DROP FUNCTION billing_entry_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
