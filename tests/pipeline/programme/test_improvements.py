"""An improvement leads to what it changed, measures itself, and its owner is reminded, each time once."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from orderwatch.core.addresses import Addresses
from orderwatch.core.programme.changed import Changed, read_changed
from orderwatch.core.programme.metric import Metric, read_metric, say_target
from orderwatch.core.programme.owner import owner_of
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.announce import Announcement
from orderwatch.pipeline.measure_improvements import measure_improvements
from orderwatch.pipeline.people.improve import Improvement, end, propose
from orderwatch.pipeline.remind_improvements import remind_of_improvements
from orderwatch.pipeline.tell_week import tell_week
from orderwatch.store import improvements
from tests.pipeline.desk import HOUR, NOON
from tests.pipeline.programme.ledger import DAY, Ledger
from tests.pipeline.review.conftest import Office

TODAY = NOON.date()
SHA = "0123456789abcdef"


def wanted(**changes: Any) -> Improvement:
    plain = {
        "title": "Count stock", "owner": "operations manager", "due": TODAY + 10 * DAY, "verified_by": "no stock-out",
        "playbook": "stock_out",
    }  # fmt: skip
    return Improvement(**(plain | changes))


def refused(code: str, office: Office, act: Any, *args: Any) -> None:
    with pytest.raises(Refusal) as caught:
        office.do("vp", act, *args)
    assert caught.value.code == code
    assert caught.value.say("zh-CN") != caught.value.say("en")


def read(office: Office) -> Any:
    with office.desk.engine.connect() as conn:
        return improvements.read(conn, office.desk.now().date())[0]


# --- what it changed ---


def test_it_says_what_it_changed_by_a_name_that_leads_there_or_in_words() -> None:
    assert read_changed("rule:12") == Changed(rule=12)
    assert read_changed("threshold:14") == Changed(version=14)
    assert read_changed("playbook:stock_out@0123abcd") == Changed(playbook="stock_out", sha="0123abcd")
    assert read_changed("the roster of the night shift") is None and read_changed("") is None
    for text in ("rule:x", "threshold:", "playbook:stock_out", "playbook:stock_out@7", "rule:12 and 13"):
        with pytest.raises(ValueError, match="names no rule"):
            read_changed(text)


def test_what_it_changed_has_to_exist(ledger: Ledger, office: Office) -> None:
    ledger.add("playbook_version", "sha", sha=SHA, playbook="stock_out", raw="x", first_seen_at=NOON)
    number = office.do("vp", propose, wanted())
    for text in ("rule:77", "threshold:77", "playbook:stock_out@ffffffff", "playbook:other@01234567", "rule:soon"):
        refused("nothing_changed", office, end, number, "done", "r", text)
    assert office.desk.ask("select state from improvement") == ["open"]
    office.do("vp", end, number, "done", "r", "playbook:stock_out@01234567")
    row = read(office)
    assert (row.changed, row.changed_playbook) == ("playbook:stock_out@01234567", "stock_out")
    assert office.desk.ask("select changed_sha from improvement") == [SHA]
    office.do("vp", end, office.do("vp", propose, wanted()), "done", "r", "threshold:1")
    assert office.desk.ask("select changed_version from improvement where improvement_id = 2") == [1]
    office.do("vp", end, office.do("vp", propose, wanted()), "done", "r", "the roster")
    assert office.desk.ask("select changed, num_nonnulls(changed_rule, changed_version, changed_sha) from improvement"
                           " where improvement_id = 3") == [("the roster", 0)]  # fmt: skip


# --- what shows that it has worked ---


def test_metrics_are_those_that_can_be_measured() -> None:
    assert read_metric("repeats:stock_shortage") == Metric("repeats", "stock_shortage")
    assert str(read_metric("false_alarms")) == "false_alarms"
    for text in ("repeats:the_moon", "link_p90:lunch", "rating:", "false_alarms:x", "profit"):
        with pytest.raises(ValueError, match=r"none of the figures|no cause"):
            read_metric(text)
    assert say_target(Metric("rating", "stock_out"), 4.5, "en") == "≥ 4.5 stars"
    assert say_target(Metric("link_p90", "told"), 10, "zh-CN") == "≤ 10 分钟"
    assert Metric("rating", "x").reached(4.5, 4.5) is True and Metric("false_alarms").reached(10.1, 10) is False
    assert Metric("false_alarms").reached(None, 10) is None


def test_words_or_a_metric_with_a_target_are_needed(office: Office) -> None:
    for code, changes in (
        ("no_text", {"verified_by": ""}),
        ("no_target", {"metric": "false_alarms"}),
        ("no_target", {"target": 3.0}),
        ("no_metric", {"metric": "profit", "target": 3.0}),
    ):
        with pytest.raises(Refusal) as caught:
            wanted(**changes)
        assert caught.value.code == code
    refused("no_metric", office, propose, wanted(metric="rating:no_such_playbook", target=4.0))
    office.do("vp", propose, wanted(metric="false_alarms", target=10.0, verified_by=""))
    assert office.desk.ask("select verified_by, metric, target from improvement") == [(None, "false_alarms", 10)]


def measure(office: Office) -> int:
    with office.desk.engine.begin() as conn:
        return measure_improvements(conn, office.desk.policy, office.desk.now())


def test_incidents_of_a_cause_are_counted_30_days_before_and_30_days_after(ledger: Ledger, office: Office) -> None:
    for order, ago in (("SO1", 29 * DAY), ("SO2", 2 * DAY), ("SO3", 31 * DAY)):
        incident = ledger.incident([order], NOON - ago - HOUR, state="closed", closed_at=NOON - ago)
        ledger.cause(incident, "stock_shortage")
    number = office.do("vp", propose, wanted(metric="repeats:stock_shortage", target=1.0))
    office.desk.advance(5 * DAY)
    office.do("vp", end, number, "done", "counted")
    later = office.desk.now() + 10 * DAY
    ledger.cause(ledger.incident(["SO4"], later - HOUR, state="closed", closed_at=later), "stock_shortage")
    office.desk.advance(30 * DAY - HOUR)
    assert measure(office) == 0
    office.desk.advance(HOUR)
    assert (measure(office), measure(office)) == (1, 0)
    row = read(office)
    assert (row.before, row.after, row.target, row.reached, row.days) == (2.0, 1.0, 1.0, True, 30)


def test_false_alarms_ratings_and_times_are_measured_in_their_own_units(ledger: Ledger, office: Office) -> None:
    ledger.add("playbook_version", "sha", sha="call-sha", playbook="call", raw="x", first_seen_at=NOON)
    closed_at, begun = NOON - DAY, NOON - DAY - HOUR
    one = ledger.incident(["SO1"], begun, state="closed", closed_at=closed_at, acknowledged_at=begun + HOUR / 2)
    ledger.incident(["SO2"], begun, state="dismissed", dismissed_as="false_alarm", closed_at=closed_at)
    ledger.response(one, "call", begun)
    ledger.rating(one, 3, playbook="call", sha="call-sha")
    metrics = (("false_alarms", 10.0), ("link_p90:acknowledged", 15.0), ("rating:call", 4.0))
    for metric, target in metrics:
        office.do("vp", end, office.do("vp", propose, wanted(metric=metric, target=target)), "done", "r")
    office.desk.advance(30 * DAY)
    assert measure(office) == 3
    assert office.desk.ask("select before, before_count, after, after_count, reached from improvement_measure"
                           " order by improvement_id") == [
        (50, 2, None, 0, None), (30, 1, None, 0, None), (3, 1, None, 0, None),
    ]  # fmt: skip


def test_what_is_open_or_given_up_is_not_measured(office: Office) -> None:
    office.do("vp", propose, wanted(metric="false_alarms", target=10.0))
    office.do("vp", end, office.do("vp", propose, wanted(metric="false_alarms", target=9.0)), "dropped", "r")
    office.desk.advance(90 * DAY)
    assert measure(office) == 0


# --- reminders ---


def about(office: Office) -> Announcement:
    return Announcement(office.desk.policy, None, office.desk.now(), "http://airflow.example/x",
                        Addresses("http://airflow.example"))  # fmt: skip


def remind(office: Office) -> int:
    with office.desk.engine.begin() as conn:
        return remind_of_improvements(conn, about(office))


def told(office: Office, family: str = "improvement") -> Counter[str]:
    return Counter(office.desk.ask("select recipient from effect where effect_key like :f", f=f"{family}:%"))


def test_the_owner_hears_three_days_before_and_when_the_day_is_over_and_those_above_after_a_week(
    office: Office,
) -> None:
    incident = office.late("SO1", "SO2", "SO3", wave_no="W1")  # level 2: the operations manager's
    office.do("vp", propose, wanted(owner="郑强", due=TODAY + timedelta(days=10), incident_id=incident))
    heard = []
    for _ in range(19):
        heard.append((remind(office), remind(office)))  # each once, however often it is looked at
        office.desk.advance(DAY)
    days = [day for day, (first, _) in enumerate(heard) if first]
    assert days == [7, 11, 17] and {again for _, again in heard} == {0}
    owner, above = told(office)["zheng.qiang"], told(office)["wang.fang"]
    assert (owner, above) == (3, 1)
    texts = office.desk.ask("select payload ->> 'text' from effect where effect_key like 'improvement:%:2:wecom_app:%'")
    assert (
        len(texts) == 1 and "已超期 1 天" in texts[0] and "http://airflow.example/orderwatch/improvements" in texts[0]
    )


def test_nobody_hears_of_it_before_nine_in_the_morning(office: Office) -> None:
    office.do("vp", propose, wanted())
    office.desk.advance(7 * DAY - 4 * HOUR)  # 08:00
    assert remind(office) == 0
    office.desk.advance(HOUR)
    assert remind(office) == 1


def test_whoever_has_just_set_a_near_day_needs_no_reminder_of_it(office: Office) -> None:
    office.do("vp", propose, wanted(due=TODAY + timedelta(days=2)))
    assert remind(office) == 0
    office.desk.advance(3 * DAY)
    assert remind(office) == 1


def test_days_that_were_slept_through_are_one_reminder_and_what_is_over_is_none(office: Office) -> None:
    office.do("vp", propose, wanted())
    office.do("vp", end, office.do("vp", propose, wanted()), "done", "r")
    office.desk.advance(30 * DAY)
    assert (remind(office), remind(office)) == (1, 0)
    assert told(office)["wang.fang"] == 1  # the owner and the one above are the same person


def test_an_owner_whom_nobody_knows_is_answered_for_by_whoever_began_it(office: Office) -> None:
    office.do("vp", propose, wanted(owner="the new colleague", due=TODAY))
    office.desk.advance(DAY)
    assert remind(office) == 1
    assert {"zhou.jianguo", "wang.fang"} <= set(told(office))


def test_owners_are_found_by_name_login_chat_mail_or_role(office: Office) -> None:
    roles = office.desk.policy.roles
    person = roles.person("zhao.lei")
    assert [owner_of(text, roles) for text in ("赵磊", "Zhao Lei", "zhao.lei@example.com")] == [person] * 3
    assert [owner_of(text, roles) for text in ("pick_lead", "拣货组长", "Picking lead ")] == ["pick_lead"] * 3
    assert owner_of("somebody", roles) is None


# --- the digest of the week ---

MONDAY = date(2026, 11, 23)


def week(office: Office) -> bool:
    with office.desk.engine.begin() as conn:
        return tell_week(conn, about(office))


def on_monday(office: Office) -> None:
    office.desk.set_time(NOON + 5 * DAY)


def test_on_monday_morning_the_week_is_told_once_by_chat_and_mail(office: Office) -> None:
    assert week(office) is False  # a Wednesday
    on_monday(office)
    office.desk.advance(-4 * HOUR)
    assert week(office) is False  # 08:00
    office.desk.advance(HOUR)
    assert (week(office), week(office)) == (True, False)
    assert told(office, "week")["wang.fang"] == 1 and told(office, "week")["wang.fang@example.com"] == 1
    office.desk.advance(DAY)
    assert week(office) is False
    office.desk.advance(7 * DAY)
    assert week(office) is True  # on Tuesday, because nothing ran on Monday
    office.desk.advance(8 * DAY)
    assert week(office) is False  # a Wednesday: no news any more


def test_the_digest_names_what_happened_what_is_due_and_what_is_missing(ledger: Ledger, office: Office) -> None:
    for number, cause in enumerate(("stock_shortage", "stock_shortage", None)):
        incident = ledger.incident([f"SO{number}"], NOON - HOUR, state="closed", closed_at=NOON, level=2)
        if cause:
            ledger.cause(incident, cause)
    ledger.incident(["SO8"], NOON, state="dismissed", dismissed_as="false_alarm")
    ledger.incident(["SO9"], NOON + 5 * DAY)  # in the week that begins
    office.do("vp", propose, wanted(due=TODAY + timedelta(days=1), title="Count stock [every] night"))
    office.do("vp", propose, wanted(due=MONDAY + timedelta(days=2), title="A second printer"))
    office.do("vp", propose, wanted(due=MONDAY + timedelta(days=9), title="Another carrier"))
    office.desk.ask_to_change(
        "update incident_review set state = 'breached', breached_at = due_at where incident_id = 3"
    )
    on_monday(office)
    week(office)
    (mail,) = office.desk.ask("select payload ->> 'text' from effect where recipient = 'wang.fang@example.com'"
                              " and effect_key like 'week:%'")  # fmt: skip
    zh, _, en = mail.partition("---")
    assert "二级: 3 起 · 缺货 2、根因未定 1" in zh and "level 2: 3 · a shortage of stock 2, cause open 1" in en
    assert "1 · Count stock [every] night · operations manager · 2026-11-19 · 4 d overdue" in en
    assert "A second printer" in en and "2 d left" in en and "Another carrier" not in mail
    assert "incident 3 · the review has not been written · late since 2026-11-21 12:00" in en
    assert "http://airflow.example/orderwatch/reviews?which=open" in en
    (chat,) = office.desk.ask("select payload ->> 'text' from effect where recipient = 'wang.fang' and effect_key"
                              " like 'week:%'")  # fmt: skip
    assert "［every］" in chat


def test_a_week_in_which_nothing_happened_says_so(office: Office) -> None:
    on_monday(office)
    week(office)
    (mail,) = office.desk.ask("select payload ->> 'text' from effect where recipient = 'zhao.lei@example.com'")
    assert mail.count("没有") == 3
