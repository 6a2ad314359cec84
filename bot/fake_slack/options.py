"""What can be chosen about a fake Slack. Slack's own figures are named where ours are shorter."""

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Options:
    retry_delays_s: tuple[float, ...] = (0.05, 0.5, 2.0)
    """Waits before the second, third and fourth attempt of an event. Slack's own: nearly none, 1 min, 5 min."""
    answer_within_s: float = 3.0
    """How long the app has for an HTTP answer or a Socket Mode acknowledgement."""
    trigger_lives_s: float = 3.0
    status_lives_s: float = 120.0
    stream_lives_s: float = 300.0
    """Slack closes a stream about five minutes after its start."""
    response_url_lives_s: float = 1800.0
    response_url_uses: int = 5
    max_sockets: int = 10
    real_limits: bool = False
    """Limit as Slack does: one post per second and channel, and each method by its tier."""
    honours_client_msg_id: bool = False
    """Whether a second post with the same client_msg_id is answered with the first one. Slack documents neither."""
    methods_index: Path | None = None
    """A methods_index.json against which every call is checked."""
