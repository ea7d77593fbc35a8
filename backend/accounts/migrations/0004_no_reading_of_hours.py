"""What “24 working hours” means is a setting of each procedure, no longer the landlord's."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0003_absence_and_how_people_are_told")]

    operations: ClassVar = [migrations.RemoveField(model_name="landlord", name="working_hours_reading")]
