"""Block Kit: what Slack refuses, which ids it fills in, and where the interactive elements are.

The limits are those of slack_sdk's own models, plus those that Slack enforces and the models do not know.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.blocks.block_elements import BlockElement
from slack_sdk.models.views import View as SdkView

from bot.fake_slack.records import ApiError, Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_LENGTH = 12_000
VIEW_BYTES = 250_000
_PLAIN_ONLY = {"button": "text", "icon_button": "text"}
_OPTION_LIMITS = {
    "static_select": 100,
    "multi_static_select": 100,
    "overflow": 5,
    "checkboxes": 10,
    "radio_buttons": 10,
}
_OPTION_TEXT, _OPTION_VALUE = 75, 150
_FIELD_TEXT = 2000


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block it stands in, containers and cards included."""
    for block in blocks:
        kind = block.get("type")
        if kind in ("actions", "context_actions"):
            for element in block.get("elements", []):
                yield block, element
        if kind == "section" and block.get("accessory"):
            yield block, block["accessory"]
        if kind == "input" and block.get("element"):
            yield block, block["element"]
        for element in block.get("actions") or []:
            yield block, element
        nested = block.get("child_blocks") or (block.get("elements") if kind == "carousel" else None) or []
        yield from elements_of([each for each in nested if isinstance(each, dict)])


def with_ids(blocks: list[Json], new_id: Callable[[], str]) -> list[Json]:
    """A copy in which every block has a block_id and every element an action_id, as Slack gives them."""
    filled: list[Json] = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", new_id())
    for _, element in elements_of(filled):
        element.setdefault("action_id", new_id())
    return filled


def attachments_with_ids(attachments: list[Json], new_id: Callable[[], str]) -> list[Json]:
    """Attachments numbered from 1, the blocks in them with their ids."""
    return [
        each | ({"blocks": with_ids(each["blocks"], new_id)} if "blocks" in each else {}) | {"id": number}
        for number, each in enumerate(attachments, 1)
    ]


def check_blocks(blocks: Any, *, most: int = MESSAGE_BLOCKS, error: str = "invalid_blocks") -> None:
    """Refuse what Slack refuses.

    Raises:
        ApiError: `error` with a message per problem; `invalid_blocks_format` if it is no list of blocks at all;
            `msg_blocks_too_long` for more than 12,000 characters of markdown.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ApiError("invalid_blocks_format" if error == "invalid_blocks" else error)
    problems: list[str] = []
    if len(blocks) > most:
        problems.append(f"[ERROR] no more than {most} items allowed [json-pointer:/blocks]")
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        problems += [f"[ERROR] {each} [json-pointer:/blocks/{index}]" for each in _problems(block)]
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            problems.append(f"[ERROR] block_id already exists: {block_id} [json-pointer:/blocks/{index}/block_id]")
        seen.add(str(block_id))
    if problems:
        raise ApiError(error, messages=problems)
    markdown = sum(len(block.get("text", "")) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_LENGTH:
        raise ApiError("msg_blocks_too_long" if error == "invalid_blocks" else error)


def check_attachments(attachments: Any) -> None:
    """At most 100, their blocks as strict as the message's own."""
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise ApiError("invalid_arguments", messages=["[ERROR] attachments must be a list of objects"])
    if len(attachments) > 100:
        raise ApiError("too_many_attachments")
    for attachment in attachments:
        if "blocks" in attachment:
            check_blocks(attachment["blocks"])


def check_view(view: Any, kind: str) -> None:
    """A modal or an App Home (`kind` modal or home) within Slack's limits.

    Raises:
        ApiError: invalid_arguments with what is wrong, or view_too_large.
    """
    if not isinstance(view, dict) or view.get("type") != kind:
        raise ApiError("invalid_arguments", messages=[f"[ERROR] view must be an object of type {kind}"])
    if len(str(view)) > VIEW_BYTES:
        raise ApiError("view_too_large")
    check_blocks(view.get("blocks"), most=VIEW_BLOCKS, error="invalid_arguments")
    try:
        SdkView(**copy.deepcopy(view)).validate_json()
    except (SlackObjectFormationError, TypeError, ValueError, AttributeError) as wrong:
        raise ApiError("invalid_arguments", messages=[f"[ERROR] {wrong}"]) from wrong
    if kind == "modal":
        for name in ("title", "submit", "close"):
            if view.get(name) is not None and view[name].get("type") != "plain_text":
                raise ApiError("invalid_arguments", messages=[f"[ERROR] {name} must be plain_text"])
        if view.get("title") is None:
            raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: title"])
        if view.get("submit") is None and any(block["type"] == "input" for block in view["blocks"]):
            raise ApiError("invalid_arguments", messages=["[ERROR] submit is required: the view has an input block"])


def _problems(block: Json) -> list[str]:
    """What is wrong with one block, in words like Slack's."""
    kind = block.get("type")
    try:
        parsed = Block.parse(copy.deepcopy(block))
        if parsed is None:
            return [f"unsupported type: {kind}"]
        parsed.validate_json()
    except (SlackObjectFormationError, TypeError, ValueError, AttributeError, KeyError) as wrong:
        return [str(wrong)]
    found: list[str] = []
    if kind == "section" and not block.get("text") and not block.get("fields"):
        found.append("missing required field: text")
    texts = [block[name] for name in ("text", "label", "title") if isinstance(block.get(name), dict)]
    texts += block.get("fields") or []
    if kind == "context":
        texts += [each for each in block["elements"] if each.get("type") in ("mrkdwn", "plain_text")]
    for text in texts:
        found += _text_problems(text)
    found += ["field text must be less than 2001 characters"] * sum(
        len(field.get("text", "")) > _FIELD_TEXT for field in block.get("fields") or []
    )
    if kind in ("actions", "context_actions", "context") and not block.get("elements"):
        found.append("must provide at least one element")
    if kind == "header" and block["text"].get("type") != "plain_text":
        found.append("header text must be plain_text")
    actions: set[str] = set()
    for _, element in elements_of([block]):
        found += _element_problems(element)
        if element.get("action_id") in actions:
            found.append(f"action_id already exists in this block: {element['action_id']}")
        actions.add(element.get("action_id") or str(id(element)))
    return found


def _text_problems(text: Json) -> list[str]:
    if text.get("type") not in ("mrkdwn", "plain_text"):
        return [f"unsupported type of text: {text.get('type')}"]
    return [] if text.get("text") else ["must be more than 0 characters"]


def _element_problems(element: Json) -> list[str]:
    kind = str(element.get("type"))
    if kind in ("mrkdwn", "plain_text"):
        return []
    try:
        parsed = BlockElement.parse(copy.deepcopy(element))
        if parsed is None:
            return [f"unsupported type of element: {kind}"]
        parsed.validate_json()
    except (SlackObjectFormationError, TypeError, ValueError, AttributeError, KeyError) as wrong:
        return [str(wrong)]
    found: list[str] = []
    label = element.get(_PLAIN_ONLY.get(kind, ""))
    if kind in _PLAIN_ONLY and (not isinstance(label, dict) or label.get("type") != "plain_text"):
        found.append(f"{kind} needs a plain_text text")
    elif isinstance(label, dict):
        found += _text_problems(label)
    if kind in _OPTION_LIMITS:
        found += _option_problems(element, _OPTION_LIMITS[kind])
    if len(element.get("visible_to_user_ids") or []) > 10:
        found.append("visible_to_user_ids has more than 10 users")
    return found


def _option_problems(element: Json, most: int) -> list[str]:
    groups = element.get("option_groups") or []
    options = [*(element.get("options") or []), *(option for group in groups for option in group.get("options", []))]
    if not options:
        return ["must provide at least one option"]
    found = []
    if len(options) > most and not groups:
        found.append(f"no more than {most} options allowed")
    for option in options:
        if len(option.get("text", {}).get("text", "")) > _OPTION_TEXT:
            found.append(f"option text must be less than {_OPTION_TEXT + 1} characters")
        if len(option.get("value", "")) > _OPTION_VALUE:
            found.append(f"option value must be less than {_OPTION_VALUE + 1} characters")
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        found.append("option values must be unique")
    return found
