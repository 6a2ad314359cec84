"""YAML text -> plain data and the position of every key and value.

The nodes are read, not the constructed objects: that keeps positions, duplicate keys and aliases visible, and lets YAML
1.2's core schema alone decide what a scalar is (`no`, `12:30` and `2026-12-24` are text).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from routing.problems import Path, Problems

MOST_BYTES = 512 * 1024
MOST_NODES = 100_000  # after aliases are followed: a few lines of aliases of aliases would fill the memory
DEEPEST = 40

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,3})?")
_ENV = re.compile(r"\$ENV:([A-Za-z_][A-Za-z0-9_]*)")
_SECRET = re.compile(
    r"xox[abeoprs]-[\w-]{8,}|xapp-[\w-]{8,}|sk-[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----.*", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A position, counted from 1 as editors do; `width` is what the caret line underlines."""

    line: int
    column: int
    width: int = 1


START = Mark(1, 1)


@dataclass(slots=True)
class Tree:
    data: dict[str, Any] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)

    def mark(self, path: Path, *, on_key: bool = False) -> Mark:
        """Where that is, or the nearest thing around it that is in the file."""
        while path:
            found = self.keys.get(path) if on_key else None
            found = found or self.values.get(path)
            if found is not None:
                return found
            path = path[:-1]
        return START

    def line_of(self, path: Path) -> int:
        return self.mark(path, on_key=True).line


class _TooMuch(Exception):
    pass


def decode(raw: bytes, problems: Problems) -> str | None:
    """The text of the file, a byte order mark taken off; None after a finding."""
    if len(raw) > MOST_BYTES:
        problems.error((), "too-large", f"the file has {len(raw):,} bytes; at most {MOST_BYTES:,} are read")
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.error((), "encoding", "the file is UTF-16; save it as UTF-8")
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.error(
            (), "encoding", f"line {line} is not UTF-8 (byte {raw[error.start]:#04x}); save the file as UTF-8"
        )
        return None


def read(text: str, env: Mapping[str, str], problems: Problems, syntax: dict[Path, Mark]) -> Tree | None:
    """The tree of a text; None after a finding. The mark of a syntax error is put into `syntax`."""
    if not text.strip():
        problems.error((), "empty", "the file is empty")
        return None
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except RecursionError:
        problems.error((), "too-deep", "the file is nested too deeply")
        return None
    except YAMLError as error:
        _report_syntax(error, text, problems, syntax)
        return None
    except Exception as error:  # the parser has bugs on garbage (IndexError, ValueError ...); garbage is still syntax
        problems.error((), "syntax", f"the file is no YAML ({type(error).__name__})")
        return None
    if root is None:
        problems.error((), "empty", "the file has nothing but comments")
        return None
    tree = Tree()
    reader = _Reader(tree, env, problems)
    try:
        data = reader.value(root, (), ())
    except _TooMuch as error:
        problems.error((), "too-large", str(error))
        return None
    if not isinstance(data, dict):
        problems.error((), "not-a-mapping", "the file must be a mapping with keys such as agents, teams and routes")
        return None
    tree.data = data
    return tree


def _report_syntax(error: YAMLError, text: str, problems: Problems, syntax: dict[Path, Mark]) -> None:
    at = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "context", None) or ""
    if not isinstance(error, MarkedYAMLError):
        said = getattr(error, "reason", "") or str(error).split("\n", 1)[0]
        position = getattr(error, "position", None)
        if isinstance(position, int):
            before = text[:position]
            syntax[()] = Mark(before.count("\n") + 1, position - before.rfind("\n"))
    if at is not None:
        syntax[()] = Mark(at.line + 1, at.column + 1)
        lines = text.split("\n")
        here = lines[at.line] if at.line < len(lines) else ""
        if "\t" in here[: at.column + 1]:
            said = "a tab cannot indent or separate; use spaces"
    problems.error((), "syntax", " ".join(str(said).split()) or "the file is no YAML")


class _Reader:
    def __init__(self, tree: Tree, env: Mapping[str, str], problems: Problems) -> None:
        self.tree = tree
        self.env = env
        self.problems = problems
        self.nodes = 0

    def value(self, node: Node, path: Path, above: tuple[int, ...]) -> Any:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _TooMuch(f"the file has more than {MOST_NODES:,} values once its aliases are followed")
        if len(above) > DEEPEST:
            raise _TooMuch(f"the file is nested more than {DEEPEST} deep")
        if id(node) in above:
            raise _TooMuch(f"the alias on line {node.start_mark.line + 1} contains itself")
        self.tree.values[path] = _mark(node)
        tag = str(node.tag or "")
        if tag and not tag.startswith("tag:yaml.org,2002:"):
            self.problems.error(path, "unknown-tag", f'the tag "{tag}" means nothing here')
            return None
        if isinstance(node, ScalarNode):
            return self.scalar(node, tag, path)
        inner = (*above, id(node))
        if isinstance(node, SequenceNode):
            read = [self.value(entry, (*path, index), inner) for index, entry in enumerate(node.value)]
            return [entry for entry in read if entry is not _UNSET]
        assert isinstance(node, MappingNode)
        return self.mapping(node, path, inner)

    def mapping(self, node: MappingNode, path: Path, above: tuple[int, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        seen: dict[str, Mark] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.problems.error(path, "bad-key", f"line {key_node.start_mark.line + 1}: a key must be a word")
                continue
            key = str(key_node.value)
            if key == "<<" and key_node.style is None:
                merged.extend(value_node.value if isinstance(value_node, SequenceNode) else [value_node])
                continue
            at = _mark(key_node)
            inner = (*path, key)
            if key in seen:
                self.tree.keys[inner] = at
                self.problems.error(
                    inner, "duplicate-key", f'"{key}" is there already, on line {seen[key].line}', on_key=True
                )
                continue
            seen[key] = self.tree.keys[inner] = at
            made[key] = self.value(value_node, inner, above)
        for source in merged:
            if not isinstance(source, MappingNode):
                self.problems.error(path, "bad-key", "<< wants an alias of a mapping")
                continue
            if id(source) in above:
                raise _TooMuch(f"the alias on line {source.start_mark.line + 1} contains itself")
            for key, value in self.mapping(source, (*path, "<<"), (*above, id(source))).items():
                made.setdefault(key, value)
        return {key: value for key, value in made.items() if value is not _UNSET}

    def scalar(self, node: ScalarNode, tag: str, path: Path) -> Any:
        text = str(node.value)
        if _SECRET.fullmatch(text):
            self.problems.error(
                path, "secret", "a secret does not belong in the file; write $ENV:NAME and set the variable"
            )
            return _UNSET
        name = _ENV.fullmatch(text)
        if name is not None:
            return self.from_environment(name.group(1), path)
        if node.style is not None or tag == "tag:yaml.org,2002:str":
            return text
        if _NULL.fullmatch(text):
            return None
        if _BOOL.fullmatch(text):
            return text.lower() == "true"
        if _INT.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def from_environment(self, name: str, path: Path) -> Any:
        value = self.env.get(name, "")
        if value:
            return value
        if path[:1] in (("agents",), ("defaults",)) and "model" in path:
            return _UNSET  # the next model of the list is asked instead
        self.problems.error(path, "env-missing", f"the environment variable {name} is not set")
        return _UNSET


_UNSET = object()


def _mark(node: Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    width = end.column - start.column if isinstance(node, ScalarNode) and end.line == start.line else 1
    return Mark(start.line + 1, start.column + 1, max(1, width))
