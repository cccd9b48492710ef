"""What the Dockerfile does besides installing: choose from the lock, leave out, and list.

python prepare.py lock requirements.txt [--plots yes] [--only NAMES]   print the part that is wanted
python prepare.py slim /opt/railfair                                   remove what is never read
python prepare.py used NAMES                                           print the compiled files
                                                      that the modules NAMES and theirs come from
python prepare.py sbom                                                 list what is installed here

Nothing but the standard library is needed.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from importlib import import_module
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final

PLOTS: Final = frozenset(
    ["matplotlib", "contourpy", "cycler", "fonttools", "kiwisolver", "pillow", "pyparsing"]
)
"""What only `railfair backtest --plot` needs."""
UNUSED: Final = frozenset(["faker", "polyfactory", "rich-click"])
"""What Litestar names for making up examples, and for a command line that is not used."""
USELESS_FOLDERS: Final = (
    "**/tests", "**/test", "**/testing/tests", "numpy/_core/include", "numpy/_core/lib",
    "numpy/f2py", "numba/cuda", "sqlalchemy/dialects/mssql", "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/oracle", "sqlalchemy/testing", "holidays/locale",
)  # fmt: skip
USELESS_FILES: Final = (
    "**/*.pyi", "**/*.pxd", "**/*.pyx", "**/*.c", "**/*.h", "**/*.a",
    "pygments/lexers/[a-z]*.py", "litestar_offline_docs/static/asyncapi-*.js",
)  # fmt: skip
NEEDED_FILES: Final = frozenset({"pygments/lexers/python.py", "pygments/lexers/special.py"})
"""What tracebacks are coloured by."""
NEEDED_FOLDERS: Final = frozenset({"numpy/testing", "numba/testing"})
BLOCK: Final = re.compile(r"^([A-Za-z0-9._-]+)==.*(?:\n[ \t]+.*)*", re.MULTILINE)
STRIPPED_BADLY: Final = "numpy.libs"
"""Libraries that were moved into a wheel and do not always bear being changed again."""
DEBIAN: Final = Path("/var/lib/dpkg/status")


def main(arguments: Sequence[str]) -> None:
    """Do what *arguments* say; see the top of this file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    lock = commands.add_parser("lock")
    lock.add_argument("file", type=Path)
    lock.add_argument("--plots", choices=["yes", "no"], default="no")
    lock.add_argument("--only", type=lambda given: frozenset(given.split(",")))
    slim = commands.add_parser("slim")
    slim.add_argument("folder", type=Path)
    used = commands.add_parser("used")
    used.add_argument("names", nargs="+")
    commands.add_parser("sbom")
    given = parser.parse_args(arguments)
    match given.command:
        case "lock":
            left_out = UNUSED if given.plots == "yes" else UNUSED | PLOTS
            print(chosen(given.file.read_text("utf-8"), left_out=left_out, only=given.only))
        case "slim":
            for site_packages in given.folder.glob("lib/python3*/site-packages"):
                slimmed(site_packages)
        case "used":
            print("\n".join(compiled(given.names)))
        case _:
            debian = DEBIAN.read_text("utf-8") if DEBIAN.exists() else ""
            print(json.dumps(bill_of_materials(distributions(), debian), indent=1))


def chosen(lock: str, *, left_out: frozenset[str], only: frozenset[str] | None) -> str:
    """Return *lock* without the packages *left_out*, or with those in *only* alone; hashes stay."""
    blocks = {found[1].lower(): found[0] for found in BLOCK.finditer(lock)}
    wanted = blocks.keys() - left_out if only is None else blocks.keys() & only
    if only is not None and (missing := only - wanted):
        raise SystemExit(f"the lock has no {', '.join(sorted(missing))}")
    return "\n".join(block for name, block in blocks.items() if name in wanted)


def slimmed(site_packages: Path) -> None:
    """Remove tests, headers, symbols and the like from *site_packages*."""
    for pattern in USELESS_FOLDERS:
        for folder in list(site_packages.glob(pattern)):
            if folder.is_dir() and str(folder.relative_to(site_packages)) not in NEEDED_FOLDERS:
                shutil.rmtree(folder)
    for pattern in USELESS_FILES:
        for file in list(site_packages.glob(pattern)):
            if file.is_file() and str(file.relative_to(site_packages)) not in NEEDED_FILES:
                file.unlink()
    libraries = [
        str(file) for file in site_packages.glob("**/*.so*") if STRIPPED_BADLY not in file.parts
    ]
    subprocess.run(["strip", "--strip-unneeded", *libraries], check=True)  # noqa: S603, S607


def compiled(names: Sequence[str]) -> list[str]:
    """Return the compiled files of all modules that importing those called *names* imports.

    They are named as seen from where Python is installed; its own are not among them.
    """
    for name in names:
        import_module(name)
    files = {getattr(module, "__cached__", None) for module in list(sys.modules.values())}
    prefix = f"{sys.prefix}/"
    return sorted(file.removeprefix(prefix) for file in files if file and file.startswith(prefix))


def bill_of_materials(found: Iterator[Distribution] | Sequence[Distribution], debian: str) -> Any:
    """Return what is installed: Python, its packages, and Debian's. Source: CycloneDX 1.6."""
    version = ".".join(map(str, sys.version_info[:3]))
    components = [
        {"type": "platform", "name": "python", "version": version,
         "purl": f"pkg:generic/python@{version}"},
        *sorted(map(_of_python, found), key=lambda one: str(one["purl"])),
        *_of_debian(debian),
    ]  # fmt: skip
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "railfair"}},
        "components": components,
    }


def _of_python(package: Distribution) -> dict[str, Any]:
    told: Message | Mapping[str, str] = package.metadata  # type: ignore[assignment]
    name = re.sub(r"[-_.]+", "-", told["Name"]).lower()
    component: dict[str, Any] = {
        "type": "library",
        "name": name,
        "version": package.version,
        "purl": f"pkg:pypi/{name}@{package.version}",
    }
    licence = told.get("License-Expression") or told.get("License")
    if licence and "\n" not in licence:
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def _of_debian(status: str) -> Iterator[dict[str, Any]]:
    for paragraph in status.split("\n\n"):
        fields = dict(
            re.findall(r"^(Package|Version|Architecture): (.+)$", paragraph, re.MULTILINE)
        )
        if fields.keys() >= {"Package", "Version", "Architecture"}:
            name, version, machine = (fields[key] for key in ("Package", "Version", "Architecture"))
            purl = f"pkg:deb/debian/{name}@{version}?arch={machine}"
            yield {"type": "library", "name": name, "version": version, "purl": purl}


if __name__ == "__main__":
    main(sys.argv[1:])
