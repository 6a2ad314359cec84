"""What a REDIS_URL names: one server, the master that sentinels know of, or a cluster."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from .sentinels import Sentinels

SOCKET_TIMEOUT_S: Final = 5.0
# Asking a sentinel that is gone must not eat the time in which another one answers.
SENTINEL_TIMEOUT_S: Final = 0.5
SENTINEL_PORT: Final = 26379
PORT: Final = 6379

Kind = Literal["server", "sentinel", "cluster"]
Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Address:
    """A REDIS_URL, read.

    `redis://`, `rediss://` and `unix://` name one server; `redis+sentinel://host:port,host:port/service` the master of
    that service (`mymaster` if none is named; credentials are the server's, not the sentinels');
    `redis+cluster://host:port,host:port` any nodes of a cluster, `rediss+` for TLS.
    """

    url: str
    kind: Kind
    nodes: tuple[Node, ...] = ()
    service: str = ""
    username: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def of(cls, url: str) -> "Address":
        """Raises ValueError that says what is wrong with the URL, without its password."""
        beginning, there, _ = url.partition("://")
        scheme, plus, sort = beginning.partition("+")
        if there and not plus and scheme in ("redis", "rediss", "unix"):
            return cls(url, "server")
        if not there or scheme not in ("redis", "rediss") or sort not in ("sentinel", "cluster"):
            began = f"begins with {beginning}://" if there else "has no scheme"
            raise ValueError(f"it {began}; known: redis:// rediss:// unix:// redis+sentinel:// redis+cluster://")
        parts = urlsplit(url.replace(f"{scheme}+{sort}", scheme, 1))
        credentials, _, hosts = parts.netloc.rpartition("@")
        username, _, password = credentials.partition(":")
        default = SENTINEL_PORT if sort == "sentinel" else PORT
        nodes = tuple(_node(host, default) for host in hosts.split(",") if host)
        if not nodes:
            raise ValueError(f"it names no host; write {scheme}+{sort}://host:port,host:port")
        path = parts.path.strip("/")
        return cls(
            url,
            "sentinel" if sort == "sentinel" else "cluster",
            nodes,
            unquote(path) or "mymaster" if sort == "sentinel" else "",
            unquote(username) or None,
            unquote(password) or None,
            scheme == "rediss",
        )

    @property
    def shown(self) -> str:
        """The address without its password, for messages."""
        if self.kind != "server":
            hosts = ",".join(f"{host}:{port}" for host, port in self.nodes)
            return f"{self.kind} {hosts}" + (f" ({self.service})" if self.service else "")
        parts = urlsplit(self.url)
        if parts.scheme == "unix":
            return f"unix://{parts.path}" + (f"?db={parse_qs(parts.query)['db'][0]}" if "db=" in parts.query else "")
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def node_url(self, node: Node) -> str:
        """One node of a cluster, as the address of a server."""
        host, port = node
        return f"{'rediss' if self.tls else 'redis'}://{f'[{host}]' if ':' in host else host}:{port}"


def _node(text: str, default_port: int) -> Node:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(default_port)
    if not host or not port.isdigit():
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]"), int(port)


def client(
    address: Address, *, socket_timeout_s: float | None, connections: int, node: Node | None = None, name: str = ""
) -> "Redis":
    """A redis-py client without its own retries: its default of ten re-sends would turn a cut into a minute.

    Of a cluster: a client of `node`, or of one of the named nodes. `name`: what the server calls its connections.
    """
    retry = Retry(NoBackoff(), 0)
    if address.kind == "sentinel":
        sentinel = Sentinels(  # type: ignore[no-untyped-call]
            address.nodes,
            sentinel_kwargs={
                "socket_timeout": SENTINEL_TIMEOUT_S,
                "socket_connect_timeout": SENTINEL_TIMEOUT_S,
                "retry": Retry(NoBackoff(), 0),
            },
        )
        redis: Redis = sentinel.master_for(
            address.service,
            username=address.username,
            password=address.password,
            ssl=address.tls,
            socket_timeout=socket_timeout_s,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
            retry=retry,
            max_connections=connections,
            protocol=2,
            redis_connect_func=_naming(name) if name else None,
        )
    else:
        url = address.url
        if address.kind == "cluster":
            url = address.node_url(node or random.choice(address.nodes))  # noqa: S311 - load, not a secret
        who: dict[str, Any] = {}
        if address.kind == "cluster":
            who = {"username": address.username, "password": address.password}
        redis = Redis.from_url(
            url,
            **who,
            socket_timeout=socket_timeout_s,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
            retry=retry,
            max_connections=connections,
            protocol=2,
            redis_connect_func=_naming(name) if name else None,
        )
    redis.response_callbacks.clear()  # replies as the server gives them, whatever the command and protocol
    return redis


def _naming(name: str) -> Callable[[Any], Awaitable[None]]:
    """For a new connection. redis-py has an option for it, with which a server that forbids CLIENT SETNAME cannot be
    used at all; whoever needs the name can do without."""

    async def greet(line: Any) -> None:
        await line.on_connect()
        await line.send_command("CLIENT", "SETNAME", name)
        with suppress(ResponseError):
            await line.read_response()

    return greet


async def close(redis: "Redis") -> None:
    """The client and, where there are some, its own connections to the sentinels, which it leaves open."""
    await redis.aclose()
    pool = redis.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        await pool.sentinel_manager.aclose()
