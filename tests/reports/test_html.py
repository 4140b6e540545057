"""The report for people: all is in it, nothing else is loaded, and nothing an engine said is markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from reports.formats.html import html
from reports.formats.plot import BOTTOM, LEFT, RIGHT, TOP, curve, histogram
from reports.record import RunFinished, RunStarted, Status, Verdict
from reports.run.config import Config
from reports.story import Story, read_story, tell
from tests.reports.sample import events, latencies, register

if TYPE_CHECKING:
    from pathlib import Path

VOID = {
    "meta",
    "br",
    "wbr",
    "col",
    "use",
    "path",
    "circle",
    "line",
    "polyline",
    "rect",
    "input",
    "img",
    "link",
}
LOADING = ("src", "srcset", "href", "action", "data", "poster", "background")


class Page(HTMLParser):
    """What a browser would make of it: elements, ids, links, and whether everything is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in LOADING]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(run_dir: Path) -> str:
    return html(read_story(run_dir))


def judged(*verdicts: Verdict) -> Story:
    told = [events()[0], RunFinished(at=events()[-1].at, verdicts=verdicts, exit_code=0)]
    return tell(told, Config(register=register()))


def headline(page: str) -> str:
    found = re.search(r'<h1 class="verdict"><span class="word">(\w+)</span>', page)
    assert found
    return found[1]


def test_the_page_is_well_formed_and_its_links_lead_somewhere(page: str) -> None:
    parsed = Page(page)

    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link for link in parsed.links if link.removeprefix("#") not in parsed.ids} == set()


def test_nothing_is_loaded_and_nothing_runs(page: str) -> None:
    parsed = Page(page)

    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(parsed.elements)
    assert all(link.startswith("#") for link in parsed.links)
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_what_the_engine_said_is_text(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;alert(" in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_verdict_comes_first(page: str) -> None:
    text = Page(page).text

    assert headline(page) == "FAIL"
    assert "breaks 5 of 43 requirements" in text
    assert "verdict: FAIL verified 4 violated 5 not-exercised 32 waived 1 unknown 1" in text
    assert text.index("verdict: FAIL") < text.index("Signals come in")


def test_each_requirement_is_there_with_text_and_verdict(page: str) -> None:
    rows = dict(re.findall(r'<tr id="([^"]+)" class="([^"]+)">', page))

    assert list(rows) == list(register())
    assert rows["NFR-5"] == "violated"
    assert rows["FR-3"] == "verified"
    assert rows["RF-MMM-01"] == "unknown"
    assert rows["OB-MMM-01"] == "waived"
    text = Page(page).text
    assert not [entry.text for entry in register().values() if entry.text not in text]


def test_each_finding_shows_how_to_see_it_again(page: str) -> None:
    text = Page(page).text

    assert "A viewer created a playbook" in text
    assert '-H "Authorization: Bearer $TOKEN_VIEWER"' in text
    assert "a sound token of vic, tenant-a; roles viewer" in text
    assert "mmm replay RUN f-roles" in text
    assert "9f1c2a34-7b1e-4a57-9d0c-1f2e3d4c5b6a" in text
    assert "seen 2 times" in text


def test_each_fault_is_in_the_matrix_with_what_came_of_it(page: str) -> None:
    section = page.partition('<section aria-labelledby="faults">')[2].partition("</section>")[0]
    text = " ".join(Page(section.replace("><", "> <")).text.split())
    matrix, _, blows = text.partition("Each of the 6 faults")

    assert "Who delay kill never answer reset status" in matrix
    assert "eris passed 1 scenario fired 2 times 1 of 2 never fired" in matrix
    assert "not tried not finished 1 scenario fired once" in matrix
    assert "failed 1 scenario fired once" in matrix
    assert "never fired 1 scenario: unknown unknown 1 scenario fired 3 times" in matrix
    assert "llm reset whatever was asked unknown: Without the gateway mentors are static." in blows
    assert "never fired" in blows
    assert "POST /v1/evidence/receipts" in blows
    assert "2 times, 0.040 to 0.080 s later" in blows


def test_a_run_without_faults_says_so() -> None:
    assert "nothing was made to misbehave" in html(judged(Verdict("FR-1", Status.VERIFIED)))


def test_what_of_the_contract_was_exercised_is_told_with_what_was_not(page: str) -> None:
    section = page.partition('<section aria-labelledby="contract">')[2].partition("</section>")[0]
    text = " ".join(Page(section.replace("><", "> <")).text.split())

    assert "operations 2 of 2 100 % 0" in text
    assert "status codes 2 of 2 100 % 1" in text
    assert "enum values 1 of 3 33.3 % 0" in text
    assert 'Not exercised: 2 of the enum values POST /decide request.severity = "info"' in text
    assert "need not be: 1 of the status codes left to the engine POST /decide 413" in text
    assert 'style="width: 33.3%"' in section
    assert "narrowed" not in text


def test_a_narrowed_run_says_that_its_coverage_is_so() -> None:
    began, *rest = events()
    assert isinstance(began, RunStarted)
    narrowed = tell([replace(began, selection="--suite features"), *rest], Config(register=register()))

    assert "This is the coverage of a narrowed run (<code>--suite features</code>)" in html(narrowed)


def test_a_run_that_saw_no_contract_says_so() -> None:
    assert "It was not observed." in html(judged(Verdict("FR-1", Status.VERIFIED)))


def test_the_load_is_drawn_with_its_objective_and_called_smoke(page: str) -> None:
    assert page.count("<polyline") == 2
    assert page.count("Smoke: can show NFR-1 violated, not verified.") == 2
    assert "ide: p95 misses its objective" in page
    assert "ci: p95 keeps its objective" in page
    assert "objective 150 ms" in page


def test_stages_environment_receipts_and_notes_are_there(page: str) -> None:
    text = Page(page).text

    for said in (
        "PostgreSQL 18.6, Valkey 9.1, 8 fakes",
        "the gateway fault never fired",
        "1.93 s",
        "caught 118 of 120 seeded defects, blamed rightly 117, false alarms 0 in 10 sound runs",
        "measured 2026-11-22 on mmm-reference-engine with mmm-harness 0.1.0",
        "contracts/openapi/engine.yaml",
        "chain broken",
        "prev_hash is not that of r-1",
        "Deviation in force",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("status", "word", "said"),
    [
        (Status.VERIFIED, "PASS", "Nothing that was looked at is broken: 1 of 1"),
        (Status.UNKNOWN, "UNKNOWN", "a check crashed or looked at nothing"),
        (Status.VIOLATED, "FAIL", "breaks 1 of 1"),
        (Status.NOT_EXERCISED, "PASS", "about it this report says nothing"),
    ],
)
def test_the_lead_says_what_the_word_means(status: Status, word: str, said: str) -> None:
    page = html(judged(Verdict("FR-1", status)))

    assert headline(page) == word
    assert said in " ".join(Page(page).text.split())


def test_a_run_that_was_killed_says_so() -> None:
    page = html(tell(events()[:1], Config(register=register())))

    assert headline(page) == "UNKNOWN"
    assert "ended before it was judged" in page
    assert "No load was run" in page
    assert "No receipts were collected" in page


def test_an_answer_that_is_long_is_cut_and_says_so(run_dir: Path) -> None:
    story = read_story(run_dir)
    (finding,) = (each for each in story.findings if each.id == "f-fuzz-1")
    exchange = story.exchanges[finding.exchanges[-1]]

    assert exchange.response
    story.exchanges[exchange.id] = replace(exchange, response=replace(exchange.response, body="y" * 5000))

    assert "… (3500 more characters)" in html(story)


@pytest.mark.parametrize("count", [1, 2, 20, 5000])
@pytest.mark.parametrize("objective", [1.0, 150.0, 9000.0])
def test_plots_stay_within_their_axes(count: int, objective: float) -> None:
    measured = latencies(7, 80.0, count)

    line, bars = curve(measured, objective), histogram(measured, objective)

    points = [tuple(map(float, each.split(","))) for each in line.points.split()]
    assert points
    assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in [*points, line.p95])
    assert TOP <= line.objective <= BOTTOM
    assert all(LEFT <= bar.x <= bar.x + bar.width <= RIGHT and bar.y >= TOP for bar in bars.bars)
    assert LEFT <= bars.objective <= RIGHT
    assert sum(int(bar.title.rpartition(" ")[2]) for bar in bars.bars) == count


def test_the_histogram_marks_what_is_over_the_objective() -> None:
    bars = histogram([10.0, 20.0, 160.0, 170.0], 150.0).bars

    assert [bar.over for bar in bars] == [False, False, True, True]


def test_the_curve_rises() -> None:
    heights = [float(each.split(",")[1]) for each in curve(latencies(3, 50.0, 400), 150.0).points.split()]

    assert heights == sorted(heights, reverse=True)
