from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0007_lists_of_large_landlords'),
        ('correspondence', '0002_letters_held_for_safety'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(condition=models.Q(('status__in', ('rendered', 'failed', 'held'))), fields=['queued_at'], name='letter_waiting'),
        ),
    ]
