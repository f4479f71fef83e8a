from django.urls import path

from .api import AcceptancesView, LegalView, MeView
from .invitation_api import AcceptView, InvitationListView, InvitationView, LookView, ResendView
from .key_api import KeyListView, KeyView
from .member_api import LeaveView, MemberListView, MemberView
from .workspace_api import WorkspaceDetailView, WorkspaceListView

urlpatterns = [
    path("me", MeView.as_view(), name="me"),
    path("me/acceptances", AcceptancesView.as_view()),
    path("legal/<str:document>", LegalView.as_view(), name="legal"),
    path("keys", KeyListView.as_view()),
    path("keys/<uuid:id>", KeyView.as_view()),
    path("workspaces", WorkspaceListView.as_view()),
    path("workspaces/<uuid:id>", WorkspaceDetailView.as_view()),
    path("workspaces/<uuid:id>/leave", LeaveView.as_view()),
    path("workspaces/<uuid:id>/members", MemberListView.as_view()),
    path("workspaces/<uuid:id>/members/<uuid:user_id>", MemberView.as_view()),
    path("workspaces/<uuid:id>/invitations", InvitationListView.as_view()),
    path("workspaces/<uuid:id>/invitations/<uuid:invitation_id>", InvitationView.as_view()),
    path("workspaces/<uuid:id>/invitations/<uuid:invitation_id>/resend", ResendView.as_view()),
    path("invitations/look", LookView.as_view()),
    path("invitations/accept", AcceptView.as_view()),
]
