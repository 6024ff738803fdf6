"""Reviews and actions: what is being done better, which playbooks people rate too low, and what has been closed."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.pipeline.desk import Desk
from tests.web.conftest import HOSTILE
from tests.web.test_incident_page import HTMX, As, answered, as_, desk, number_of, plain, send  # noqa: F401  # fixtures

PAGE = "/improvements?lang=en"


def wanted(desk: Desk, **changes: Any) -> dict[str, str]:  # noqa: F811
    day = (desk.now() + timedelta(days=3)).date().isoformat()
    plain_one = {"title": f"Count {HOSTILE}", "owner": "Zhao Lei", "due": day, "verified_by": "=no stock-out"}
    return plain_one | {"incident_id": str(number_of(desk)), "playbook": ""} | changes


def shown(as_: As, login: str = "viewer", page: str = PAGE) -> str:  # noqa: F811
    answer = as_(login).get(page)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_an_empty_page_says_what_belongs_here(as_: As, desk: Desk) -> None:  # noqa: F811
    said = plain(shown(as_))
    assert "Nothing is open" in said and "which figure will show that it worked" in said
    assert "Propose one" not in said and "Propose one" in plain(shown(as_, "supervisor"))
    assert "没有进行中的改进" in plain(shown(as_, page="/improvements?lang=zh-CN"))


def test_one_is_proposed_done_and_found_again(as_: As, desk: Desk) -> None:  # noqa: F811
    client = as_("supervisor")
    assert as_("viewer").post("/improvements?lang=en", data=wanted(desk), headers=HTMX).status_code == 403
    answer = client.post("/improvements?lang=en", data=wanted(desk), headers=HTMX)
    assert (answer.status_code, answer.headers["hx-refresh"]) == (200, "true")
    page = shown(as_, "supervisor")
    assert HOSTILE not in page and "3 d left" in plain(page) and f"#{number_of(desk)}" in page
    desk.advance(timedelta(days=5))
    assert "2 d overdue" in plain(shown(as_, page="/improvements?which=overdue&lang=en"))
    rows = list(csv.reader(io.StringIO(as_("viewer").get("/improvements.csv?lang=en").text.removeprefix("\ufeff"))))
    assert rows[1][5] == "'=no stock-out"
    done = {"reason": "none since", "changed": "rule 3"}
    assert client.post("/improvements/1/done?lang=en", data=done, headers=HTMX).status_code == 200
    again = client.post("/improvements/1/dropped?lang=en", data=done, headers=HTMX)
    assert again.status_code == 409 and "has been ended by" in plain(again.text)
    assert "Nothing is open" in plain(shown(as_))
    ended = plain(shown(as_, page="/improvements?which=ended&lang=en"))
    assert "rule 3" in ended and "none since" in ended


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "input is wrong"),
        ({"due": "yesterday"}, "input is wrong"),
        ({"due": "2020-01-01"}, "choose a day to come"),
        ({"incident_id": "", "playbook": ""}, "about an incident or a playbook"),
        ({"incident_id": "77"}, "no incident #77"),
        ({"verified_by": ""}, "say what will show it"),
        ({"metric": "false_alarms"}, "needs a target"),
        ({"metric": "profit", "target": "3"}, "profit does not measure itself"),
        ({"metric": "false_alarms", "target": "nan"}, "input is wrong"),
    ],
)
def test_what_is_missing_is_said_in_the_dialog(
    as_: As, desk: Desk, changes: dict[str, str], said: str  # noqa: F811
) -> None:  # fmt: skip
    answer = as_("supervisor").post("/improvements?lang=en", data=wanted(desk, **changes), headers=HTMX)
    assert answer.status_code in {404, 422} and said in plain(answer.text)
    assert desk.ask("select count(*) from improvement") == [0]


def test_a_figure_that_measures_itself_is_chosen_with_its_target_and_shown_before_and_after(
    as_: As, desk: Desk  # noqa: F811
) -> None:  # fmt: skip
    client = as_("supervisor")
    form = shown(as_, "supervisor")
    for offered in (
        "repeats:stock_shortage",
        "link_p90:contacted",
        "false_alarms",
        "threshold:1",
        "picking lead",
        "赵磊",
    ):
        assert f'value="{offered}"' in form
    sent = wanted(desk, verified_by="", metric="false_alarms", target="12.5")
    assert client.post("/improvements?lang=en", data=sent, headers=HTMX).status_code == 200
    said = plain(shown(as_))
    assert "False alarms ≤ 12.5 % measured 30 days after it is done" in said
    done = {"reason": "changed", "changed": "threshold:1"}
    assert client.post("/improvements/1/done?lang=en", data=done, headers=HTMX).status_code == 200
    page = shown(as_, page="/improvements?which=ended&lang=en")
    assert "measured on 2026-12-18" in plain(page) and "/version?version=1&amp;lang=en" in page
    with desk.engine.begin() as conn:
        conn.execute(text("insert into improvement_measure values (1, now(), 30, 40, 10, 10.5, 19, true)"))
    assert "40 → 10.5 %: reached (of 10 and 19 cases)" in plain(shown(as_, page="/improvements?which=ended&lang=en"))
    zh = plain(shown(as_, page="/improvements?which=ended&lang=zh-CN"))
    assert "误报率 ≤ 12.5 %" in zh and "：达到（分别计入 10、19 例）" in zh
    row = as_("viewer").get("/api/v1/improvements").json()["improvements"][0]
    assert (row["metric"], row["target"], row["after"], row["changed_version"]) == ("false_alarms", 12.5, 10.5, 1)


def test_what_it_changed_leads_there_and_what_there_is_not_is_refused(as_: As, desk: Desk) -> None:  # noqa: F811
    client = as_("supervisor")
    answered(desk, number_of(desk))
    (sha,) = desk.ask("select left(sha, 8) from playbook_version where playbook = 'single_important'")
    assert client.post("/improvements?lang=en", data=wanted(desk), headers=HTMX).status_code == 200
    done = {"reason": "none since", "changed": "rule:77"}
    answer = client.post("/improvements/1/done?lang=en", data=done, headers=HTMX)
    assert answer.status_code == 422 and "there is no rule:77" in plain(answer.text)
    done["changed"] = f"playbook:single_important@{sha}"
    assert client.post("/improvements/1/done?lang=en", data=done, headers=HTMX).status_code == 200
    page = shown(as_, page="/improvements?which=ended&lang=en")
    assert '/dags/playbook_single_important" data-airflow' in page and done["changed"] in plain(page)


def test_a_playbook_that_people_rate_too_low_waits_for_somebody(as_: As, desk: Desk) -> None:  # noqa: F811
    number = number_of(desk)
    answered(desk, number)
    with desk.engine.begin() as conn:
        for n in range(10):
            conn.execute(
                text("""
                insert into rating (at, incident_id, playbook, sha, stars, rated_by)
                select business_now(), incident_id, playbook, sha, 2, 'person ' || :n from response
                where incident_id = :i
                """),
                {"i": number, "n": str(n)},
            )
    said = plain(shown(as_, "supervisor"))
    assert "single_important" in said and "mean of the last ten ratings: 2.00" in said
    form = shown(as_, "supervisor", "/improvements?playbook=single_important&lang=en")
    assert 'value="single_important"' in form
    sent = wanted(desk, incident_id="", playbook="single_important")
    assert as_("supervisor").post("/improvements?lang=en", data=sent, headers=HTMX).status_code == 200
    assert "being improved" in plain(shown(as_, "supervisor"))


def test_grave_incidents_that_were_closed_stand_there_with_their_cause(as_: As, desk: Desk) -> None:  # noqa: F811
    number = number_of(desk)
    assert send(as_("manager"), number, "level", level=2, reason="r").status_code == 200
    assert send(as_("manager"), number, "close", 1, root_cause="external", reason="a strike").status_code == 200
    said = plain(shown(as_, "manager").partition('id="closed"')[2])
    assert f"#{number}" in said and "external: a strike" in said
    page = shown(as_, "manager", f"/improvements?incident={number}&lang=en")
    assert f'value="{number}"' in page and 'id="new"' in page
