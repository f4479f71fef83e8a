"""Tells the workspace's browsers about a job."""

from typing import Any

from apps.common.live import publish

from .models import Job
from .serializers import job_json


def publish_job(job: Job) -> None:
    """Send the job as GET shows it, as it is after the commit."""

    def data() -> dict[str, Any]:
        return job_json(Job.objects.get(id=job.id))

    publish(job.workspace_id, "job", data)
