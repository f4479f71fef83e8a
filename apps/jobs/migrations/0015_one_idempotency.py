"""A repeated start is known by its kept answer, as every POST is; jobs keep no key of their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "0014_korean_names")]
    operations = [
        migrations.RemoveConstraint("job", "job_idempotency_key"),
        migrations.RemoveField("job", "idempotency_key"),
        migrations.RemoveField("job", "fingerprint"),
    ]
