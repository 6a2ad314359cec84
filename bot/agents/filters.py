"""Filters: what of the conversation the next agent gets to read.

A filter shapes a view. What is stored stays as it was, calls stay with their outputs, and the agent after the next one
is shown the whole again unless its own handoff has a filter too.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.agents.context import RunContext, settled
from bot.agents.items import (
    AssistantMessage,
    HandoffCall,
    Item,
    Paired,
    PersonMessage,
    UserMessage,
    with_text,
)
from bot.agents.redact import plain_key, redact_data, redact_json, redacted


@dataclass(frozen=True, slots=True)
class HandoffInputData:
    """What there is to read at a handoff.

    history            what was there before this run
    pre_handoff_items  what this run added before the answer that hands over
    new_items          that answer: words, calls and outputs, the handoff's own call and output included
    input              the structured input of the handoff, a flat mapping, or None when it has none
    """

    history: tuple[Item, ...]
    pre_handoff_items: tuple[Item, ...]
    new_items: tuple[Item, ...]
    input: Mapping[str, Any] | None = None
    run_context: RunContext[Any] | None = None

    @property
    def all_items(self) -> tuple[Item, ...]:
        return (*self.history, *self.pre_handoff_items, *self.new_items)

    def clone(self, **changes: Any) -> HandoffInputData:
        return replace(self, **changes)


InputFilter = Callable[[HandoffInputData], HandoffInputData | Awaitable[HandoffInputData]]


async def filtered(
    data: HandoffInputData, filters: Sequence[InputFilter], within_s: float | None = None
) -> HandoffInputData:
    """The data after the filters, in order. An input that a filter changed is changed in the handoff's call as well.

    Raises:
        Exception: whatever a filter raises; TypeError when it gives something else than the data, TimeoutError when
        it takes too long.
    """
    seen = data
    for one in filters:
        seen = await settled(one(seen), within_s)
        if not isinstance(seen, HandoffInputData):
            raise TypeError(f"a filter gives HandoffInputData, not {type(seen).__name__}")
    if seen.input == data.input:
        return seen
    mine = {item.call_id for item in data.new_items if isinstance(item, HandoffCall)}

    def told(item: Item) -> Item:
        if not isinstance(item, HandoffCall) or item.call_id not in mine:
            return item
        return replace(item, arguments=json.dumps({"reason": item.reason, **(seen.input or {})}, ensure_ascii=False))

    return _mapped(seen, told)


def filter_name(one: InputFilter) -> str:
    return getattr(one, "__qualname__", None) or type(one).__name__


def compose(*filters: InputFilter) -> InputFilter:
    """One filter that does what these do, in order."""

    async def composed(data: HandoffInputData) -> HandoffInputData:
        for one in filters:
            data = await settled(one(data))
        return data

    composed.__qualname__ = f"compose({', '.join(map(filter_name, filters))})"
    return composed


def drop_keys(*keys: str) -> InputFilter:
    """Take these keys out of the structured input, of the arguments of calls and of outputs that are JSON, at any
    depth and in any spelling."""
    unwanted = frozenset(map(plain_key, keys))

    def drop(data: HandoffInputData) -> HandoffInputData:
        seen = _mapped(data, lambda item: with_text(item, cut) if isinstance(item, Paired) else item)
        return seen if data.input is None else seen.clone(input=_without(data.input, unwanted))

    def cut(text: str) -> str:
        try:
            value = json.loads(text)
        except ValueError:
            return text
        kept = _without(value, unwanted)
        return text if kept == value else json.dumps(kept, ensure_ascii=False)

    return drop


def redact_keys(*keys: str) -> InputFilter:
    """Replace the values of these keys by `[REDACTED]` where `drop_keys` would drop them."""

    def redact(data: HandoffInputData) -> HandoffInputData:
        def masked(text: str) -> str:
            return redact_json(text, kinds=(), keys=keys)

        seen = _mapped(data, lambda item: with_text(item, masked) if isinstance(item, Paired) else item)
        return seen if data.input is None else seen.clone(input=redact_data(dict(data.input), (), keys))

    return redact


def redact_pii(data: HandoffInputData) -> HandoffInputData:
    """Replace e-mail addresses, phone numbers, payment cards, bank accounts and the like everywhere by marks."""

    def marked(item: Item) -> Item:
        changed = with_text(item, redact_json if isinstance(item, Paired) else redacted)
        return replace(changed, reason=redacted(changed.reason)) if isinstance(changed, HandoffCall) else changed

    seen = _mapped(data, marked)
    return seen if data.input is None else seen.clone(input=redact_data(dict(data.input)))


def remove_all_tools(data: HandoffInputData) -> HandoffInputData:
    """Leave only what was said: no calls, no outputs, no handoffs."""
    return _picked(data, lambda position, item: not isinstance(item, Paired))


def last_n_messages(n: int) -> InputFilter:
    """Leave the last n messages and the calls between and behind them.

    Raises:
        ValueError: n is negative.
    """
    if n < 0:
        raise ValueError(f"there are no last {n} messages")

    def cut(data: HandoffInputData) -> HandoffInputData:
        said = [
            position
            for position, item in enumerate(data.all_items)
            if isinstance(item, UserMessage | AssistantMessage | PersonMessage)
        ]
        if len(said) <= n:
            return data
        # With n = 0 nothing that was said stays, but the handoff's own call does.
        first = said[-n] if n else said[-1] + 1
        return _picked(data, lambda position, item: position >= first)

    cut.__qualname__ = f"last_n_messages({n})"
    return cut


def _mapped(data: HandoffInputData, change: Callable[[Item], Item]) -> HandoffInputData:
    parts = (data.history, data.pre_handoff_items, data.new_items)
    history, before, new = (tuple(change(item) for item in part) for part in parts)
    return data.clone(history=history, pre_handoff_items=before, new_items=new)


def _picked(data: HandoffInputData, keep: Callable[[int, Item], bool]) -> HandoffInputData:
    parts: list[tuple[Item, ...]] = []
    position = 0
    for part in (data.history, data.pre_handoff_items, data.new_items):
        parts.append(tuple(item for at, item in enumerate(part, position) if keep(at, item)))
        position += len(part)
    return data.clone(history=parts[0], pre_handoff_items=parts[1], new_items=parts[2])


def _without(value: Any, unwanted: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _without(part, unwanted)
            for key, part in value.items()
            if not (isinstance(key, str) and plain_key(key) in unwanted)
        }
    return [_without(part, unwanted) for part in value] if isinstance(value, list) else value
