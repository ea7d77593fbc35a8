import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_letters_are_posted_together")]

    operations = [
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("logo", models.BinaryField(null=True)),
                ("signatory", models.CharField(blank=True, max_length=200)),
                ("service", models.CharField(blank=True, max_length=300)),
                (
                    "landlord",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="letterhead", to="accounts.landlord"),
                ),
            ],
        ),
    ]
