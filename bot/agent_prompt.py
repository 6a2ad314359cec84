"""What a language model is told of this desk: the same routes and answers that the embedded model learns from.

And what it reads of a long conversation. Routing decays with length, so whoever routes reads the newest messages whole
and the others as a few lines; the transcript itself stays as it is.
"""

from collections.abc import Sequence
from typing import Any, Final

from bot.agents import Agent, AssistantMessage, Item, PersonMessage, ToolOutput, UserMessage
from bot.agents.items import shortened, with_text
from bot.agents.offers import handoffs_of, single_names, transfer_specs
from routing.policy import Answer, Policy, Route

EXAMPLES: Final = 3  # of a route or an answer
EXAMPLE_CHARS: Final = 160
MESSAGES_KEPT: Final = 20
ITEMS_KEPT: Final = 60  # calls and what came of them included
EARLIER_CHARS: Final = 1_000  # of a message that somebody has answered
QUOTED_CHARS: Final = 240
Spoken = UserMessage | AssistantMessage | PersonMessage

RULES: Final = """Rules:
- Only a tool call transfers anybody. Never say that you transfer, connect or escalate without calling the tool in the
  same answer.
- Who asks for a person gets one: call the tool at once, without a question.
- If two topics are equally likely, ask once which is meant. If it is still not clear, call the tool for the likelier.
- Never give the same answer twice. If an answer did not help and you have no other, call a tool.
- If you can do nothing about it, say what you can help with, and that the customer may ask for a person."""


def about_the_desk(agent: Agent[Any, Any], policy: Policy) -> str:
    """Topics with the tools for them, answers that may be quoted, and the rules; empty where none are configured."""
    tools = _tools(agent)
    topics = [_topic(route, tools[str(route.to)]) for route in policy.routes if _says_something(route, tools)]
    answers = [_answer(entry) for entry in policy.answers]
    parts = []
    if topics:
        parts.append("What customers ask about, in their words, and the tool for each:\n" + "\n".join(topics))
    if answers:
        head = "What you may answer: quote the text word for word and name its source."
        parts.append("\n".join([head, *answers]))
    return "\n\n".join([*parts, RULES]) if parts else ""


def _tools(agent: Agent[Any, Any]) -> dict[str, str]:
    """Target in words (`team:billing`) -> how it is called."""
    ways = handoffs_of(agent)
    if not ways or agent.handoff_tool == "per_target":
        return {f"{way.target_kind}:{way.agent_name}": way.tool_name for way in ways}
    [spec] = transfer_specs(agent, ways)
    return {
        f"{way.target_kind}:{way.agent_name}": f'{spec.name} with "{name}"'
        for way, name in zip(ways, single_names(ways), strict=True)
    }


def _says_something(route: Route, tools: dict[str, str]) -> bool:
    return bool(route.description or route.examples) and str(route.to) in tools


def _topic(route: Route, tool: str) -> str:
    about = route.description or route.name
    return f"- {about}{_examples(route.examples)} -> {tool}"


def _answer(entry: Answer) -> str:
    source = f" (source: {entry.source})" if entry.source else ""
    return f'- {entry.name}{_examples(entry.examples)} -> "{entry.text}"{source}'


def _examples(said: Sequence[str]) -> str:
    quoted = ", ".join(f'"{_short(one, EXAMPLE_CHARS)}"' for one in said[:EXAMPLES])
    return f": {quoted}" if quoted else ""


# ---- a long conversation ---------------------------------------------------------------------------------------------


def compacted(items: Sequence[Item]) -> tuple[list[Item], str]:
    """What is read of a conversation, and in words what came before; empty words where that is everything.

    The customer's lines that nobody has answered stay whole.
    """
    spoken = [at for at, item in enumerate(items) if isinstance(item, Spoken)]
    if len(spoken) <= MESSAGES_KEPT:
        return list(items), ""
    first = max(spoken[-MESSAGES_KEPT], len(items) - ITEMS_KEPT)
    answered = max((at for at in spoken if not isinstance(items[at], UserMessage)), default=-1)
    kept = [_cut(item) if at < answered else item for at, item in enumerate(items) if at >= first]
    return kept, _summary([item for item in items[:first] if isinstance(item, Spoken)])


def _cut(item: Item) -> Item:
    """A call stays as it is: its arguments are JSON."""
    if isinstance(item, Spoken | ToolOutput):
        return with_text(item, lambda text: shortened(text, EARLIER_CHARS))
    return item


def _summary(earlier: Sequence[Spoken]) -> str:
    """Who wanted what: the customer's first line, an agent's and a person's last, and how many there were."""
    parts = [f"Before what you read there were {len(earlier)} messages."]
    asked = next((one for one in earlier if isinstance(one, UserMessage)), None)
    if asked is not None:
        parts.append(f'The customer began with: "{_short(asked.text, QUOTED_CHARS)}"')
    said = next((one for one in reversed(earlier) if isinstance(one, AssistantMessage)), None)
    if said is not None:
        parts.append(f'The last answer of an agent among them: "{_short(said.text, QUOTED_CHARS)}"')
    person = next((one for one in reversed(earlier) if isinstance(one, PersonMessage)), None)
    if person is not None:
        parts.append(f'A person of our team, {person.person}, said last: "{_short(person.text, QUOTED_CHARS)}"')
    return "\n".join(parts)


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
