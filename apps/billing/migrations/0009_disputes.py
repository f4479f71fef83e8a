"""Chargebacks: the provider's disputes are heard of, and kept as refunds that nobody asked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_ledger_is_not_emptied")]
    operations = [
        migrations.AddField(
            "refund",
            "is_dispute",
            models.BooleanField(default=False, verbose_name="결제 분쟁"),
        ),
        migrations.AlterField(
            "providerevent",
            "about",
            models.CharField(
                choices=[
                    ("session", "session"),
                    ("subscription", "subscription"),
                    ("invoice", "invoice"),
                    ("refund", "refund"),
                    ("dispute", "dispute"),
                ],
                max_length=16,
                verbose_name="대상 종류",
            ),
        ),
    ]
