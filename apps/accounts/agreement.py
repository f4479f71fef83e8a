"""The part of the sign-up form that accepts the terms and the privacy policy."""

from django import forms
from django.http import HttpRequest

from . import acceptances, legal
from .models import User


class AgreementForm(forms.Form):
    """The versions that the person has read; only those in force are accepted."""

    terms = forms.CharField(max_length=20)
    privacy = forms.CharField(max_length=20)

    def clean_terms(self) -> str:
        return self._in_force(legal.Document.TERMS)

    def clean_privacy(self) -> str:
        return self._in_force(legal.Document.PRIVACY)

    def _in_force(self, document: legal.Document) -> str:
        version: str = self.cleaned_data[document]
        if version != legal.IN_FORCE[document].version:
            raise forms.ValidationError("Read and accept the current version.", "outdated")
        return version

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth within the new person's transaction."""
        acceptances.accept(user, {each: self.cleaned_data[each] for each in legal.Document})
