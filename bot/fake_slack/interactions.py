"""What people do to the app: they click, fill in forms, call commands and shortcuts. And the app's response_url."""

from typing import Any

from bot.fake_slack.blocks import elements_of
from bot.fake_slack.delivery import Answer, Deliveries
from bot.fake_slack.forms import Values, action_of, missing_in, state_of
from bot.fake_slack.methods.views import make_view, replace_view
from bot.fake_slack.records import ApiError, Channel, Impossible, Json, Message, Outcome, User, View
from bot.fake_slack.responses import ResponseUrls
from bot.fake_slack.shapes import message_json, view_json
from bot.fake_slack.world import World

_NO_ANSWER = "We had some trouble connecting. Try again?"
_COMMAND_FAILED = "{command} failed because the app did not respond."
_BUTTON_FAILED = "This app is not responding. Try again later."


class Interactions:
    """Every method acts as one user, within what Slack's client shows that user, and returns what came of it.

    Raises:
        Impossible: the client would not let this user do it.
    """

    def __init__(self, world: World, deliveries: Deliveries, responses: ResponseUrls) -> None:
        self._world = world
        self._deliveries = deliveries
        self._responses = responses

    # ---- payloads

    def _base(self, kind: str, user: User) -> Json:
        workspace, app = self._world.workspace, self._world.app
        who = {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team}
        return {
            "type": kind,
            "user": who,
            "team": {"id": workspace.team, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "api_app_id": app.id,
            "token": app.verification_token,
        }

    def _place(self, channel: Channel) -> Json:
        return {"id": channel.id, "name": self._world.workspace.channel_label(channel)}

    async def _ask(self, payload: Json, trouble: str) -> Outcome:
        answer = await self._deliveries.ask("interactive", payload)
        return _outcome(answer, trouble)

    # ---- messages

    def _seen(self, user: User, channel: Channel, ts: str) -> Message:
        if user.id not in channel.members:
            raise Impossible(f"{user.name} is not in {channel.name or channel.id}")
        message = self._world.workspace.message(channel.id, ts) or self._world.workspace.ephemeral(channel.id, ts)
        if message is None or message.viewer not in (None, user.id):
            raise Impossible(f"{user.name} sees no message {ts}")
        return message

    async def act(
        self, user: User, channel: Channel, ts: str, action_id: str, *, value: Any = None, block_id: str = ""
    ) -> Outcome:
        """Press a button of a message, or choose in one of its menus (`value` is the choice).

        For several buttons with one action_id, `value` or `block_id` says which.
        """
        message = self._seen(user, channel, ts)
        attached = [block for each in message.attachments for block in each.get("blocks", [])]
        block, element = _find([*message.blocks, *attached], user, action_id, value, block_id)
        if element.get("type") == "button" and element.get("url") and not message.bot_id:
            raise Impossible("a link needs no app")
        workspace = self._world.workspace
        container: Json = {"type": "message", "message_ts": ts, "channel_id": channel.id}
        container["is_ephemeral"] = message.viewer is not None
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self._base("block_actions", user) | {
            "container": container,
            "channel": self._place(channel),
            "trigger_id": self._world.triggers.issue(user.id),
            "response_url": self._responses.issue(user.id, channel.id, ts),
            "state": {"values": {}},
            "actions": [action_of(block, element, value, workspace.new_ts())],
        }
        if message.viewer is None:
            payload["message"] = message_json(workspace, message)
        return await self._ask(payload, _BUTTON_FAILED)

    async def message_shortcut(self, user: User, channel: Channel, ts: str, callback_id: str) -> Outcome:
        message = self._seen(user, channel, ts)
        payload = self._base("message_action", user) | {
            "callback_id": callback_id,
            "trigger_id": self._world.triggers.issue(user.id),
            "message_ts": ts,
            "message": message_json(self._world.workspace, message),
            "channel": self._place(channel),
            "response_url": self._responses.issue(user.id, channel.id, None),
            "action_ts": self._world.workspace.new_ts(),
        }
        return await self._ask(payload, _BUTTON_FAILED)

    async def global_shortcut(self, user: User, callback_id: str) -> Outcome:
        payload = self._base("shortcut", user) | {
            "callback_id": callback_id,
            "trigger_id": self._world.triggers.issue(user.id),
            "action_ts": self._world.workspace.new_ts(),
        }
        return await self._ask(payload, _BUTTON_FAILED)

    async def command(self, user: User, channel: Channel, command: str, text: str) -> Outcome:
        """A slash command. What the app answers at once appears in the channel, by default to this user only."""
        if user.id not in channel.members:
            raise Impossible(f"{user.name} is not in {channel.name or channel.id}")
        workspace = self._world.workspace
        payload = {
            "token": self._world.app.verification_token,
            "team_id": workspace.team,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": workspace.channel_label(channel),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self._world.app.id,
            "is_enterprise_install": "false",
            "response_url": self._responses.issue(user.id, channel.id, None),
            "trigger_id": self._world.triggers.issue(user.id),
        }
        answer = await self._deliveries.ask("slash_commands", payload)
        outcome = _outcome(answer, _COMMAND_FAILED.format(command=command))
        if outcome.delivered and (outcome.body.get("text") or outcome.body.get("blocks")):
            self._responses.show(user.id, channel.id, outcome.body)
        return outcome

    # ---- modals and the App Home

    def _top(self, user: User) -> View:
        stack = self._world.workspace.open_views(user.id)
        if not stack:
            raise Impossible(f"{user.name} has no modal open")
        return stack[-1]

    async def submit(self, user: User, values: Values) -> Outcome:
        """Fill in fields of the visible modal and press its button; the other fields keep what they hold.

        `values` names fields by action_id, or by block_id and action_id. The modal then closes, shows errors, or
        becomes what the app answers.

        Raises:
            Impossible: a required field is empty, or there is no such field.
        """
        view = self._top(user)
        state = state_of(view.body, values)
        missing = missing_in(view.body, state)
        view.errors = missing
        view.body["state"] = state
        if missing:
            self._world.workspace.changes.note()
            raise Impossible("; ".join(f"{block}: {words}" for block, words in missing.items()))
        payload = self._base("view_submission", user) | {
            "trigger_id": self._world.triggers.issue(user.id, view.id),
            "view": view_json(self._world.workspace, view),
            "response_urls": [],
        }
        outcome = await self._ask(payload, _NO_ANSWER)
        view.trouble = outcome.problem
        if outcome.delivered:
            self._answered(user, view, outcome.body)
        self._world.workspace.changes.note()
        return Outcome(outcome.delivered, outcome.status, outcome.body, outcome.problem, view)

    def _answered(self, user: User, view: View, body: Json) -> None:
        """What the app's answer to a submission does to the stack of modals."""
        workspace, action = self._world.workspace, body.get("response_action")
        if action == "errors":
            blocks = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
            if set(body.get("errors", {})) <= blocks and body.get("errors"):
                view.errors = {str(key): str(words) for key, words in body["errors"].items()}
            else:
                self._world.contract.note("response_action errors names a block that is no input of the view")
                view.trouble = _NO_ANSWER
        elif action in ("update", "push"):
            try:
                if action == "update":
                    replace_view(self._world, view, body.get("view"))
                else:
                    workspace.push_view(make_view(self._world, user.id, body.get("view"), over=view))
            except ApiError as wrong:
                self._world.contract.note(f"response_action {action}: {wrong.code} {wrong.more}")
                view.trouble = _NO_ANSWER
        elif action == "clear":
            workspace.pop_views(user.id, everything=True)
        elif view.id in workspace.stacks.get(user.id, []):
            workspace.pop_views(user.id, everything=False)

    async def close(self, user: User, *, everything: bool = False) -> Outcome:
        """Press Cancel, or the cross (`everything`). The app hears of it where the view asked for that."""
        self._top(user)
        outcome = Outcome(True, None, {})
        for view in self._world.workspace.pop_views(user.id, everything=everything):
            if view.body.get("notify_on_close"):
                payload = self._base("view_closed", user) | {
                    "view": view_json(self._world.workspace, view),
                    "is_cleared": everything,
                }
                outcome = await self._ask(payload, "")
        return outcome

    async def act_in_view(
        self, user: User, action_id: str, *, value: Any = None, block_id: str = "", values: Values | None = None
    ) -> Outcome:
        """Press a button or choose in the visible modal; `values` are the other fields as they are typed by now."""
        view = self._top(user)
        return await self._act_in(user, view, action_id, value, block_id, values or {})

    async def act_in_home(self, user: User, action_id: str, *, value: Any = None, block_id: str = "") -> Outcome:
        home = self._world.workspace.homes.get(user.id)
        if home is None:
            raise Impossible(f"{user.name} has no App Home")
        return await self._act_in(user, home, action_id, value, block_id, {})

    async def _act_in(
        self, user: User, view: View, action_id: str, value: Any, block_id: str, values: Values
    ) -> Outcome:
        block, element = _find(view.body["blocks"], user, action_id, value, block_id)
        action = action_of(block, element, value, self._world.workspace.new_ts())
        view.body["state"] = state_of(view.body, values | ({action_id: value} if value is not None else {}))
        payload = self._base("block_actions", user) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._world.triggers.issue(user.id, view.id),
            "view": view_json(self._world.workspace, view),
            "actions": [action],
        }
        return await self._ask(payload, _BUTTON_FAILED)


def _find(blocks: list[Json], user: User, action_id: str, value: Any, block_id: str) -> tuple[Json, Json]:
    """The element a user means, if it is shown to that user."""
    hidden = False
    for block, element in elements_of(blocks):
        if element.get("action_id") != action_id or (block_id and block.get("block_id") != block_id):
            continue
        if element["type"] == "button" and value is not None and element.get("value") != value:
            continue
        viewers = element.get("visible_to_user_ids")
        if viewers and user.id not in viewers:
            hidden = True
            continue
        return block, element
    raise Impossible(f"{user.name} {'is not shown' if hidden else 'finds no element'} {action_id!r}")


def _outcome(answer: Answer, trouble: str) -> Outcome:
    return Outcome(answer.ok, answer.status, answer.body if answer.ok else {}, "" if answer.ok else trouble)
