"""A voice's page over the API: name, tags, stars, picture; and its place in the list."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from PIL import Image

from apps.accounts.models import User, Workspace
from apps.common import erasure, storage
from apps.voices import pictures, services
from apps.voices.models import Voice

URL = "/api/v1/voices"
JSON = "application/json"


@pytest.fixture
def voice(workspace: Workspace, owner: User) -> Voice:
    return services.create(workspace.id, "아리아", owner)


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def send(client: Client, voice: Voice, data: bytes, name: str = "x.png") -> Any:
    body = encode_multipart(BOUNDARY, {"picture": SimpleUploadedFile(name, data)})
    return client.put(f"{URL}/{voice.id}/picture", body, MULTIPART_CONTENT)


def patch(client: Client, voice: Voice, body: dict[str, Any]) -> Any:
    return client.patch(f"{URL}/{voice.id}", body, JSON)


def test_who_made_it(owner_client: Client) -> None:
    made = owner_client.post(URL, {"name": "아리아"}, JSON).json()
    assert (made["made_by"], made["tags"], made["rating"]) == ("owner@example.com", [], None)
    assert (made["picture"], made["demo"]) == (None, None)


def test_tags_and_stars(owner_client: Client, mate_client: Client, voice: Voice) -> None:
    changed = patch(owner_client, voice, {"tags": ["발라드", "Rock", "rock"], "rating": 4})
    assert (changed.json()["tags"], changed.json()["rating"]) == (["발라드", "Rock"], 4)
    assert changed.json()["name"] == "아리아"
    kept = patch(mate_client, voice, {"name": "베라"}).json()
    assert (kept["name"], kept["tags"], kept["rating"]) == ("베라", ["발라드", "Rock"], 4)
    assert patch(owner_client, voice, {"rating": None}).json()["rating"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"rating": 0},
        {"rating": 6},
        {"tags": ["x"] * 11},
        {"tags": ["x" * 31]},
        {"tags": [""]},
        {"name": ""},
    ],
)
def test_what_is_out_of_bounds_changes_nothing(
    owner_client: Client, voice: Voice, body: dict[str, Any]
) -> None:
    before = Voice.objects.values().get()
    assert patch(owner_client, voice, body).status_code == 400
    assert Voice.objects.values().get() == before


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_a_square(owner_client: Client, voice: Voice, kind: str) -> None:
    shown = send(owner_client, voice, picture(kind))
    assert shown.status_code == 200
    name = shown.json()["picture"]
    answer = owner_client.get(f"{URL}/{voice.id}/picture", {"v": name})
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    made = Image.open(io.BytesIO(answer.content))
    assert (made.format, made.size, made.mode) == ("WEBP", (512, 512), "RGB")
    left, right = made.getpixel((100, 256)), made.getpixel((400, 256))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200 > 80 > left[2]
    assert right[2] > 200 > 80 > right[0]


def test_a_camera_s_notes_stay_behind_and_its_turn_counts(
    owner_client: Client, voice: Voice
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down: red is right now
    exif[0x010F] = "SecretCamera"
    send(owner_client, voice, picture("JPEG", (64, 64), exif=exif))
    data = owner_client.get(f"{URL}/{voice.id}/picture").content
    assert b"SecretCamera" not in data
    made = Image.open(io.BytesIO(data))
    assert dict(made.getexif()) == {}
    right = made.getpixel((400, 256))
    assert isinstance(right, tuple)
    assert right[0] > 200


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        picture("GIF"),
        picture("BMP"),
        picture("PNG")[:60],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_picture_is_refused(owner_client: Client, voice: Voice, data: bytes) -> None:
    answer = send(owner_client, voice, data)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "picture")
    voice.refresh_from_db()
    assert voice.picture_key == ""


def test_too_large_is_refused(owner_client: Client, voice: Voice) -> None:
    answer = send(owner_client, voice, b"x" * (pictures.MAX_BYTES + 1))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "picture-too-large")


def test_a_small_file_of_very_many_pixels_is_refused(owner_client: Client, voice: Voice) -> None:
    huge = io.BytesIO()
    Image.new("1", (9000, 9000)).save(huge, "PNG")
    assert len(huge.getvalue()) < pictures.MAX_BYTES
    answer = send(owner_client, voice, huge.getvalue())
    assert answer.json()["error"]["code"] == "picture-unreadable"


def test_another_picture_takes_the_place_of_the_first(owner_client: Client, voice: Voice) -> None:
    first = send(owner_client, voice, picture()).json()["picture"]
    old = f"voices/{voice.id}/{first}"
    assert storage.exists(old)
    second = send(owner_client, voice, picture("JPEG")).json()["picture"]
    erasure.erase_due()
    assert not storage.exists(old)
    assert first != second
    for _ in range(2):
        gone = owner_client.delete(f"{URL}/{voice.id}/picture")
        assert gone.json()["picture"] is None
    erasure.erase_due()
    assert not storage.exists(f"voices/{voice.id}/{second}")
    answer = owner_client.get(f"{URL}/{voice.id}/picture")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no-picture")


def test_a_deleted_voice_leaves_no_picture(owner_client: Client, voice: Voice) -> None:
    name = send(owner_client, voice, picture()).json()["picture"]
    owner_client.delete(f"{URL}/{voice.id}")
    erasure.erase_due()
    assert not storage.exists(f"voices/{voice.id}/{name}")


def test_strangers_change_nothing(
    voice: Voice, owner_client: Client, stranger_client: Client
) -> None:
    send(owner_client, voice, picture())
    before = Voice.objects.values().get()
    assert patch(stranger_client, voice, {"rating": 1}).status_code == 404
    assert send(stranger_client, voice, picture()).status_code == 404
    assert stranger_client.get(f"{URL}/{voice.id}/picture").status_code == 404
    assert stranger_client.delete(f"{URL}/{voice.id}/picture").status_code == 404
    assert stranger_client.get(f"{URL}/tags").json() == []
    assert Voice.objects.values().get() == before


@pytest.fixture
def choir(workspace: Workspace) -> list[Voice]:
    """Made in this order: name, tags, score, stars."""
    rows: list[tuple[str, list[str], float | None, int | None]] = [
        ("다", ["발라드"], 50.0, None),
        ("가", ["락", "발라드"], None, 3),
        ("나", [], 80.0, 5),
        ("라", ["락"], None, None),
    ]
    return [
        Voice.objects.create(workspace=workspace, name=name, tags=tags, quality=score, rating=stars)
        for name, tags, score, stars in rows
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "라나가다"),
        ({"sort": "newest"}, "라나가다"),
        ({"sort": "quality"}, "나다라가"),
        ({"sort": "rating"}, "나가라다"),
        ({"sort": "name"}, "가나다라"),
        ({"tag": "발라드"}, "가다"),
        ({"search": "락", "sort": "name"}, "가라"),
        ({"search": "나"}, "나"),
    ],
)
def test_order_and_choice(
    owner_client: Client, choir: list[Voice], query: dict[str, str], expected: str
) -> None:
    """The same over pages of one as in one page: a cursor never skips what has no score."""
    whole = owner_client.get(URL, query).json()["results"]
    assert "".join(each["name"] for each in whole) == expected
    names, answer = "", owner_client.get(URL, {**query, "page_size": "1"}).json()
    while True:
        names += answer["results"][0]["name"]
        if answer["next"] is None:
            break
        answer = owner_client.get(answer["next"]).json()
    assert names == expected


def test_tags_in_use(owner_client: Client, choir: list[Voice]) -> None:
    found = owner_client.get(f"{URL}/tags").json()
    assert found == [{"tag": "락", "count": 2}, {"tag": "발라드", "count": 2}]
    assert owner_client.get(URL, {"sort": "loudest"}).status_code == 400
