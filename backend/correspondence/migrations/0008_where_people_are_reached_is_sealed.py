"""Where a message goes, and how a letter that must not be posted reaches somebody: sealed, also what was written before."""

from django.db import migrations, models

import backend.casework.sealed
from backend.casework.sealed import seal, unseal

FIELDS = (('letter', 'released_why'), ('message', 'address'))


def sealed(apps, schema_editor, how=seal):
    for name, field in FIELDS:
        model = apps.get_model('correspondence', name)
        for row in model.objects.exclude(**{field: ''}).only('pk', field).iterator():
            model.objects.filter(pk=row.pk).update(**{field: how(getattr(row, field))})


def opened(apps, schema_editor):
    sealed(apps, schema_editor, unseal)


class Migration(migrations.Migration):

    dependencies = [
        ('correspondence', '0007_whom_a_letter_is_addressed_to'),
    ]

    operations = [
        *(migrations.AlterField(model_name=name, name=field, field=models.TextField(blank=True, default='')) for name, field in FIELDS),
        # What is altered and filled in one transaction must have no checks left to do.
        migrations.RunSQL('SET CONSTRAINTS ALL IMMEDIATE', migrations.RunSQL.noop),
        migrations.RunPython(sealed, opened),
        migrations.AlterField(
            model_name='letter',
            name='released_why',
            field=backend.casework.sealed.SealedField(blank=True, default=''),
        ),
        migrations.AlterField(
            model_name='message',
            name='address',
            field=backend.casework.sealed.SealedField(),
        ),
    ]
