"""A release and an adjustment pay what is owed, as a grant does."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_trial")]
    operations = [
        migrations.RemoveConstraint("entry", "entry_adds_up"),
        migrations.AddConstraint(
            "entry",
            models.CheckConstraint(
                name="entry_adds_up",
                condition=Q(kind="grant", amount__gte=0, held=0, owed__lte=0)
                | Q(kind="reserve", amount=-F("held"), held__gte=0, owed=0)
                | Q(kind="settle", amount=0, held__lte=0, owed=0)
                | Q(
                    kind="release",
                    amount=F("owed") - F("held"),
                    amount__gte=0,
                    held__lte=0,
                    owed__lte=0,
                )
                | Q(kind="adjust", held=0, owed=0)
                | Q(kind="adjust", amount__gte=0, held=0, owed__lt=0)
                | Q(kind="refund", amount__lte=0, held=0, owed__gte=0),
            ),
        ),
    ]
