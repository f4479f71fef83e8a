"""The change log is append-only, also for whoever has a database shell open."""

from django.db import migrations

FORBID = """
CREATE FUNCTION common_change_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the change log is final';
END
$$;
CREATE TRIGGER common_change_is_final BEFORE UPDATE OR DELETE ON common_change
    FOR EACH ROW EXECUTE FUNCTION common_change_is_final();
"""
ALLOW = """
DROP TRIGGER common_change_is_final ON common_change;
DROP FUNCTION common_change_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0004_panel")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
