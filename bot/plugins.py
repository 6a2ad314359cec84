"""What config.yaml names by import path (`acme.hooks:redact`), and the ready-made filters with their arguments.

Everything is imported when a file is checked, so that a wrong name is found at its place and not in a conversation. The
folder of config.yaml is on the import path, behind everything that is installed. Code that has been imported stays as
it is until the process starts anew.
"""

import asyncio
import contextlib
import contextvars
import functools
import importlib
import inspect
import pkgutil
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from bot.agents.context import settled
from bot.agents.filters import (
    InputFilter,
    drop_keys,
    last_n_messages,
    redact_keys,
    redact_pii,
    remove_all_tools,
)
from bot.agents.tools import FunctionTool, function_tool
from routing.policy import AgentPolicy, HandoffOptions, Policy
from routing.problems import Path, Problems, did_you_mean

_READY_MADE: dict[str, Callable[[list[str]], InputFilter]] = {
    "remove_all_tools": lambda _: remove_all_tools,
    "redact_pii": lambda _: redact_pii,
    "last_n_messages": lambda arguments: last_n_messages(int(arguments[0])),
    "drop_keys": lambda arguments: drop_keys(*arguments),
    "redact_keys": lambda arguments: redact_keys(*arguments),
}
_WRITTEN = re.compile(r"(\w+)(?:\((.*)\))?")


class PluginError(Exception):
    """What is named cannot be used. `code` is the finding's, the text says what to mend."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


# ---- by name -------------------------------------------------------------------------------------------------------


def load(path: str) -> Any:
    """The object of `package.module:name`.

    Raises:
        PluginError: module or name do not exist, or the module fails while it is imported.
    """
    module_name, _, names = path.partition(":")
    found: Any = _module(module_name)
    for name in names.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            public = [one for one in dir(found) if not one.startswith("_")]
            raise PluginError(
                "unknown-import", f'"{module_name}" has no "{name}"{did_you_mean(name, public)}'
            ) from None
    return found


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            near = did_you_mean(missing, _beside(missing))
            ending = near if "mean" in near else ""
            raise PluginError("unknown-import", f'there is no module "{missing}"{ending}') from None
        raise PluginError("broken-import", f'"{name}" wants the module "{missing}", which is not installed') from error
    except (Exception, SystemExit) as error:  # whatever a module does while it is imported
        said = " ".join(str(error).split())[:300]
        ending = f": {said}" if said else ""
        raise PluginError("broken-import", f'"{name}" cannot be imported: {type(error).__name__}{ending}') from error


def _beside(name: str) -> Iterable[str]:
    """Modules that could have been meant: those of the same package, or of the import path."""
    package, _, _ = name.rpartition(".")
    where = getattr(sys.modules.get(package), "__path__", None) if package else None
    prefix = f"{package}." if package else ""
    return [f"{prefix}{one.name}" for one in pkgutil.iter_modules(where)]


def tool_of(path: str) -> FunctionTool:
    """A `@function_tool`, or a typed function that is made one. PluginError."""
    found = load(path)
    try:
        tool = found if isinstance(found, FunctionTool) else function_tool(_callable(found, path))
    except (TypeError, NameError) as error:
        raise PluginError("bad-import", f'"{path}" cannot be a tool: {error}') from error
    return replace(tool, function=beside_the_loop(tool.function))


def filter_of(written: str) -> InputFilter:
    """A ready-made filter as it is written (`last_n_messages(20)`), or one by import path. PluginError."""
    match = None if ":" in written else _WRITTEN.fullmatch(written)
    if match is None:
        return _callable(load(written), written, named=written)
    name, arguments = match.group(1), [part.strip() for part in (match.group(2) or "").split(",")]
    return _READY_MADE[name]([part for part in arguments if part])


def input_type_of(path: str) -> type[BaseModel]:
    found = load(path)
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        raise PluginError("bad-import", f'"{path}" is no pydantic model')
    if "reason" in found.model_fields:
        raise PluginError("bad-import", f'"{path}" has a field "reason", which every transfer tool has already')
    return found


def hook_of(path: str) -> Callable[..., Any]:
    """A function, or the `on_handoff` of an object. PluginError."""
    found = load(path)
    return _callable(getattr(found, "on_handoff", found), path)


def function_of(path: str) -> Callable[..., Any]:
    return _callable(load(path), path)


def switch_of(value: str | bool) -> bool | Callable[..., Any]:
    """`is_enabled`: as it is, or the function that is asked. PluginError."""
    return value if isinstance(value, bool) else function_of(value)


def _callable(found: Any, path: str, *, named: str = "") -> Callable[..., Any]:
    if not callable(found):
        raise PluginError("bad-import", f'"{path}" is {type(found).__name__}, not a function')
    made = beside_the_loop(found)
    if named:
        made.__qualname__ = named  # as it is told when it fails
    return made


def beside_the_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same for async functions; others get a thread of their own for each call.

    They are not ours. One that hangs would stop every conversation of this process; so it only costs its own agent the
    time that `agent_timeout` allows. The threads end with the process.
    """
    if inspect.iscoroutinefunction(function):
        return _guarded(function)

    @functools.wraps(function, updated=())
    async def in_a_thread(*arguments: Any, **named: Any) -> Any:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()

        def tell(value: Any, error: Exception | None) -> None:
            if done.done():
                return  # nobody waits any more
            if error is None:
                done.set_result(value)
            else:
                done.set_exception(error)

        def work() -> None:
            value: Any = None
            failure: Exception | None = None
            try:
                value = function(*arguments, **named)
            except StopIteration as error:  # a future does not take it
                failure = RuntimeError(repr(error))
            except Exception as error:  # it belongs to whoever waits, not to this thread
                failure = error
            except SystemExit as error:  # a plugin does not end the process
                failure = RuntimeError(repr(error))
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell, value, failure)

        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(work,), name="plugin", daemon=True).start()
        return await settled(await done)

    return in_a_thread


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The async function behind one of our own, which can be given a name without changing the plugin's."""

    @functools.wraps(function)
    async def same(*arguments: Any, **named: Any) -> Any:
        try:
            return await function(*arguments, **named)
        except SystemExit as error:  # a plugin does not end the process
            raise RuntimeError(repr(error)) from error

    return same


# ---- when a file is checked ------------------------------------------------------------------------------------------


def check(policy: Policy, folder: FilePath | None, problems: Problems) -> None:
    """Import everything that the policy names; what cannot be used is a finding at its place."""
    if folder is not None and str(folder) not in sys.path:
        sys.path.append(str(folder))
    importlib.invalidate_caches()  # a module may have been written since the last look
    for agent in policy.agents.values():
        for path, says, resolve, written in _named(agent):
            try:
                resolve(written)
            except PluginError as error:
                problems.error(path, error.code, f'{says} "{written}": {error}')


Named = tuple[Path, str, Callable[[str], Any], str]


def _named(agent: AgentPolicy) -> Iterator[Named]:
    """Everything that an agent names: where, the beginning of the sentence about it, how it is resolved, its name."""
    path: Path = ("agents", agent.name)
    says = f'agent "{agent.name}" names the'
    for key, resolve, written in (
        ("tools", tool_of, agent.tools),
        ("filters", filter_of, agent.filters),
        ("hooks", hook_of, agent.hooks),
    ):
        for index, one in enumerate(written):
            yield (*path, key, index), f"{says} {key.removesuffix('s')}", resolve, one
    yield from _single(path, says, agent.context_provider, agent.is_enabled)
    for index, target in enumerate(agent.handoffs):
        option = agent.handoff_options.get(str(target))
        if option is not None:
            yield from _of_handoff((*path, "handoffs", index), f"{says} handoff's", option)


def _of_handoff(path: Path, says: str, option: HandoffOptions) -> Iterator[Named]:
    for index, one in enumerate(option.input_filter):
        yield (*path, "input_filter", index), f"{says} input_filter", filter_of, one
    if option.input_type is not None:
        yield (*path, "input_type"), f"{says} input_type", input_type_of, option.input_type
    if option.on_handoff is not None:
        yield (*path, "on_handoff"), f"{says} on_handoff", hook_of, option.on_handoff
    yield from _single(path, says, option.context_provider, option.is_enabled)


def _single(path: Path, says: str, context_provider: str | None, is_enabled: str | bool) -> Iterator[Named]:
    if context_provider is not None:
        yield (*path, "context_provider"), f"{says} context_provider", function_of, context_provider
    if isinstance(is_enabled, str):
        yield (*path, "is_enabled"), f"{says} is_enabled", function_of, is_enabled
