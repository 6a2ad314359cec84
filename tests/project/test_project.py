"""The project holds what it promises about itself: no addresses, no paths of a machine, arrows that point down."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("boot", "run", "dev", "e2e", "bench", "model")


def tracked_files() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_by_hash_and_names_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()

    assert "://" not in text
    assert "--hash=sha256:" in text


def test_no_file_names_a_package_index_or_a_path_of_this_machine() -> None:
    hosts = "|".join(re.escape(".".join(host)) for host in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")))
    forbidden = re.compile(rf"{hosts}|(?<![\w.])/(work|farm)/")

    found = []
    for path in tracked_files():
        if "vendor" in path.parts or path.suffix in {".png", ".svg", ".ico"}:
            continue
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
            if forbidden.search(line) and path != Path(__file__):
                found.append(f"{path.relative_to(ROOT)}:{number}")

    assert found == []


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("routing/broken_on_purpose.py", "import bot", "Imports point down only"),
        ("routing/broken_on_purpose.py", "import asyncio", "The routing ring is pure"),
        ("handlers/broken_on_purpose.py", "import redis", "The handlers know no vendor"),
        ("bot/agents/broken_on_purpose.py", "import routing.policy", "The agents library stands alone"),
    ],
)
def test_an_import_that_points_up_is_noticed_and_the_contract_named(
    tmp_path: Path, file: str, line: str, contract: str
) -> None:
    for ring in ("bot", "handlers", "routing"):
        shutil.copytree(ROOT / ring, tmp_path / ring, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / file).write_text(line + "\n")

    linter = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run(
        [linter, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}
    )

    assert result.returncode != 0
    broken = [row for row in result.stdout.splitlines() if "BROKEN" in row]
    assert any(contract in row for row in broken), result.stdout


def test_the_maps_name_files_that_exist() -> None:
    for page in ("docs/route.md", "docs/glossary.md", "README.md"):
        text = (ROOT / page).read_text()
        for name in re.findall(r"(?:bot|handlers|routing|docs|bench)/[\w/]+\.(?:py|md)", text):
            assert (ROOT / name).is_file(), f"{page} names {name}, which is not there"
        for script in re.findall(r"lua/\w+\.lua", text):
            assert (ROOT / "bot" / "store" / script).is_file(), f"{page} names {script}, which is not there"
