"""The web application, assembled from its routers."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from . import api, console, operations, problems
from .guard import Guard
from .services import Services

STATIC = Path(__file__).parent / "static"


def create_app(services: Services) -> FastAPI:
    """Everything that answers HTTP. Other adapters (Slack, agents) are added with `include_router` or `mount`."""
    app = FastAPI(
        title="Baton",
        version=services.version,
        description="Answers people in chat threads and hands the conversation to the right person, exactly once.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    problems.install(app)
    app.include_router(operations.router)
    app.include_router(api.router)
    app.include_router(console.router)
    app.add_exception_handler(console.SignedOut, console.signed_out_page)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Guard)
    return app
