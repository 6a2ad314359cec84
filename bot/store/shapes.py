"""How a dataclass becomes `[tag, field, field ...]` and back: a writer and a reader for each type.

They are source, made from the types' fields when this is imported, as `dataclasses` makes `__init__`. What walks over
the fields of each value instead takes three times as long, and a worker's event stores some twenty values.

A field is written as its type says, or otherwise where a form says so: `Moment`, `Word` and `AsWhole` stand there
instead of the type. They are relative to the conversation that a value is part of, the `whole`.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import structlog

from routing.replacing import maker

from .tags import TAGS
from .words import NUMBERS, word

log = structlog.get_logger("baton.store")

Writer = Callable[[Any, Any], list[Any]]
"""Value, whole -> `[tag, field, field ...]`, without fields at the end that are their default."""
Reader = Callable[[list[Any], Any], Any]
"""`[tag, field, field ...]`, whole -> value. What is damaged raises whatever it leads to."""
Convert = Callable[[Any, Any], Any]
Form = Mapping[type, Mapping[str, Any]]
"""Type -> field -> what it is written as."""


class CodecError(Exception):
    """A stored value cannot be read with certainty. The text names its key and what is wrong with it."""


class Moment:
    """Milliseconds since the whole was created; None is 0, which means never."""


class Word:
    """A word of a closed list as its number; one that has none stays as it is."""


@dataclass(frozen=True, slots=True)
class AsWhole:
    """None where the whole says the same under this name."""

    name: str


class Shapes:
    """The writers and readers of all types in one form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.writers: dict[type, Writer] = {}
        self.readers: dict[int, Reader] = {}
        # What stands in the source, beside the functions themselves.
        self._scope: dict[str, Any] = {"number": NUMBERS.get, "word": word, "pick": self._pick, "writers": self.writers}
        for kind, tag in TAGS.items():
            self.writers[kind] = self._made(f"write_{tag}", self._writer(kind, tag))
            self.readers[tag] = self._made(f"read_{tag}", self._reader(kind, tag))

    def fields(self, kind: type) -> list[tuple[str, Any, Any]]:
        """Name, type or what the form has instead, and default or MISSING of each field, in order."""
        hints = get_type_hints(kind) | dict(self._form.get(kind, {}))
        return [(field.name, hints[field.name], _default_of(field)) for field in fields(kind)]

    def converter(self, hint: Any) -> Convert:
        """What reads one value of that type by itself."""
        source = f"def convert(stored, whole): return {self._read(hint, 'stored')}"
        made: Convert = self._made("convert", [source])
        return made

    def _made(self, name: str, source: list[str]) -> Any:
        exec("\n".join(source), self._scope)  # noqa: S102 - names of fields, tags, and what stands below
        return self._scope[name]

    # ---- writing

    def _writer(self, kind: type, tag: int) -> list[str]:
        declared = self.fields(kind)
        stored = ", ".join(self._stored(hint, f"value.{name}") for name, hint, _ in declared)
        source = [f"def write_{tag}(value, whole):", f"    record = [{tag}, {stored}]"]
        for place, (name, _, default) in reversed([*enumerate(declared)]):
            if default is MISSING:
                break
            source += [f"    if {self._differs(f'value.{name}', default, f'default_{tag}_{place}')}: return record"]
            source += ["    record.pop()"]
        return [*source, "    return record"]

    def _differs(self, value: str, default: Any, name: str) -> str:
        if default is None or isinstance(default, bool):
            return f"{value} is not {default}"
        if isinstance(default, int | str):
            return f"{value} != {default!r}"
        self._scope[name] = default
        return f"{value} is not {name} and {value} != {name}"

    def _stored(self, hint: Any, value: str) -> str:
        """The expression that stores `value`: the same where msgpack knows it, or asks for it (codec.py)."""
        members = get_args(hint)
        if hint is Moment:
            return f"({value} - whole.created_ms if {value} else None)"
        if hint is Word:
            return f"number({value}, {value})"
        if isinstance(hint, AsWhole):
            return f"(None if {value} == whole.{hint.name} else {value})"
        if get_origin(hint) in (Union, UnionType):
            return self._stored_union(members, value)
        if get_origin(hint) is tuple:
            return self._stored_tuple(members, value)
        if is_dataclass(hint):
            return self._stored_part(hint, value)
        return value

    def _stored_part(self, kind: Any, value: str) -> str:
        tag, declared = _tag(kind), self.fields(kind)
        if len(declared) > 2 or any(default is not MISSING for _, _, default in declared):
            return f"write_{tag}({value}, whole)"
        parts = (self._stored(hint, f"{value}.{name}") for name, hint, _ in declared)
        return f"[{tag}, {', '.join(parts)}]"

    def _stored_union(self, members: tuple[Any, ...], value: str) -> str:
        present = [member for member in members if member is not NoneType]
        if len(present) > 1:
            if not any(map(is_dataclass, present)):
                return value
            stored = f"writers[type({value})]({value}, whole)"
        elif present == [Moment]:
            stored = f"{value} - whole.created_ms"
        else:
            stored = self._stored(present[0], value)
        if stored == value or len(present) == len(members):
            return stored
        return f"(None if {value} is None else {stored})"

    def _stored_tuple(self, members: tuple[Any, ...], value: str) -> str:
        if members[1:] == (Ellipsis,):
            item = f"each{value.count('each')}"
            stored = self._stored(members[0], item)
            return value if stored == item else f"[{stored} for {item} in {value}]"
        items = [f"{value}[{place}]" for place in range(len(members))]
        parts = [self._stored(member, item) for member, item in zip(members, items, strict=True)]
        return value if parts == items else f"[{', '.join(parts)}]"

    # ---- reading

    def _reader(self, kind: type, tag: int) -> list[str]:
        declared = self.fields(kind)
        defaults = tuple(default for _, _, default in declared if default is not MISSING)
        required, known = len(declared) - len(defaults), len(declared)
        self._scope |= {f"make_{tag}": maker(kind), f"defaults_{tag}": defaults}
        self._scope[f"fit_{tag}"] = lambda fields: _fit(kind, fields, required, known)
        source = [
            f"def read_{tag}(record, whole):",
            "    fields = record[1:]",
            f"    if not {required} <= len(fields) <= {known}: fit_{tag}(fields)",
            "    count = len(fields)",
        ]
        for place, (_, hint, _) in enumerate(declared):
            field = f"fields[{place}]"
            read = self._read(hint, field)
            if read != field:
                present = "" if place < required else f"if count > {place}: "
                source.append(f"    {present}{field} = {read}")
        if defaults:
            source.append(f"    fields += defaults_{tag}[count - {required}:]")
        return [*source, f"    return make_{tag}(*fields)"]

    def _read(self, hint: Any, stored: str) -> str:
        """The expression that reads what `_stored` stored."""
        origin, members = get_origin(hint), get_args(hint)
        if hint is Moment:
            return f"(0 if {stored} is None else {stored} + whole.created_ms)"
        if hint is Word:
            return f"word({stored})"
        if isinstance(hint, AsWhole):
            return f"(whole.{hint.name} if {stored} is None else {stored})"
        if origin in (Union, UnionType):
            return self._read_union(members, stored)
        if origin is tuple:
            return self._read_tuple(members, stored)
        if origin is frozenset:
            return f"frozenset({stored})"
        if is_dataclass(hint):
            return self._read_part([hint], stored)
        if isinstance(origin, type) and issubclass(origin, Mapping) and self._read(members[1], "value") != "value":
            raise TypeError(f"the codec does not know how to read {hint}")
        return stored

    def _read_part(self, kinds: list[Any], stored: str) -> str:
        tags = tuple(map(_tag, kinds))
        if len(tags) > 1:
            return f"pick({stored}, whole, {tags})"
        return f"(read_{tags[0]}({stored}, whole) if {stored}[0] == {tags[0]} else pick({stored}, whole, {tags}))"

    def _read_union(self, members: tuple[Any, ...], stored: str) -> str:
        present = [member for member in members if member is not NoneType]
        parts = [member for member in present if is_dataclass(member)]
        if parts:
            if len(parts) != len(present):
                raise TypeError(f"the codec cannot tell the members of {members} apart")
            read = self._read_part(parts, stored)
        elif present == [Moment]:
            read = f"{stored} + whole.created_ms"
        else:
            read = self._read(present[0], stored)
            if len(present) > 1 and any(self._read(member, stored) != stored for member in present):
                raise TypeError(f"the codec cannot tell the members of {members} apart")
        if read == stored or len(present) == len(members):
            return read
        return f"(None if {stored} is None else {read})"

    def _read_tuple(self, members: tuple[Any, ...], stored: str) -> str:
        if members[1:] == (Ellipsis,):
            item = f"each{stored.count('each')}"
            read = self._read(members[0], item)
            return f"tuple({stored})" if read == item else f"tuple([{read} for {item} in {stored}])"
        items = [f"{stored}[{place}]" for place in range(len(members))]
        parts = [self._read(member, item) for member, item in zip(members, items, strict=True)]
        return f"tuple({stored})" if parts == items else f"({', '.join(parts)},)"

    def _pick(self, stored: Any, whole: Any, tags: tuple[int, ...]) -> Any:
        """A value of one of these tags."""
        tag = stored[0] if isinstance(stored, list) and stored else None
        if tag not in tags:
            if tag is None:
                raise CodecError("a nested record has no tag")
            raise CodecError(f"tag {tag} is not of this field" if tag in self.readers else f"unknown tag {tag!r}")
        return self.readers[tag](stored, whole)


def _tag(kind: type) -> int:
    if kind not in TAGS:
        raise TypeError(f"{kind.__name__}: stored, but without a tag")
    return TAGS[kind]


def _default_of(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _fit(kind: type, fields: list[Any], required: int, known: int) -> None:
    """More or fewer fields than this version writes."""
    count = len(fields)
    if count < required:
        raise CodecError(f"{kind.__name__} with {count} fields, {required} to {known} are known here")
    tell_of_newer(kind, count, known)
    del fields[known:]


@cache
def tell_of_newer(kind: type, count: int, known: int) -> None:
    """Once per kind and process: in a rolling upgrade there is one in every conversation."""
    log.warning("store.newer_record", type=kind.__name__, fields=count, known=known)
