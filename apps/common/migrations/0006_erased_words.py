"""The change log stays final, but for the words that name somebody who is erased."""

from django.db import migrations

ALLOW_WORDS = """
CREATE OR REPLACE FUNCTION common_change_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('studio.erasing', true) = 'on'
        AND (NEW.id, NEW.at, NEW.verb, NEW.what, NEW.row)
            = (OLD.id, OLD.at, OLD.verb, OLD.what, OLD.row)
        AND NEW.who_id IS NOT DISTINCT FROM OLD.who_id
        AND NEW.who IN (OLD.who, '') AND NEW.name IN (OLD.name, '')
        AND NEW.reason IN (OLD.reason, '')
        AND NEW.before IN (OLD.before, '{}') AND NEW.after IN (OLD.after, '{}')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the change log is final';
END
$$;
"""
FORBID = """
CREATE OR REPLACE FUNCTION common_change_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the change log is final';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0005_changes_are_final")]
    operations = [migrations.RunSQL(ALLOW_WORDS, FORBID)]
