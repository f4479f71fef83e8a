"""Verbs of people and workspaces."""

from django.db import transaction

from .models import Language, Membership, Role, User, Workspace


@transaction.atomic
def open_personal_workspace(user: User) -> Workspace:
    """The person's first workspace, made where there is none."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    first = Membership.objects.filter(user=user).order_by("created_at", "id").first()
    if first is not None:
        return first.workspace
    name = user.email.partition("@")[0][:60]
    title = f"{name}'s studio" if user.language == Language.EN else f"{name}의 스튜디오"
    workspace = Workspace.objects.create(name=title)
    Membership.objects.create(user=user, workspace=workspace, role=Role.OWNER)
    return workspace
