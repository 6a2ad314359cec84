"""One way for every server of the benchmarks to run: uvicorn on a port of its own, which it prints."""

import socket
import sys
from typing import Any

import uvicorn


def serve(app: Any) -> None:
    """Until the process is asked to end."""
    # With the protocol named: asyncio switches Nagle's algorithm off only for sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/\n")
    sys.stdout.flush()
    config = uvicorn.Config(app, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
