"""The trial is a person's; whoever had it before is written down too."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def write_down(apps: Any, schema_editor: Any) -> None:
    """The owners of every workspace that was welcomed, by their proven addresses."""
    from apps.billing.trial import fingerprints

    entries = apps.get_model("billing", "Entry").objects.filter(memo="welcome", kind="grant")
    members = apps.get_model("accounts", "Membership").objects.filter(
        role="owner", workspace__in=entries.values("workspace")
    )
    trials = apps.get_model("billing", "Trial").objects
    addresses = apps.get_model("account", "EmailAddress").objects.filter(
        verified=True, user__in=members.values("user")
    )
    for email, user in addresses.values_list("email", "user_id"):
        trials.get_or_create(fingerprint=fingerprints(email)[0], defaults={"user_id": user})


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0008_korean_names"),
        ("billing", "0007_records_end"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "fingerprint",
                    models.CharField(
                        editable=False,
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                        verbose_name="지문",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="만든 시각")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="지울 시각")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="사람",
                    ),
                ),
            ],
            options={"verbose_name": "체험 기록", "verbose_name_plural": "체험 기록"},
        ),
        migrations.RunPython(write_down, migrations.RunPython.noop, elidable=True),
    ]
