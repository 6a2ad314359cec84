"""What an endpoint understands of the wire's optional parts, set by hand or learned from its refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class EndpointProfile:
    """Each says whether the part is used: `strict` schemas, `tool_choice`, `parallel_tool_calls` (sent as false: one
    call at a time), `stream_options` (a stream then ends with the token count), and `responses`, the other wire.

    `strict` is off unless asked for: some servers take it and break on it, and our own check of arguments does not
    depend on it.
    """

    strict: bool = False
    tool_choice: bool = True
    parallel_tool_calls: bool = True
    stream_options: bool = True
    responses: bool = False

    def __and__(self, other: EndpointProfile) -> EndpointProfile:
        """What both understand."""
        return EndpointProfile(*(mine and theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


# In the order in which we would rather do without them, where a refusal does not say which one it means.
_PARAMETERS = ("stream_options", "parallel_tool_calls", "strict", "tool_choice")
# Seen from OpenAI, Azure, vLLM, Mistral, Groq and Gemini's compatible endpoint, in lower case.
_UNSUPPORTED = re.compile(
    r"(?:unsupported|unrecogni[sz]ed|unknown|unexpected|extra|additional)\W+(?:\w+\W+)?"
    r"(?:parameter|argument|propert|field|input)|extra_forbidden"
)
_BAD_SCHEMA = "invalid schema for function"  # what OpenAI calls a schema that strict mode does not take


def without_refused(
    profile: EndpointProfile, sent: Mapping[str, Any], status: int, error: Any
) -> EndpointProfile | None:
    """The profile without what this refusal is about, or None where it is about something else.

    `sent` is the body that was refused, `error` what came back, parsed or as text.
    """
    said = (error if isinstance(error, str) else json.dumps(error, default=str)).lower()
    if status in (404, 405, 501):
        # An endpoint without that path; one that has it answers 404 to a model that it does not know.
        return replace(profile, responses=False) if profile.responses and "model" not in said else None
    if status not in (400, 422):
        return None
    in_use = [name for name in _PARAMETERS if getattr(profile, name) and _is_sent(name, sent)]
    named = error.get("param") if isinstance(error, Mapping) else None
    refused = [name for name in in_use if isinstance(named, str) and _names(name, named.lower())]
    refused = refused or [name for name in in_use if _names(name, said)]
    if not refused and "strict" in in_use and _BAD_SCHEMA in said:
        refused = ["strict"]
    if not refused and named is None and _UNSUPPORTED.search(said) and not any(_names(key, said) for key in _own(sent)):
        refused = in_use[:1]
    return replace(profile, **dict.fromkeys(refused, False)) if refused else None


def _is_sent(name: str, sent: Mapping[str, Any]) -> bool:
    if name != "strict":
        return name in sent
    return any(tool.get("strict") or tool.get("function", {}).get("strict") for tool in sent.get("tools", ()))


def _own(sent: Mapping[str, Any]) -> set[str]:
    """What somebody added to the body by configuration; leaving out anything else would not help."""
    return set(sent) - {"model", "messages", "input", "instructions", "tools", "stream", "store", *_PARAMETERS}


def _names(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None
