"""Holds every call, and every answer of ours, to a methods_index.json made from Slack's reference."""

import json
from pathlib import Path

from bot.fake_slack.records import Json, words

# What any method may answer; the reference lists these per method on its own pages, the index leaves them out.
COMMON_ERRORS = words(
    "access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted "
    "fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset "
    "invalid_form_data invalid_json invalid_post_type json_not_object method_deprecated missing_post_type "
    "missing_scope no_permission not_allowed_token_type not_authed org_login_required ratelimited request_timeout "
    "service_unavailable team_access_not_granted team_added_to_org token_expired token_revoked "
    "two_factor_setup_required unknown_method"
)
# Arguments that exist and that the index does not know: undocumented, or newer than it.
_NEWER: dict[str, frozenset[str]] = {
    "chat.postMessage": frozenset({"client_msg_id", "container_id"}),
    "chat.startStream": frozenset({"client_msg_id"}),
    "chat.stopStream": frozenset({"session_status"}),
}
# Bolt adds it to every call, for the tokens of whole organisations.
_ALWAYS = frozenset({"team_id"})
# The index asks for these, the SDK that Slack ships leaves them out in favour of `chunks`.
_NOT_NEEDED = {"chat.appendStream": frozenset({"markdown_text"})}


class Contract:
    """Without an index nothing is checked but what the caller of `note` says itself."""

    def __init__(self, index: Path | None) -> None:
        self.violations: list[str] = []
        self.methods: dict[str, Json] = json.loads(index.read_text()) if index is not None else {}

    def note(self, words: str) -> None:
        self.violations.append(words)

    def check_call(self, method: str, args: Json, *, is_json: bool) -> None:
        known = self.methods.get(method)
        if known is None:
            if self.methods:
                self.note(f"{method}: there is no such method")
            return
        allowed = {*known["args"], *_ALWAYS, *_NEWER.get(method, ())}
        for name in sorted(set(args) - allowed):
            self.note(f"{method}: unknown argument {name}")
        for name in known["required"] or []:
            if name not in args and name != "token" and name not in _NOT_NEEDED.get(method, ()):
                self.note(f"{method}: required argument {name} is missing")
        if is_json and not known["json_body"]:
            self.note(f"{method}: takes no JSON body")

    def check_error(self, method: str, code: str) -> None:
        known = self.methods.get(method)
        if known is not None and code not in known["errors"] and code not in COMMON_ERRORS:
            self.note(f"{method}: answers {code}, which Slack does not list")
