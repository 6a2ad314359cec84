"""Everything that the environment may say stands in .env.example, and nothing else does."""

import re
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_example_names_every_variable_and_no_other() -> None:
    named = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert named == {name.upper() for name in Settings.model_fields}
