"""Values that are made in a quicker way are the same values."""

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from routing.replacing import maker, quick, replaced


@dataclass(frozen=True, slots=True)
class Plain:
    kind: str
    names: tuple[str, ...]
    twin: int = 3
    _kind: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    kind: str
    names: tuple[str, ...]
    twin: int = 3
    _kind: str | None = None


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("a", ("b",)), {}),
        (("a",), {"names": ("b", "c"), "twin": 0}),
        ((), {"names": (), "kind": "", "_kind": "x"}),
        (("a", (), 1, "x"), {}),
    ],
)
def test_a_quick_one_has_the_same_fields_and_defaults(args: tuple[object, ...], named: dict[str, object]) -> None:
    plain, one = Plain(*args, **named), Quick(*args, **named)  # type: ignore[arg-type]

    assert repr(one).replace("Quick", "Plain") == repr(plain)
    assert hash(one) == hash(plain)
    assert one == Quick(*args, **named)  # type: ignore[arg-type]
    assert type(one) is Quick
    assert replace(one, twin=9) == replaced(one, twin=9) != one
    assert pickle.loads(pickle.dumps(one)) == one


def test_it_is_frozen_and_takes_what_it_took() -> None:
    one = Quick("a", ())

    with pytest.raises(FrozenInstanceError):
        one.twin = 4  # type: ignore[misc]
    with pytest.raises(TypeError, match="names"):
        Quick("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="other"):
        Quick("a", (), other=1)  # type: ignore[call-arg]


def test_what_makes_one_of_all_its_fields_makes_the_same() -> None:
    assert maker(Quick)("a", (), 3, None) == Quick("a", ())
    assert maker(Plain)("a", (), 3, None) == Plain("a", ())


def test_a_class_that_does_something_at_birth_is_refused_and_made_as_ever() -> None:
    @dataclass(frozen=True, slots=True)
    class Counted:
        names: list[str] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Checked:
        age: int

        def __post_init__(self) -> None:
            if self.age < 0:
                raise ValueError(self.age)

    for kind in (Counted, Checked):
        with pytest.raises(TypeError, match=kind.__name__):
            quick(kind)
    with pytest.raises(ValueError, match="-1"):
        maker(Checked)(-1)
