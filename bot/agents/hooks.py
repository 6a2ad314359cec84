"""Hooks of a handoff: called before the target takes over, at most once, and never able to hold a run up for ever."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from bot.agents.agent import Agent, OnHandoff, Target
from bot.agents.context import RunContext
from bot.agents.handoffs import Handoff
from bot.agents.journal import Journal

log = logging.getLogger("baton.agents")


class HandoffRefused(Exception):
    """Raised by a hook that does not let the handoff happen; the text tells the model why."""


def hooks_of(way: Handoff[Any, Any], target: Target) -> Iterator[OnHandoff]:
    """The handoff's own hook, then those of the agent that takes over."""
    if way.on_handoff is not None:
        yield way.on_handoff
    if isinstance(target, Agent):
        yield from target.hooks


async def run_hooks(
    journal: Journal, way: Handoff[Any, Any], target: Target, call_id: str, ctx: RunContext[Any], given: Any
) -> None:
    """Call the hooks one after another; one that had begun before a crash is not called again.

    Raises:
        HandoffRefused: one of them refused; those behind it were not called.
    """
    for number, hook in enumerate(hooks_of(way, target)):
        begun = await journal.begin(f"on_handoff:{way.tool_name}", f"{call_id}:hook{number}", False)
        if begun.state != "begun":
            continue
        try:
            await way.call_hook(hook, ctx, given)
        except HandoffRefused:
            raise
        except TimeoutError:
            log.warning("handoff.hook_failed to %s: no end within %g s", target.name, way.hook_timeout_s)
        except Exception as error:  # a hook is not ours, and the customer has waited long enough
            log.warning("handoff.hook_failed to %s", target.name, exc_info=error)
