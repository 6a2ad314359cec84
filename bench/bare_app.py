"""The floor of the REST measures: a FastAPI app that does nothing, on the same server as Baton's."""

import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/{identity}")
async def nothing(identity: str, request: Request) -> dict[str, Any]:
    """Reads a JSON body and answers as much."""
    await request.json()
    return {"id": identity, "ok": True}


def main() -> None:
    # With the protocol named: asyncio switches Nagle's algorithm off only for sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/\n")
    sys.stdout.flush()
    config = uvicorn.Config(app, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
