"""A review on paper: printed once per version and language, with links back, from nothing but what is kept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from matplotlib import get_data_path
from pytest_httpserver import HTTPServer
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.pipeline.people.act import By, Seen
from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.people.rate import Rating, rate
from orderwatch.pipeline.review import write_reviews
from orderwatch.web import paper
from orderwatch.web.paper import PaperError, print_reviews, to_pdf
from tests.pipeline.desk import MINUTE, Desk, late_in_pick
from tests.web.conftest import HOSTILE
from tests.web.test_incident_page import As, as_, desk, number_of  # noqa: F401  # fixtures

ROOT = "https://airflow.example/orderwatch"


@pytest.fixture
def reviewed(desk: Desk) -> int:  # noqa: F811
    """The number of the review of a fault whose code is hostile."""
    try:
        to_pdf("<p>复盘</p>")
    except PaperError as error:
        pytest.skip(str(error))
    desk.scan(**late_in_pick("SO-7", "SO-8", fault_code=f"E {HOSTILE}"))
    (fault,) = desk.ask("select incident_id from incident where kind = 'system_failure'")
    with desk.engine.begin() as conn:
        close(conn, desk.policy, By("vp"), Seen(fault, 0), "system", "<img src='http://evil.example/x.png'>")
    write_reviews(desk.engine, desk.policy, desk.now())
    (number,) = desk.ask("select review_id from review where kind = 'single'")
    return int(number)


def printed(desk: Desk) -> int:  # noqa: F811
    return print_reviews(desk.engine, desk.policy, ROOT, desk.now())["printed"]


def unpacked(pdf: bytes) -> bytes:
    """Every object of the file, as it reads."""
    found = re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompress(one) for one in found)


def test_each_version_is_printed_once_in_each_language_and_a_new_one_anew(desk: Desk, reviewed: int) -> None:  # noqa: F811
    assert (printed(desk), printed(desk)) == (2, 0)
    desk.advance(MINUTE)
    (fault,) = desk.ask("select incident_id from review where review_id = :r", r=reviewed)
    with desk.engine.begin() as conn:
        rate(conn, desk.policy, By("vp"), fault, None, Rating(4, None, "quick"))
    write_reviews(desk.engine, desk.policy, desk.now())
    assert (printed(desk), printed(desk)) == (2, 0)
    assert desk.ask("select version, language from review_print order by 1, 2") == [
        (1, "en"), (1, "zh-CN"), (2, "en"), (2, "zh-CN"),
    ]  # fmt: skip


def test_the_paper_leads_back_to_the_rows_and_fetches_nothing(
    desk: Desk, reviewed: int, caplog: pytest.LogCaptureFixture  # noqa: F811
) -> None:  # fmt: skip
    printed(desk)
    for pdf in desk.ask("select pdf from review_print"):
        written = unpacked(pdf)
        assert f"{ROOT}/review/{reviewed}/behind/orders".encode() in written
        assert b"(http://evil.example" not in written and b"/JavaScript" not in written
    assert "evil.example" not in caplog.text


def test_nothing_is_fetched_even_where_a_page_would(reviewed: int, httpserver: HTTPServer, tmp_path: Path) -> None:
    picture = tmp_path / "secret.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="9">secret</text></svg>')
    plain, asking = to_pdf("<p>x</p>"), to_pdf(f"<p>x</p><img src='{httpserver.url_for('/x.png')}'>")
    assert httpserver.log == [] and abs(len(asking) - len(plain)) < 500
    assert len(to_pdf(f"<p>x</p><img src='{picture.as_uri()}'>")) - len(plain) < 500


def test_the_same_review_is_the_same_file(desk: Desk, reviewed: int) -> None:  # noqa: F811
    with desk.engine.connect() as conn:
        first, second = (paper.print_review(conn, desk.policy, reviewed, "zh-CN", ROOT) for _ in range(2))
    assert first == second


def test_a_collection_is_printed_when_its_week_is_over(desk: Desk, reviewed: int) -> None:  # noqa: F811
    with desk.engine.begin() as conn:
        close(conn, desk.policy, By("vp"), Seen(number_of(desk), 0), "human", "misplaced")
    write_reviews(desk.engine, desk.policy, desk.now())
    assert printed(desk) == 2  # the fault's, and not that of the collection
    desk.advance(timedelta(days=7))
    assert printed(desk) == 2
    (kind,) = desk.ask(
        "select r.kind from review_print p join review r using (review_id) order by p.printed_at desc limit 1"
    )
    assert kind == "weekly"


def test_one_that_cannot_be_printed_spoils_no_other(desk: Desk, reviewed: int, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    draw = paper.print_review

    def half(conn: Connection, policy: Policy, number: int, language: Language, root: str) -> bytes:
        if language == "zh-CN":
            raise ValueError("a picture that cannot be drawn")
        return draw(conn, policy, number, language, root)

    monkeypatch.setattr(paper, "print_review", half)
    assert print_reviews(desk.engine, desk.policy, ROOT, desk.now()) == {"printed": 1, "failed": 1}


def test_what_was_printed_cannot_be_changed(desk: Desk, reviewed: int) -> None:  # noqa: F811
    printed(desk)
    for change in ("update review_print set version = 1", "delete from review_print", "truncate review_print"):
        with pytest.raises(DatabaseError):
            desk.ask_to_change(change)


def test_the_page_offers_it_as_soon_as_it_is_there(as_: As, desk: Desk, reviewed: int) -> None:  # noqa: F811
    address = f"/review/{reviewed}.pdf?lang=en"
    refused = as_("viewer").get(address)
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_printed")
    assert ".pdf?" not in as_("viewer").get(f"/review/{reviewed}").text
    printed(desk)
    answer = as_("viewer").get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert (
        answer.content.startswith(b"%PDF-") and f"review-{reviewed}-v1-en.pdf" in answer.headers["content-disposition"]
    )
    assert f"/review/{reviewed}.pdf?lang=en" in as_("viewer").get(f"/review/{reviewed}?lang=en").text


def test_a_machine_without_the_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setitem(sys.modules, "weasyprint", Broken("weasyprint"))
    with pytest.raises(PaperError, match="apt-get install libpango"):
        to_pdf("<p>x</p>")


def test_a_machine_without_a_chinese_font_prints_no_empty_boxes(reviewed: int, tmp_path: Path) -> None:
    """Beside the skip above: only fonts that come with matplotlib, which know no Chinese."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        f"<fontconfig><dir>{get_data_path()}/fonts/ttf</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    asked = "from orderwatch.web.paper import to_pdf; to_pdf('<p>review</p>'); to_pdf('<p>复盘</p>')"
    done = subprocess.run(  # our own Python
        [sys.executable, "-c", asked], env=os.environ | {"FONTCONFIG_FILE": str(fonts)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and "apt-get install fonts-noto-cjk" in done.stderr, done.stderr
