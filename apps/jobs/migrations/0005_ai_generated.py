"""Which results of before, and which inputs that jobs remember, are AI-generated."""

from typing import Any

from django.db import migrations

SUNG = {'mix', 'acapella', 'lead'}


def mark(apps: Any, schema_editor: Any) -> None:
    """From the kind of the job that made a file, and from what it was made of, oldest job first."""
    job_model, file_model = apps.get_model('jobs', 'Job'), apps.get_model('library', 'AudioFile')
    known: set[str] = set()
    for job in job_model.objects.order_by('created_at').iterator():
        marked = [file for file in snapshots(job.inputs) if file.get('id') in known]
        for file in marked:
            file['ai_generated'] = True
        if marked:
            job.save(update_fields=['inputs'])
        made = file_model.objects.filter(job_id=job.pk).values_list('pk', 'stem')
        generated = [pk for pk, stem in made if is_generated(job, stem)]
        file_model.objects.filter(pk__in=generated).update(ai_generated=True)
        known.update(map(str, generated))


def snapshots(inputs: Any) -> list[Any]:
    return [*inputs.get('files', []), inputs.get('source') or {}, inputs.get('backing') or {}]


def is_generated(job: Any, stem: str) -> bool:
    if job.kind == 'convert' or (job.kind == 'cover' and stem in SUNG):
        return True
    if job.kind == 'cover' and stem == 'backing':
        backing = job.inputs.get('backing') or {}
        return bool(job.params.get('convert_backing') or backing.get('ai_generated'))
    return bool(job.inputs['source'].get('ai_generated'))


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0004_kinds'),
        ('library', '0003_ai_generated'),
    ]

    operations = [
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
