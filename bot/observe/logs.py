"""Logs are sentences for machines: an event name and fields. Customers' words are never logged; lengths and ids are.

Words slip in all the same, in the message of an error or the reason of a handoff. So every line goes through `redact`,
which the configuration sets: in our own log, and in those of the libraries.
"""

import logging
import sys
from collections.abc import Callable

import structlog

Redact = Callable[[str], str]


class Redaction:
    """What every line goes through; one for the process, because there is one log."""

    def __init__(self) -> None:
        self._of: Callable[[], Redact | None] = lambda: None

    def follow(self, of: Callable[[], Redact | None]) -> None:
        """`of` is asked at each line: the configuration may have changed since."""
        self._of = of

    def __call__(
        self, logger: object, method: str, event: structlog.types.EventDict
    ) -> structlog.types.EventDict:  # fmt: skip
        """As a processor of structlog."""
        redact = self._of()
        if redact is None:
            return event
        return {key: _hidden(value, redact) for key, value in event.items()}

    def line(self, text: str) -> str:
        redact = self._of()
        return text if redact is None else redact(text)


def _hidden(value: object, redact: Redact) -> object:
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _hidden(inner, redact) for key, inner in value.items()}
        case list() | tuple():
            return [_hidden(inner, redact) for inner in value]
        case BaseException():
            return redact(f"{type(value).__name__}: {value}")
        case _:
            return value


redaction = Redaction()


class _Formatter(logging.Formatter):
    """A line of a library, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redaction.line(super().format(record))


def configure(*, quiet: bool = False) -> None:
    """Lines for people on a terminal, JSON elsewhere. `quiet`: warnings and worse only (the demo has its banner)."""
    renderer: structlog.types.Processor
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    processors: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        # As text, and without the locals of its frames: they hold customers' words.
        structlog.processors.format_exc_info,
        redaction,
    ]
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # Why an agent handed over is worth a line of its own (M13, A11); other libraries only say what is wrong.
    logging.getLogger("baton.agents").setLevel(logging.WARNING if quiet else logging.INFO)
