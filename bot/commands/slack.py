"""`baton slack manifest`: the app's manifest, to paste where Slack asks for one."""

import io
import sys

from cyclopts import App
from ruamel.yaml import YAML

from bot.platforms.slack.manifest import manifest

slack_app = App(name="slack", help="Connect a Slack workspace.")


@slack_app.command(name="manifest")
def print_manifest(*, url: str | None = None, name: str = "Baton") -> int:
    """Print the app's manifest: api.slack.com/apps, Create New App, From a manifest.

    Parameters
    ----------
    url:
        Where Baton is reached from outside, such as https://desk.example.com; without it Socket Mode.
    name:
        How the app is called in the workspace.
    """
    try:
        values = manifest(url, name=name)
    except ValueError as error:
        sys.stderr.write(f"--url: {error}\n")
        return 2
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(values, out)
    sys.stdout.write(out.getvalue())
    return 0
