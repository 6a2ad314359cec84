"""Fetch what the console serves from others: `python tools/vendor.py` packs each package of vendor.json with npm.

The tarball must have the sha512 that vendor.json pins; then only the files named there are kept, licence included, and
the hash of each is written back. There is no build: what the browser gets is what the package holds.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tools" / "vendor.json"
TARGET = ROOT / "bot" / "web" / "static" / "vendor"


def sha512(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def fetch(package: str, version: str, folder: Path) -> bytes:
    """The package's tarball, by the ordinary npm client."""
    name = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    return (folder / name).read_bytes()


def unpack(tarball: Path, files: dict[str, str]) -> dict[str, bytes]:
    """The wanted files by the name they get here; `files` maps that name to the path in the package."""
    with tarfile.open(tarball) as archive:
        found = {}
        for name, path in files.items():
            member = archive.extractfile(f"package/{path}")
            assert member is not None, f"{path} is no file of the package"
            found[name] = member.read()
    return found


def main() -> None:
    packages = json.loads(LIST.read_text())
    for package in packages:
        with tempfile.TemporaryDirectory() as place:
            content = fetch(package["package"], package["version"], Path(place))
            if sha512(content) != package["sha512"]:
                sys.exit(f"{package['package']} {package['version']}: the tarball's sha512 is {sha512(content)}")
            tarball = Path(place) / "vendored.tgz"
            tarball.write_bytes(content)
            package["hashes"] = {}
            for name, data in unpack(tarball, package["files"]).items():
                target = TARGET / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                package["hashes"][name] = sha512(data)
    LIST.write_text(json.dumps(packages, indent=2) + "\n")


if __name__ == "__main__":
    main()
