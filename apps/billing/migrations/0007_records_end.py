"""The ledger stays final until its law lets go: lines of a workspace that was erased five years ago.

The clock is the database's own, so that no setting of a connection makes it earlier.
"""

from django.db import migrations

ALLOW_DUE = """
CREATE OR REPLACE FUNCTION billing_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('studio.erasing', true) = 'on' THEN
        IF TG_OP = 'DELETE' AND EXISTS (
            SELECT 1 FROM accounts_workspace WHERE id = OLD.workspace_id
            AND erased_at <= clock_timestamp() - interval '1827 days'
        ) THEN
            RETURN OLD;
        END IF;
        IF TG_OP = 'UPDATE' AND NEW.memo = '' THEN
            OLD.memo := '';
            IF NEW IS NOT DISTINCT FROM OLD THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'ledger entries are final';
END
$$;
"""
WORDS_ALONE = """
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


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0006_panel_names"),
        ("accounts", "0006_erased_workspaces"),
    ]
    operations = [migrations.RunSQL(ALLOW_DUE, WORDS_ALONE)]
