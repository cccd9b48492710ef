"""`/docs`: a page that needs nothing from any other host."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Final, override
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

LOADING: Final = {"src", "href", "srcset", "poster", "action", "data", "background"}
STYLE_URL: Final = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


class Page(HTMLParser):
    """Collects what a page loads, and the text of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []
        self._inside = ""
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.loads += [value for name, value in attrs if name in LOADING and value is not None]

    @override
    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"}:
            self.inline.append(data)


@pytest.fixture(scope="module")
def page(api: httpx.Client) -> Page:
    answer = api.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return Page(answer.text)


def test_everything_that_the_page_loads_is_served_here(api: httpx.Client, page: Page) -> None:
    assert len(page.loads) >= 3
    for address in page.loads:
        assert not urlsplit(address).netloc
        assert not urlsplit(address).scheme
        found = api.get(urljoin("/docs", address))
        assert found.status_code == 200
        assert len(found.content) > 1000


def test_the_pages_own_script_names_no_other_host(page: Page) -> None:
    assert any("SwaggerUIBundle" in text for text in page.inline)
    assert not any(re.search(r"https?://|['\"]//", text) for text in page.inline)


def test_the_style_sheets_load_nothing_from_elsewhere(api: httpx.Client, page: Page) -> None:
    sheets = [address for address in page.loads if address.endswith(".css")]
    assert sheets
    for sheet in sheets:
        found = STYLE_URL.findall(api.get(sheet).text)
        addresses = [address for pair in found for address in pair if address]
        assert all(address.startswith("data:") for address in addresses)


def test_the_scripts_and_styles_have_the_media_types_that_browsers_insist_on(
    api: httpx.Client, page: Page
) -> None:
    kinds = {"js": "javascript", "css": "text/css"}
    for address in page.loads:
        kind = api.get(address).headers["Content-Type"]
        assert kinds[address.rpartition(".")[2]] in kind


def test_the_page_describes_the_api_without_asking_for_it(page: Page) -> None:
    assert any('"/api/predict"' in text for text in page.inline)


def test_the_bare_address_leads_to_the_page(api: httpx.Client) -> None:
    answer = api.get("/")
    assert answer.is_redirect
    assert answer.headers["Location"] == "/docs"


def test_the_page_may_run_its_own_scripts_and_nothing_else(api: httpx.Client, page: Page) -> None:
    policy = api.get("/docs").headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    [inline] = [text for text in page.inline if "SwaggerUIBundle" in text]
    digest = b64encode(sha256(inline.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in scripts
    assert "unsafe" not in scripts
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_nothing_else_may_run_any_script(api: httpx.Client) -> None:
    for path in (
        "/api/statistics",
        "/openapi.json",
        "/docs/nothing",
        "/docs/assets/swagger-ui.css",
    ):
        policy = api.get(path).headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
