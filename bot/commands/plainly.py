"""What a person can mend is one line and an exit code, never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.config_file import ConfigError
from bot.settings import Unset
from bot.store.embedded import NoRedis
from bot.store.redis import StoreUnfit
from handlers.ports import Unavailable


class Stop(Exception):
    """Something that is needed is missing: one line, and the exit code."""

    def __init__(self, line: str, code: int = 2) -> None:
        super().__init__(line)
        self.code = code


@contextmanager
def plainly() -> Iterator[None]:
    """What a person can mend is one line, never a traceback."""
    try:
        yield
    except ConfigError as error:
        raise Stop("\n".join(str(one) for one in error.diagnostics)) from None
    except (Unset, NoRedis, StoreUnfit) as error:
        raise Stop(str(error)) from None
    except Unavailable as error:
        raise Stop(f"Redis cannot be reached: {error}", 1) from None
