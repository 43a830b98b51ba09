import re
from pathlib import Path

import pytest

from docs.site import API, NAVIGATION, build, build_api
from tests.project.imports import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    build_api(folder)
    return folder


def test_every_document_is_a_page() -> None:
    named = {f"{name}.md" for names in NAVIGATION.values() for name in names}
    documents = {*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")}
    assert named == {file.relative_to(ROOT).as_posix() for file in documents}


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        if page.parent.name == "api":
            continue
        text = page.read_text("utf-8")
        assert not re.findall(r'(?:src="|url\(|@import )["\']?https?:', text), page
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            path, _, anchor = link.partition("#")
            target = (page.parent / path) if path else page
            if not link.startswith("http"):
                assert target.is_file(), f"{page}: {link}"
                assert not anchor or f'id="{anchor}"' in target.read_text("utf-8"), link


def test_the_pages_of_the_api_have_the_public_names(site: Path) -> None:
    assert 'id="ClusterStore"' in (site / API).read_text("utf-8")
