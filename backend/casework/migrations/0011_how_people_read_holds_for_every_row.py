"""How somebody reads letters was kept with the first of the rows that were joined; now it stands in each of them."""

from django.db import migrations


def carried(apps, schema_editor):
    person = apps.get_model('casework', 'Person')
    for row in person.objects.filter(same_as__isnull=False).select_related('same_as').iterator():
        person.objects.filter(pk=row.pk).update(letters_in=row.same_as.letters_in, large_print=row.same_as.large_print)


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0010_how_people_read_letters'),
    ]

    operations = [
        migrations.RunPython(carried, migrations.RunPython.noop),
    ]
