"""`python -m bot.fake_slack --port 0`: serve a workspace until interrupted, and print how to reach it."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bot.fake_slack import FakeSlack, Options, furnish


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.fake_slack", description="A fake Slack on a loopback port.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--request-url", help="where events are posted; without it the app is in Socket Mode")
    parser.add_argument("--methods-index", type=Path, help="a methods_index.json to check every call against")
    parser.add_argument("--real-limits", action="store_true", help="limit rates as Slack does")
    parser.add_argument("--empty", action="store_true", help="begin without people and channels")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(chosen: argparse.Namespace) -> None:
    options = Options(real_limits=chosen.real_limits, methods_index=chosen.methods_index)
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with FakeSlack(request_url=chosen.request_url, port=chosen.port, options=options) as slack:
        if not chosen.empty:
            furnish(slack)
        facts = {
            "page": slack.url,
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
        }
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in facts.items()))
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    main()
