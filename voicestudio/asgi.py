"""The web process: HTTP through Django, websockets through Channels."""

import os
import warnings
from typing import Any

from django.core.asgi import get_asgi_application

# WhiteNoise sends small files whole, which is what this warns of.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicestudio.settings")
# Every request runs in a thread of its own: without a pool each would open a connection anew.
os.environ.setdefault("DATABASE_POOL", "20")
django_app = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - apps must be loaded first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from .checks import refuse_unsafe_start  # noqa: E402
from .urls import websocket_urlpatterns  # noqa: E402

refuse_unsafe_start()
_websockets: list[Any] = list(websocket_urlpatterns)

application = ProtocolTypeRouter(
    {
        "http": django_app,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(_websockets))),
    }
)
