"""The fake RunPod over real HTTP: the client's side and the worker's, and the webhooks."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import uvicorn

from .cloud import LARGEST_BODY, Cloud, Refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

WEBHOOK_TRIES: Final = 3


@dataclass
class FakeRunPod:
    """The ASGI application. Whatever is POSTed below /sink/ is kept: an address for webhooks."""

    cloud: Cloud
    url: str = ""
    sink: list[tuple[str, bytes]] = field(default_factory=list)
    webhook_pause_s: float = 0.02
    poll_s: float = 0.5
    """How long a worker's request for a job is held open; RunPod holds it longer."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                status, body = await self._answer(scope, receive)
            except Refusal as refusal:
                status, body = refusal.status, {"error": refusal.text}
            await _send(send, status, body)

    async def _live(self, receive: Receive, send: Send) -> None:
        teller = asyncio.Event()
        task: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                task = asyncio.create_task(self._tell(teller))
                await send({"type": "lifespan.startup.complete"})
            else:
                teller.set()
                if task is not None:
                    await task
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, Any]:
        method, path = scope["method"], scope["path"]
        _, first, *rest = path.split("/")
        body = await _body(receive)
        if first == "sink":
            self.sink.append((path.removeprefix("/sink"), body))
            return 200, {}
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if first == "worker":
            return await self._work(rest, body, receive)
        with self.cloud.lock:
            self.cloud.calls.append(f"{method} {path}")
            if headers.get("authorization") != f"Bearer {self.cloud.key}":
                raise Refusal(401, "unauthorized")
            if first == "graphql":
                me = {"clientBalance": self.cloud.balance, "currentSpendPerHr": 0.5}
                return 200, {"data": {"myself": me}}
            return self._ask(rest, body)

    def _ask(self, path: list[str], body: bytes) -> tuple[int, Any]:
        """The client's calls below /v2."""
        cloud, (endpoint, verb, *name) = self.cloud, path
        cloud.tick()
        cloud.count(endpoint, verb)
        if cloud.faults.strikes("busy"):
            return 429, {"error": "too many requests"}
        if cloud.faults.strikes("broken"):
            return 500, {"error": "internal error"}
        if len(body) > LARGEST_BODY:
            raise Refusal(413, "payload too large")
        match verb, name:
            case "run", []:
                job = cloud.run(endpoint, json.loads(body))
                if cloud.faults.strikes("answer_lost"):
                    return 502, {"error": "bad gateway"}
                return 200, {"id": job.id, "status": job.status}
            case "status", [one]:
                return 200, cloud.job(endpoint, one).shown()
            case "cancel", [one]:
                return 200, cloud.cancel(endpoint, one).shown()
            case "retry", [one]:
                return 200, cloud.retry(endpoint, one).shown()
            case "health", []:
                return 200, cloud.health(endpoint)
        raise Refusal(404, "no such path")

    async def _work(self, path: list[str], body: bytes, receive: Receive) -> tuple[int, Any]:
        """The calls of the worker's SDK below /worker/<endpoint>."""
        cloud = self.cloud
        match path:
            case [endpoint, "job-take", worker]:
                job = await self._poll(receive, lambda: cloud.take(endpoint, worker))
                return (204, None) if job is None else (200, {"id": job.id, "input": job.input})
            case [_, "job-stop", worker]:
                stops = await self._poll(receive, lambda: cloud.to_stop(worker) or None)
                return (204, None) if stops is None else (200, {"jobsToStop": stops})
        with cloud.lock:
            match path:
                case [_, "job-done", worker, name]:
                    cloud.posts.append(name)
                    if cloud.faults.strikes("result_lost"):
                        return 500, {}
                    cloud.done(worker, name, json.loads(body))
                case [_, "job-stream", _, name]:
                    cloud.stream(name, json.loads(body))
                case [_, "ping", worker]:
                    cloud.ping(worker)
                case _:
                    raise Refusal(404, "no such path")
        return 200, {}

    async def _poll(self, receive: Receive, look: Callable[[], Any]) -> Any:
        """A long poll. Whoever hung up gets nothing: what it was given would be lost."""
        gone: asyncio.Future[Message] = asyncio.ensure_future(receive())
        until = time.monotonic() + self.poll_s
        try:
            while not gone.done():
                with self.cloud.lock:
                    found = look()
                if found is not None or time.monotonic() >= until:
                    return found
                await asyncio.wait([gone], timeout=0.01)
        finally:
            gone.cancel()
        return None

    async def _tell(self, over: asyncio.Event) -> None:
        """Webhooks, each tried three times in all."""
        async with httpx.AsyncClient(timeout=2) as client:
            while not over.is_set():
                with self.cloud.lock:
                    ended, self.cloud.ended = self.cloud.ended, []
                await asyncio.gather(*(self._tell_one(client, job) for job in ended))
                await asyncio.sleep(0.01)

    async def _tell_one(self, client: httpx.AsyncClient, job: Any) -> None:
        for _ in range(WEBHOOK_TRIES):
            job.told += 1
            try:
                answer = await client.post(job.webhook, json=job.shown())
            except httpx.HTTPError:
                pass
            else:
                if answer.is_success:
                    return
            await asyncio.sleep(self.webhook_pause_s)


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _send(send: Send, status: int, body: Any) -> None:
    text = b"" if body is None else json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


@contextmanager
def serving(cloud: Cloud) -> Iterator[FakeRunPod]:
    """The fake on a free port of this machine, in a thread."""
    fake = FakeRunPod(cloud)
    config = uvicorn.Config(fake, host="127.0.0.1", port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the fake did not start"
        time.sleep(0.005)
    fake.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.should_exit = True
        thread.join(10)
