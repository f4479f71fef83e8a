"""The panel speaks Korean: its theme's words, and every label of every list and form."""

import ast
import gettext
import re
from pathlib import Path
from typing import Any, Final

import pytest
import unfold
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.html import escape

from apps.accounts.models import User
from apps.common.looking import OperatorAdmin
from apps.jobs import admin_weights
from apps.jobs.compute_models import ModelWeights, RunPodAccount, RunPodEndpoint
from tests.apps.test_panel_pages import operator, panel, rows  # noqa: F401
from voicestudio.embedded.places import REPOSITORY

CATALOGUE: Final = REPOSITORY / "voicestudio" / "locale" / "ko" / "LC_MESSAGES"
HANGUL: Final = re.compile("[가-힣]")
NAMES: Final = re.compile(r"\b(ID|IP|RunPod|GPU|API|USD|F0|AI|Hz|SHA-256|TOTP)\b")
MARKED: Final = re.compile(
    r"""{%\s*(?:trans|translate)\s+(["'])(.+?)\1|\b_\(\s*(["'])([^"'\n]+)\3\s*\)""", re.S
)
NOT_INSTALLED: Final = {"contrib", "import_export", "simple_history", "guardian", "constance"}
LABELS: Final = re.compile(r"<(th|label|h1|h2|h3|legend|button|summary)\b[^>]*>(.*?)</\1>", re.S)


def read_po(text: str) -> dict[str, str]:
    """msgid -> msgstr of a catalogue whose entries are single lines."""
    found = re.findall(r'^msgid ("(?:.+)")\nmsgstr ("(?:.+)")$', text, re.M)
    return {ast.literal_eval(key): ast.literal_eval(value) for key, value in found}


def themes_words() -> set[str]:
    """What the theme's templates and forms mark as words to be translated."""
    folder = Path(unfold.__file__).parent
    every = [*folder.rglob("*.html"), *folder.rglob("*.py")]
    paths = [path for path in every if not NOT_INSTALLED & set(path.parts)]
    found = (MARKED.findall(path.read_text("utf-8")) for path in paths)
    return {groups[1] or groups[3] for each in found for groups in each}


def test_the_compiled_catalogue_is_the_written_one() -> None:
    written = read_po((CATALOGUE / "django.po").read_text("utf-8"))
    assert len(written) > 30
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {key: compiled.gettext(key) for key in written} == written
    assert all(HANGUL.search(value) for value in written.values())


def test_no_word_of_the_theme_is_left_in_english() -> None:
    words = themes_words()
    assert "Type to search" in words
    with translation.override("ko"):
        left = {word for word in words if translation.gettext(word) == word}
    assert {word for word in left if re.search("[a-z]{2}", word)} == set()


def test_every_field_has_a_korean_name() -> None:
    for model in admin.site._registry:
        if not model.__module__.startswith("apps."):
            continue
        assert HANGUL.search(str(model._meta.verbose_name)) or "RunPod" in str(
            model._meta.verbose_name
        )
        for field in model._meta.get_fields():
            if isinstance(field, models.Field) and field.name != "id":
                name = NAMES.sub("", str(field.verbose_name))
                assert HANGUL.search(name) or not re.search("[A-Za-z]", name), field


def test_every_choice_has_a_korean_name() -> None:
    seen = 0
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if isinstance(field, models.Field) and field.choices and field.name != "language":
                names = [str(name) for _, name in field.flatchoices]
                seen += len(names)
                assert all(HANGUL.search(name) for name in names), (field, names)
    assert seen > 60


def pages() -> list[str]:
    """Every list, form to add, and a page of each row there is."""
    found = ["/admin/", "/admin/health/", "/admin/plans/"]
    for model, room in admin.site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{base}_changelist"))
        row = model._default_manager.first()
        if row is not None:
            found.append(reverse(f"{base}_change", args=[row.pk]))
            found += [reverse(f"{base}_{verb.name}", args=[row.pk]) for verb in verbs_of(room)]
        try:
            found.append(reverse(f"{base}_add"))
        except NoReverseMatch:
            continue
    return found


def verbs_of(room: Any) -> tuple[Any, ...]:
    return getattr(room, "verbs", ())


def labels_of(text: str) -> set[str]:
    """Heads of columns, names of fields, titles and buttons: their text without the marks."""
    text = re.sub(r"<(script|style|svg|template)\b.*?</\1>", "", text, flags=re.S)
    text = re.sub(r"<(span|i)\b[^>]*material-symbols[^>]*>.*?</\1>", "", text, flags=re.S)
    found = (re.sub(r"<[^>]+>", " ", label) for _, label in LABELS.findall(text))
    return {re.sub(r"\s+", " ", each).strip() for each in found} - {""}


@pytest.mark.usefixtures("selling")
def test_no_page_shows_an_english_label(panel: Client, rows: dict[str, Any]) -> None:  # noqa: F811
    RunPodEndpoint.objects.create(endpoint_id="abc")
    RunPodAccount.objects.get_or_create()
    ModelWeights.objects.create(name="a-model")
    kept = {str(row) for row in [*rows.values(), *User.objects.all(), "abc", rows["apikey"].prefix]}
    kept |= {escape(line.entry.title) for line in admin_weights.lines()}
    english: dict[str, set[str]] = {}
    seen = 0
    for address in pages():
        answer = panel.get(address)
        if answer.status_code == 403 and address.endswith("/add/"):
            continue
        assert answer.status_code in (200, 302), address
        labels = labels_of(answer.content.decode())
        seen += len(labels)
        wrong = {
            label
            for label in labels
            if not HANGUL.search(label)
            and re.search("[A-Za-z]{2}", NAMES.sub("", label))
            and not any(row in label for row in kept)
        }
        if wrong:
            english[address] = wrong
    assert seen > 400
    assert set().union(*english.values()) == set(), english


def test_libraries_bring_no_rooms_of_their_own(panel: Client) -> None:  # noqa: F811
    """Theirs would change factors and sessions past the log."""
    assert all(isinstance(room, OperatorAdmin) for room in admin.site._registry.values())
    for address in ("mfa/authenticator", "usersessions/usersession", "auth/group"):
        assert panel.get(f"/admin/{address}/").status_code == 404
