"""An owner, a team mate and a stranger, each with a browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from whitenoise.middleware import WhiteNoiseMiddleware

from apps.accounts import keys
from apps.accounts.models import ApiKey, User, Workspace
from apps.common import storage
from tests.factories import make_user, workspace_of
from tests.stripe.fake import FakeStripe
from tests.stripe.server import serving


@pytest.fixture(scope="session", autouse=True)
def bucket() -> None:
    storage.ensure_bucket(["http://localhost:5173"])


def once(listing: Callable[..., None]) -> Callable[..., None]:
    """A listing of WhiteNoise's that looks at the disk only the first time, per folder."""
    known: dict[tuple[Any, ...], dict[str, Any]] = {}

    def listed(self: WhiteNoiseMiddleware, *folder: Any) -> None:
        if folder not in known:
            others, self.files = self.files, {}
            listing(self, *folder)
            known[folder], self.files = self.files, others
        self.files.update(known[folder])

    return listed


@pytest.fixture(scope="session", autouse=True)
def _static_files_listed_once() -> Iterator[None]:
    """Each ``Client`` has middleware of its own, and WhiteNoise's looks at all static files."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("update_files_dictionary", "add_files_from_finders"):
            patch.setattr(WhiteNoiseMiddleware, name, once(getattr(WhiteNoiseMiddleware, name)))
        yield


@pytest.fixture(autouse=True)
def _no_throttle_left() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def fake_stripe() -> Iterator[FakeStripe]:
    with serving(FakeStripe()) as fake:
        yield fake


@pytest.fixture
def selling(fake_stripe: FakeStripe, settings: Any) -> FakeStripe:
    """An installation that sells: its environment names the fake."""
    settings.STRIPE_API = fake_stripe.url
    settings.STRIPE_SECRET_KEY = fake_stripe.key
    settings.STRIPE_WEBHOOK_SECRET = fake_stripe.secret
    return fake_stripe


@pytest.fixture
def owner(db: None) -> User:
    return make_user("owner@example.com")


@pytest.fixture
def workspace(owner: User) -> Workspace:
    return workspace_of(owner)


@pytest.fixture
def mate(workspace: Workspace) -> User:
    """A member of the owner's workspace."""
    return make_user("mate@example.com", workspace=workspace)


@pytest.fixture
def stranger(db: None) -> User:
    """A person with another workspace."""
    return make_user("stranger@example.com")


def browser(user: User | None) -> Client:
    """A browser in which the person is signed in. JSON bodies go out with content_type set."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def program(user: User, *scopes: str) -> Client:
    """A program of the person, with an API key for the person's first workspace."""
    key, text = keys.create(workspace_of(user), user, name="program", scopes=scopes)
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())  # its use changes no row
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def owner_client(owner: User) -> Client:
    return browser(owner)


@pytest.fixture
def mate_client(mate: User) -> Client:
    return browser(mate)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    return browser(stranger)


@pytest.fixture
def anonymous_client(db: None) -> Client:
    return browser(None)
