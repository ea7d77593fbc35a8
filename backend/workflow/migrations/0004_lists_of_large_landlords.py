from django.conf import settings
from django.db import migrations, models
from django.db.models import PROTECT, ForeignKey, Q


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_originals_of_evidence'),
        ('workflow', '0003_tasks_are_put_off_and_told_of'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='task',
            name='landlord',
            field=ForeignKey(db_index=False, null=True, on_delete=PROTECT, related_name='+', to='accounts.landlord'),
        ),
        migrations.RunSQL(
            'UPDATE workflow_task t SET landlord_id = i.landlord_id FROM workflow_instance i WHERE i.id = t.instance_id', migrations.RunSQL.noop
        ),
        migrations.AlterField(
            model_name='task',
            name='landlord',
            field=ForeignKey(db_index=False, on_delete=PROTECT, related_name='+', to='accounts.landlord'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(
                condition=Q(('status', 'open')), fields=['landlord', 'due_at', 'id'], include=['owner', 'role', 'element'], name='task_open_by_due'
            ),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['landlord', 'promise', 'due_at'], name='task_by_promise'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=Q(('status', 'open')), fields=['instance'], name='task_open_of_instance'),
        ),
        migrations.RemoveIndex(model_name='task', name='task_open_by_role'),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=Q(('owner', None), ('status', 'open')), fields=['role', 'due_at'], name='task_open_by_role'),
        ),
        migrations.AddIndex(
            model_name='instance',
            index=models.Index(condition=Q(('awaits_message', False), ('due_at', None), ('ended_at', None)), fields=['landlord'], name='instance_waits'),
        ),
    ]
