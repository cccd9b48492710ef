"""Prints the notes of a release: `python3 deploy/release_notes.py v0.2.0`.

They are the section of the version in `CHANGELOG.md`. Fails if there is none, if it says that the
version is unreleased yet, or if `pyproject.toml` has another version than the tag.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"v(\d+\.\d+\.\d+)")


def notes(tag: str, project: str, changelog: str) -> str:
    """Return the notes of *tag* by the texts of `pyproject.toml` and `CHANGELOG.md`.

    Raises:
        ValueError: the three do not agree; the message says which.
    """
    found = TAG.fullmatch(tag)
    if found is None:
        raise ValueError(f"{tag} is no tag of a release: those look like v0.2.0")
    version = found[1]
    ours = tomllib.loads(project)["project"]["version"]
    if ours != version:
        raise ValueError(f"the tag is {tag}, but pyproject.toml says {ours}")
    for section in changelog.split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        name, _, when = heading.partition(",")
        if name.strip() == version:
            if "unreleased" in when:
                raise ValueError(f"CHANGELOG.md says that {version} is unreleased")
            return body.strip() + "\n"
    raise ValueError(f"CHANGELOG.md has no section ## {version}")


def main() -> None:
    """Print the notes of the tag that is named, or say what is wrong and fail."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    try:
        print(notes(sys.argv[1], project, changelog), end="")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
