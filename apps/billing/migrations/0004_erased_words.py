"""The ledger stays final, but for an operator's words about somebody who is erased."""

from django.db import migrations

ALLOW_WORDS = """
CREATE OR REPLACE FUNCTION billing_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('studio.erasing', true) = 'on' AND NEW.memo = '' THEN
        OLD.memo := '';
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'ledger entries are final';
END
$$;
"""
FORBID = """
CREATE OR REPLACE FUNCTION billing_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are final';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_money")]
    operations = [migrations.RunSQL(ALLOW_WORDS, FORBID)]
