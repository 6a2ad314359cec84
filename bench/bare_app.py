"""The floor of the REST measures: a FastAPI app that does nothing, on the same server as Baton's."""

from typing import Any

from fastapi import FastAPI, Request

from .listening import serve

app = FastAPI()


@app.post("/{identity}")
async def nothing(identity: str, request: Request) -> dict[str, Any]:
    """Reads a JSON body and answers as much."""
    await request.json()
    return {"id": identity, "ok": True}


if __name__ == "__main__":
    serve(app)
