"""Chargebacks: the provider's disputes are heard of, and kept as refunds that nobody asked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0010_ledger_is_not_emptied")]
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
                    ("session", "결제 페이지 (session)"),
                    ("subscription", "구독 (subscription)"),
                    ("invoice", "청구서 (invoice)"),
                    ("refund", "환불 (refund)"),
                    ("dispute", "결제 분쟁 (dispute)"),
                ],
                max_length=16,
                verbose_name="대상 종류",
            ),
        ),
    ]
