"""What a form's elements hold: values as `view.state` and `actions` carry them, and what a person has left out."""

from typing import Any

from bot.fake_slack.blocks import elements_of
from bot.fake_slack.records import Impossible, Json

# type of element -> (key of its value, key of the value it begins with)
_VALUE: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
Values = dict[str, Any]


def options_of(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def _chosen(element: Json, value: Any) -> Any:
    """A value as a person gives it, in the shape of the wire: an option is named by its value or its label."""
    kind = str(element["type"])
    if value is None:
        return None
    if kind in ("static_select", "radio_buttons", "overflow"):
        return _option(element, value)
    if kind in ("checkboxes", "multi_static_select"):
        return [_option(element, each) for each in value]
    if kind == "datetimepicker":
        return int(value)
    if kind.endswith("_input") and kind != "rich_text_input":
        return str(value)
    return value


def _option(element: Json, value: Any) -> Json:
    wanted = value.get("value") if isinstance(value, dict) else value
    for option in options_of(element):
        if wanted in (option.get("value"), option["text"]["text"]):
            return option
    raise Impossible(f"{element.get('action_id')} has no option {wanted!r}")


def _given(values: Values, block_id: str, action_id: str) -> tuple[bool, Any]:
    """`values` is {action_id: value} or, as on the wire, {block_id: {action_id: value}}."""
    in_block = values.get(block_id)
    if isinstance(in_block, dict) and action_id in in_block:
        return True, in_block[action_id]
    return (True, values[action_id]) if action_id in values else (False, None)


def state_of(body: Json, values: Values) -> Json:
    """The `state` of a view: what is typed in it now. Fields that `values` does not name keep what they held.

    Raises:
        Impossible: `values` names a field the view does not have, or an option that is not offered.
    """
    held = (body.get("state") or {"values": {}})["values"]
    state: Json = {}
    known: set[str] = set()
    for block, element in elements_of(body["blocks"]):
        kind, block_id, action_id = str(element["type"]), str(block["block_id"]), str(element["action_id"])
        known |= {block_id, action_id}
        if kind not in _VALUE or kind == "overflow":
            continue
        key, initial = _VALUE[kind]
        named, value = _given(values, block_id, action_id)
        if named:
            value = _chosen(element, value)
        else:
            before = held.get(block_id, {}).get(action_id)
            value = before[key] if before is not None else element.get(initial)
        state.setdefault(block_id, {})[action_id] = {"type": kind, key: value}
    unknown = set(values) - known
    if unknown:
        raise Impossible(f"the form has no field {', '.join(sorted(unknown))}")
    return {"values": state}


def missing_in(body: Json, state: Json) -> dict[str, str]:
    """What Slack's client itself complains about before it sends a form: {block_id: words}."""
    problems: dict[str, str] = {}
    for block in body["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        kind, block_id = str(element["type"]), str(block["block_id"])
        held = state["values"].get(block_id, {}).get(element["action_id"], {})
        value = held.get(_VALUE[kind][0]) if kind in _VALUE else None
        if not value and not block.get("optional"):
            problems[block_id] = "Please complete this required field."
        elif isinstance(value, str) and value:
            if len(value) < int(element.get("min_length") or 0):
                problems[block_id] = f"Please enter at least {element['min_length']} characters."
            elif len(value) > int(element.get("max_length") or 3000):
                problems[block_id] = f"Please enter at most {element.get('max_length') or 3000} characters."
    return problems


def action_of(block: Json, element: Json, value: Any, stamp: str) -> Json:
    """The entry of `actions` for a click or a choice. `value` is the choice; for a button it is its own.

    Raises:
        Impossible: the choice is not offered.
    """
    kind = str(element["type"])
    action: Json = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": stamp,
    }
    if kind in ("button", "icon_button", "workflow_button"):
        copied = {key: element[key] for key in ("text", "value", "style") if key in element}
        return action | copied
    if kind == "feedback_buttons":
        buttons = [element["positive_button"], element["negative_button"]]
        chosen = next((each for each in buttons if value in (each["value"], each["text"]["text"])), None)
        if chosen is None:
            raise Impossible(f"{element['action_id']} has no button {value!r}")
        return action | {"text": chosen["text"], "value": chosen["value"]}
    if kind not in _VALUE:
        raise Impossible(f"nobody can act on a {kind}")
    return action | {_VALUE[kind][0]: _chosen(element, value)}
