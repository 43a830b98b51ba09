"""The page as text: nothing foreign, nothing hostile, the figures of the run."""

import html
import re
import shutil
from pathlib import Path

import pytest

from nymgraph.pipeline.errors import ArtefactError, InputError
from nymgraph.pipeline.report import render_report
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.schemas import MARKS, PAIRS, SENSES
from nymgraph.pipeline.settings.params import ReportParams
from nymgraph.pipeline.stages import report
from tests.report.finished_run import CLUSTERS, INJECTION, TERMS, as_data, rows, section

MEASURED = ("flow", "blind-spot", "judgements", "gates", "purity")
SECTIONS = ("overview", "everyday", "search", *MEASURED)
ALL = (*SECTIONS, "clusters", "previous")


def test_it_refers_to_nothing_outside(page: str) -> None:
    loading = re.findall(r'(?:src|href|action|data)="([^"]*)"', page)
    assert {target for target in loading if not target.startswith(("#", "data:,"))} == set()
    assert not re.search(r"https?:|url\((?!#)|@import", page)
    assert "default-src 'none'" in page


def test_a_hostile_term_is_text(page: str) -> None:
    assert INJECTION not in page
    assert html.escape(INJECTION) in section(page, "clusters")
    names = [set(cluster["members"]) for cluster in as_data(page)]
    assert {INJECTION, "hot", "warm"} in names
    assert page.count("</script>") == 2  # the data and the script of the page, nobody else's


def test_every_section_is_there_in_order(page: str) -> None:
    assert tuple(re.findall(r'<section id="([^"]+)">', page)) == ALL
    assert "No data" not in page


def test_the_flow_counts_rows_and_time(page: str) -> None:
    flow = section(page, "flow")
    assert "terms <b>10</b>" in flow
    assert "1 min 12 s" in flow
    assert "1,234 MB" in flow
    assert re.search(r"duplicate</bdi></td>\s*<td[^>]*>1</td>", flow)


def test_figures_come_with_what_they_are_measured_on(page: str) -> None:
    overview = section(page, "overview")
    assert "they hold 7 terms (70.0 %)" in overview
    assert "on 10 pairs of held-out terms" in overview
    assert "of 3 known antonym pairs" in overview


def test_clusters_by_size_are_counted_from_the_judged_pairs(page: str) -> None:
    # big: 6 pairs, edges big-huge, big-large; hot: 3 pairs, edge hot-warm; one of the nine is known
    purity = section(page, "purity")
    row = re.search(r"3 to 4</bdi></td>(.*?)</tr>", purity, re.DOTALL)
    assert row is not None
    assert re.findall(r'data-sort="([^"]*)"', row[1])[:2] == ["2", "7"]
    assert "66.7 %" in row[1]
    assert "11.1 %" in row[1]


def test_the_most_conflicted_pair_is_the_likeliest_antonym_inside(page: str) -> None:
    table = section(page, "clusters").split("Most conflicted")[-1]
    first = re.search(r"<tbody>\s*<tr>(.*?)</tr>", table, re.DOTALL)
    assert first is not None
    assert re.findall(r"<bdi>(.*?)</bdi>", first[1])[:2] == ["big", "vast"]
    assert 'data-sort="0.2' in first[1]


def test_the_search_box_gets_the_sample_with_its_opposites(run: RunData) -> None:
    everything = as_data(render_report(run))
    assert {cluster["name"]: cluster["opposites"] for cluster in everything} == {
        "big": ["hot"],
        "hot": ["big"],
    }
    assert {cluster["name"]: cluster["members"] for cluster in everything} == {
        name: members for name, members, _ in CLUSTERS.values()
    }
    one = RunData(run.workspace, ReportParams(sample_clusters=1))
    assert len(as_data(render_report(one))) == 1


def test_clusters_are_called_as_people_would_and_marks_are_shown(run: RunData) -> None:
    """By the word used most in that meaning; vulgar members last, with their mark."""
    ids = {term: row for row, term in enumerate(TERMS)}
    others = {"big": ["large", "huge"], "large": ["big"], "huge": ["big"], "vast": []}
    senses = [
        (
            ids[term],
            1,
            1.0,
            count,
            "counts",
            "adjective",
            "",
            [ids[x] for x in others[term]],
            [],
            [],
        )
        for term, count in (("big", 10.0), ("huge", 5.0), ("large", 90.0), ("vast", 1.0))
    ]
    run.workspace.write(SENSES, rows(SENSES, senses))
    run.workspace.write(MARKS, rows(MARKS, [(ids["big"], 0, "vulgar"), (ids["hot"], 1, "slur")]))
    fresh = RunData(run.workspace, run.params)
    found = {cluster["name"]: cluster["members"] for cluster in as_data(render_report(fresh))}
    assert found["large"] == ["huge", "large", "vast", "big (vulgar)"]
    assert "hot" in found["hot"]


@pytest.mark.parametrize(
    ("folder", "silent"),
    [
        ("label", {"blind-spot"}),
        ("train", {"judgements"}),
        ("evaluate", {"everyday", "gates"}),
        ("cluster", {"overview", "search", "gates", "purity", "clusters"}),
        ("export", {"previous"}),
    ],
)
def test_a_section_without_its_files_says_so(run: RunData, folder: str, silent: set[str]) -> None:
    shutil.rmtree(run.workspace.root / folder)
    page = render_report(RunData(run.workspace, run.params))
    assert {name for name in ALL if "No data" in section(page, name)} == silent
    assert f"It comes from: {folder}" in page


def test_without_labelled_antonyms_the_blind_spot_is_not_measured(run: RunData) -> None:
    run.workspace.write(PAIRS, PAIRS.empty())
    text = section(render_report(RunData(run.workspace, run.params)), "blind-spot")
    assert "no labelled pairs" in text


def test_a_damaged_file_stops_it(run: RunData) -> None:
    run.workspace.path("evaluate", "metrics.json").write_text("{", "utf-8")
    with pytest.raises(ArtefactError, match="damaged"):
        render_report(RunData(run.workspace, run.params))


def test_a_previous_run_is_compared(run: RunData, tmp_path: Path) -> None:
    shutil.copytree(run.workspace.root, tmp_path / "old")
    with_old = RunData(run.workspace, ReportParams(previous=tmp_path / "old"))
    text = section(render_report(with_old), "previous")
    assert "+0.000" in text
    kept = re.search(r"kept</bdi></td>\s*<td[^>]*>(\d+)</td>", text)
    assert kept is not None
    assert kept[1] == "2"
    of_export = RunData(run.workspace, ReportParams(previous=tmp_path / "old" / "export"))
    assert "its figures are not known" in section(render_report(of_export), "previous")


def test_a_previous_run_that_is_none_is_the_users_fault(run: RunData, tmp_path: Path) -> None:
    wrong = RunData(run.workspace, ReportParams(previous=tmp_path / "nowhere"))
    with pytest.raises(InputError, match="holds no run"):
        render_report(wrong)


def test_the_stage_writes_the_same_page_again(run: RunData) -> None:
    report.run(ReportParams(), run.workspace)
    path = run.workspace.path("report", "report.html")
    first = path.read_bytes()
    report.run(ReportParams(), run.workspace)
    assert path.read_bytes() == first
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
