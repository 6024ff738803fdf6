"""A customer answers by a link, once, without a login; the review shows what they said, and who did not."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderwatch.core import rating_link
from orderwatch.core.survey.link import SurveyLink, sign
from orderwatch.pipeline.review import write_reviews
from orderwatch.web.health.survey_picture import draw_survey
from tests.pipeline.desk import Desk
from tests.pipeline.review.conftest import Office
from tests.pipeline.survey.conftest import A_DAY, Survey
from tests.web.conftest import HOSTILE
from tests.web.test_incident_page import As, as_, desk, plain  # noqa: F401  # fixtures

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

KEY = "a-key-of-the-tests-that-nobody-guesses"
PAGE = {"accept": "text/html"}
SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def survey(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Survey:  # noqa: F811
    """Five customers of a fault, of whom one is called and one has opted out."""
    monkeypatch.setenv("ORDERWATCH_LINK_KEY", KEY)
    asked = Survey(Office(desk))
    asked.over("SO-31", "SO-32", "SO-33", "SO-34", "SO-35")
    asked.ways |= {"C-SO-34": "call", "C-SO-35": "opted_out"}
    desk.advance(A_DAY)
    asked.ask()
    asked.send()
    return asked


@pytest.fixture
def nobody(survey: Survey) -> TestClient:
    """Somebody without any login."""
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    return TestClient(app)


def path_of(link: SurveyLink) -> str:
    return f"/survey/{sign(KEY.encode(), link)}"


@pytest.mark.parametrize(("lang", "question"), [("en", "How likely are you to recommend us"), ("zh-CN", "推荐给朋友")])
def test_the_page_needs_no_login_asks_one_question_and_counts_nothing_by_looking(
    nobody: TestClient, survey: Survey, lang: str, question: str
) -> None:
    path = path_of(survey.link("C-SO-31"))
    for _ in range(2):
        shown = nobody.get(f"{path}?lang={lang}", headers=PAGE)
    assert shown.status_code == 200 and question in shown.text and shown.text.count('name="score"') == 11
    assert "C-SO-31" not in shown.text and "SO-31" in shown.text
    assert "style=" not in shown.text and "frame-ancestors" in shown.headers["content-security-policy"]
    if lang == "en":
        assert not re.search("[\u4e00-\u9fff]", plain(shown.text).replace("中文", ""))
    for name in ("orderwatch.css", "health.css", "theme.js", "htmx.min.js"):
        assert f'"/survey/static/{name}"' in shown.text and nobody.get(f"/survey/static/{name}").status_code == 200
    assert nobody.get(path).json()["used"] is False
    assert survey.desk.ask("select count(*) from survey_answer") == [0]


def test_an_answer_counts_once_and_its_words_are_masked(nobody: TestClient, survey: Survey) -> None:
    path, htmx = path_of(survey.link("C-SO-31")), SAME | {"hx-request": "true"}
    for wrong in ({"words": "x"}, {"score": "11"}, {"score": "-1"}, {"score": "9", "role": "vp"}):
        assert nobody.post(path, data=wrong, headers=htmx).status_code == 422, wrong
    long = nobody.post(f"{path}?lang=en", data={"score": "9", "words": "x" * 501}, headers=htmx)
    assert long.status_code == 422 and "at most 500" in plain(long.text)
    assert nobody.post(path, json={"score": 9}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    said = {"score": "9", "words": f"{HOSTILE} 13812345678"}
    thanks = nobody.post(f"{path}?lang=en", data=said, headers=htmx)
    assert thanks.status_code == 200 and "Thank you, it counts: 9 / 10" in thanks.text
    again = nobody.post(f"{path}?lang=en", data={"score": "0"}, headers=htmx)
    assert again.status_code == 409 and "has been used" in again.text
    assert "You have answered already" in nobody.get(f"{path}?lang=en", headers=PAGE).text
    assert survey.desk.ask("select score, words, channel from survey_answer") == [(9, f"{HOSTILE} …", "mail")]


def test_a_program_may_answer_too_and_once(nobody: TestClient, survey: Survey) -> None:
    path = path_of(survey.link("C-SO-32"))
    assert nobody.post(path, json={"score": 3}, headers=SAME).status_code == 200
    again = nobody.post(path, json={"score": 10}, headers=SAME)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "used_link")
    assert nobody.get(path).json()["used"] is True
    assert survey.desk.ask("select score from survey_answer") == [3]


def test_tampered_expired_another_customers_and_a_rating_link_are_refused_in_calm_words(
    nobody: TestClient, survey: Survey
) -> None:
    link = survey.link("C-SO-31")
    token = sign(KEY.encode(), link)
    rating = rating_link.sign(KEY.encode(), rating_link.RatingLink(1, "C-SO-31", link.until, link.link_id))
    refused = {
        "tampered": f"/survey/{token[:-3]}{'AAA' if token[-3:] != 'AAA' else 'BBB'}",
        "another customer's": path_of(replace(link, customer_id="C-SO-32")),
        "of another letter": path_of(replace(link, link_id=survey.link("C-SO-32").link_id)),
        "of no invitation": path_of(replace(link, invitation_id=4711)),
        "a rating": f"/survey/{rating}",
    }
    for what, path in refused.items():
        shown = nobody.get(f"{path}?lang=en", headers=PAGE)
        assert shown.status_code == 401 and "this link is not valid" in shown.text, what
        assert 'name="score"' not in shown.text
        sent = nobody.post(path, json={"score": 5}, headers=SAME)
        assert (sent.status_code, sent.json()["error"]["code"]) == (401, "bad_link"), what
    assert nobody.get(f"/rating/{token}").status_code == 401
    survey.desk.advance(timedelta(days=8))
    late = nobody.get(f"/survey/{token}?lang=en", headers=PAGE)
    assert late.status_code == 401 and "has expired" in late.text
    assert nobody.post(f"/survey/{token}", json={"score": 5}, headers=SAME).status_code == 401
    assert survey.desk.ask("select count(*) from survey_answer") == [0]


def test_whoever_has_the_customer_on_the_phone_is_told_what_to_ask(nobody: TestClient, survey: Survey) -> None:
    path = path_of(survey.link("C-SO-34"))
    assert "You are entering what a customer says" in nobody.get(f"{path}?lang=en", headers=PAGE).text
    assert nobody.post(path, json={"score": 8}, headers=SAME).status_code == 200
    assert survey.desk.ask("select channel from survey_answer") == ["call"]


# --- in the review ---


@pytest.fixture
def reviewed(survey: Survey) -> str:
    """The address of the review after three answers."""
    survey.answer("C-SO-31", 10)
    survey.answer("C-SO-32", 2, f"等到晚上也没动静 {HOSTILE}")
    survey.answer("C-SO-34", 7)
    write_reviews(survey.desk.engine, survey.desk.policy, survey.desk.now())
    (number,) = survey.desk.ask("select review_id from review where kind = 'single'")
    return f"/review/{number}"


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_the_review_shows_every_answer_and_who_gave_none(as_: As, reviewed: str, lang: str) -> None:  # noqa: F811
    page = as_("viewer").get(f"{reviewed}?lang={lang}").text
    said = plain(page)
    expected = {
        "en": (
            "NPS 0 · n = 3",
            "asked 4, answered 3, no answer 1",
            "does not want to be asked 1",
            "1 can still answer",
        ),
        "zh-CN": ("NPS 0 · n = 3", "发出 4，回复 3，未回复 1", "客户不愿被打扰 1", "还可以回复的 1 人"),
    }
    for words in expected[lang]:
        assert words in said, words
    assert page.count('<svg class="opinions"') == 1 and HOSTILE not in page and "style=" not in page
    assert all(f'<g class="{kind}">' in page for kind in ("promoters", "passives", "detractors", "not_answered"))
    assert "没动静" in said


def test_the_numbers_lead_to_every_customer_masked_and_to_a_file(
    as_: As, survey: Survey, reviewed: str  # noqa: F811
) -> None:  # fmt: skip
    (incident,) = survey.desk.ask("select distinct incident_id from survey_invitation where incident_id is not null")
    address = f"/incident/{incident}/survey"
    assert f"{address}?lang=en" in as_("viewer").get(f"{reviewed}?lang=en").text
    page = as_("viewer").get(f"{address}?lang=en")
    said = plain(page.text)
    assert page.status_code == 200 and "C-SO-31" not in said and "C-…31" in said and HOSTILE not in page.text
    assert said.count("answered") >= 3 and "asked, no answer yet" in said and "does not want to be asked" in said
    rows = list(csv.reader(io.StringIO(as_("viewer").get(f"{address}.csv?lang=en").text.removeprefix("\ufeff"))))
    assert [row[7] for row in rows] == ["score", "2", "7", "10", "", ""]
    assert {row[4] for row in rows[1:]} == {"mail", "telephone", ""}
    assert as_("viewer").get("/incident/4711/survey").status_code == 404
    assert "customer survey" in plain(as_("viewer").get("/order?q=SO-31&lang=en").text)


def test_a_review_before_anybody_was_asked_says_when_they_will_be(as_: As, desk: Desk) -> None:  # noqa: F811
    Survey(Office(desk)).over("SO-41")
    write_reviews(desk.engine, desk.policy, desk.now())
    (number,) = desk.ask("select review_id from review where kind = 'single'")
    page = as_("viewer").get(f"/review/{number}?lang=en").text
    assert "asked a day after the close" in plain(page) and "opinions" not in page


def test_the_bar_is_as_long_as_all_who_were_asked_and_escapes_what_it_says() -> None:
    drawn = draw_survey([("promoters", "<b>", 9), ("passives", "p", 0), ("not_answered", "none", 1)], '"<label>"')
    assert 'width="90.00%"' in drawn and 'x="90.00%" width="10.00%"' in drawn
    assert drawn.count("<text") == 1  # there is no room for the other number, which stands in its title
    assert "<b>" not in drawn and "<label>" not in drawn and 'class="passives"' not in drawn
    assert draw_survey([("promoters", "p", 0)], "nobody") == ""
