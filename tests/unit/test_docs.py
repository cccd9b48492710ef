"""The documentation: what is generated is up to date, and every link leads somewhere."""

import re
from pathlib import Path
from typing import Final

import pytest

from support.api_page import PAGE, description, page

ROOT: Final = Path(__file__).resolve().parents[2]
HIDDEN: Final = {".venv", "var", "node_modules", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
PAGES: Final = sorted(
    file for file in ROOT.rglob("*.md") if not HIDDEN & set(file.relative_to(ROOT).parts)
)
FENCED: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def prose(file: Path) -> str:
    return FENCED.sub("", file.read_text("utf-8"))


def anchors(file: Path) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in HEADING.findall(prose(file)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        number = 0
        while (name := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(name)
    return found


def test_the_reference_of_the_api_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(description()), "run make docs"


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    for link in LINK.findall(prose(file)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


def test_the_index_lists_every_page() -> None:
    folder = ROOT / "docs"
    listed = set(LINK.findall((folder / "README.md").read_text("utf-8")))
    pages = {str(file.relative_to(folder)) for file in folder.rglob("*.md")} - {"README.md"}
    assert pages <= listed, pages - listed
