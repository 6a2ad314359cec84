"""Logs are sentences for machines: an event name and fields. Customers' words are never logged; lengths and ids are."""

import logging
import sys

import structlog


def configure(*, quiet: bool = False) -> None:
    """Lines for people on a terminal, JSON elsewhere. `quiet`: warnings and worse only (the demo has its banner)."""
    renderer: structlog.types.Processor
    if sys.stderr.isatty():
        # Without the locals of a traceback's frames: they hold customers' words.
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    processors: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    if not sys.stderr.isatty():
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
