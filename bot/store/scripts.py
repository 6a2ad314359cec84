"""The Lua scripts, each from its own file, with the common prelude in front."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("lua")


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    text: str
    sha: str


@cache
def sources() -> Mapping[str, str]:
    """Name -> text of the file, the prelude included."""
    return {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.lua"))}


def load(texts: Mapping[str, str] | None = None) -> Mapping[str, Script]:
    """The scripts to run; `texts` are other sources than the files', for tests that plant bugs."""
    texts = sources() if texts is None else texts
    scripts = {}
    for name, text in texts.items():
        if name == "prelude":
            continue
        whole = f"{texts['prelude']}\n{text}"
        # Redis names scripts by SHA-1; nothing secret depends on it.
        scripts[name] = Script(name, whole, hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest())
    return scripts
