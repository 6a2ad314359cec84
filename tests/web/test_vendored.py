"""What the console serves from others is what was pinned."""

import json
from pathlib import Path

import pytest

from tools.vendor import LIST, TARGET, sha512

PACKAGES = json.loads(LIST.read_text())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["package"])
def test_a_vendored_file_is_the_one_that_was_pinned_and_its_licence_lies_beside_it(
    package: dict[str, dict[str, str]],
) -> None:
    assert package["hashes"].keys() == package["files"].keys()
    for name, pinned in package["hashes"].items():
        assert sha512((TARGET / name).read_bytes()) == pinned
    assert any(Path(name).name == "LICENSE" for name in package["files"])


def test_nothing_else_lies_among_the_vendored_files() -> None:
    pinned = {name for package in PACKAGES for name in package["files"]}

    assert {str(path.relative_to(TARGET)) for path in TARGET.rglob("*") if path.is_file()} == pinned
