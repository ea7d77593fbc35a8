from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_originals_of_evidence'),
        ('casework', '0006_homes_safe_contact_and_consent'),
        ('workflow', '0004_lists_of_large_landlords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['landlord', '-opened_at'], name='case_open_newest'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['landlord', 'closed_at'], name='case_closed'),
        ),
    ]
