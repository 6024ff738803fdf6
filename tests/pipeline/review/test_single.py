"""A review of one incident: what happened, how fast, why, and what it cost; the same for the same facts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from orderwatch.pipeline.people.rate import Rating, rate
from orderwatch.store.reviews import count_corrections
from tests.pipeline.desk import HOUR, MINUTE, NOON, a_line, a_shipment, an_order
from tests.pipeline.review.conftest import Office


@pytest.fixture
def failure(office: Office) -> Office:
    """Three orders on which the warehouse's systems report a fault: level 3, over by itself."""
    office.goes_by(office.late("SO1", "SO2", "SO3", fault_code="E42"), "SO1", "SO2", "SO3")
    return office


def test_a_fault_of_the_systems_is_found_with_its_evidence(failure: Office) -> None:
    assert failure.review() == {"written": 1, "unchanged": 0, "failed": 0}
    cause = failure.document(1)["cause"]
    assert (cause["root_cause"], cause["cause"], cause["by"]) == ("system", "system_fault", "rules")
    first = cause["rules"]["findings"][0]
    assert first["facts"] == {"orders": 3, "of": 3, "code": "E42"}
    assert first["said"]["en"] == "3 of 3 orders carry a fault code of the warehouse's systems E42"
    assert failure.standing(1) == ("published", [], "system", "system_fault")


def test_an_article_that_is_short_is_no_fault(office: Office) -> None:
    office.goes_by(office.late("SO1", "SO2", shortage_skus=["SKU-1"]), "SO1", "SO2")
    office.review()
    cause = office.document(1)["cause"]
    assert cause["cause"] == "stock_shortage"
    assert cause["rules"]["findings"][0]["facts"] == {"orders": 2, "of": 2, "sku": "SKU-1"}


def test_a_silent_source_has_a_review_although_it_has_no_orders(office: Office) -> None:
    office.desk.scan()
    office.desk.advance(HOUR)
    office.desk.scan(silent=["wms"])
    number = office.youngest()
    office.close(number, "system", "the gateway of the WMS was down")
    office.review()
    said = office.document(number)
    assert (said["cause"]["rules"]["cause"], said["orders"]["orders"], said["members"]["total"]) == (
        "source_outage", 0, 0
    )  # fmt: skip


def test_what_nobody_can_tell_is_undetermined_and_waits_for_a_person(office: Office) -> None:
    office.goes_by(office.late("SO1", "SO2", "SO3", wave_no="W1"), "SO1", "SO2", "SO3")
    office.review()
    assert office.standing(1) == ("waiting", ["cause"], None, None)
    assert office.document(1)["cause"]["rules"]["cause"] is None
    assert office.document(1)["missing"] == ["cause"]


def test_the_cause_given_at_the_close_counts_where_the_rules_left_it_open(office: Office) -> None:
    number = office.late("SO1", "SO2", "SO3", wave_no="W1")
    office.close(number, "human", "two pickers were ill")
    office.review()
    assert office.standing(number) == ("published", [], "human", None)
    (word,) = office.document(number)["cause"]["words"]
    assert (word["given"], word["login"], word["root_cause"], word["reason"], word["wrong_rule"]) == (
        "close", "vp", "human", "two pickers were ill", None
    )  # fmt: skip


def test_a_word_against_the_rules_names_the_rule_and_is_counted(office: Office) -> None:
    number = office.late("SO1", "SO2", "SO3", fault_code="E42")
    office.close(number, "external", "the power was cut in the whole street")
    office.review()
    cause = office.document(number)["cause"]
    assert (cause["root_cause"], cause["cause"], cause["by"]) == ("external", None, "person")
    assert (cause["rules"]["cause"], cause["words"][0]["wrong_rule"]) == ("system_fault", "system_fault")
    with office.desk.engine.connect() as conn:
        assert [tuple(row) for row in count_corrections(conn)] == [("system_fault", 1, 1)]


def test_a_word_that_agrees_leaves_the_second_level_to_the_rules_and_counts_for_them(office: Office) -> None:
    number = office.late("SO1", "SO2", "SO3", fault_code="E42")
    office.close(number, "system", "the conveyor's controller")
    office.review()
    assert office.standing(number) == ("published", [], "system", "system_fault")
    assert office.desk.ask("select wrong_rule from review_correction") == [None]


def test_the_same_facts_are_the_same_document(failure: Office) -> None:
    failure.review()
    before = failure.versions(1)
    failure.desk.advance(timedelta(hours=40))
    assert failure.review() == {"written": 0, "unchanged": 0, "failed": 0}
    failure.desk.ask_to_change("alter table incident_review disable trigger user")
    failure.desk.ask_to_change("update incident_review set state = 'waiting', missing = '{cause}', published_at = null")
    assert failure.review() == {"written": 0, "unchanged": 1, "failed": 0}
    assert failure.versions(1) == before
    assert len(before) == 1


def test_a_rating_that_comes_later_is_a_new_version_and_the_old_one_stays(failure: Office) -> None:
    failure.review()
    failure.desk.advance(MINUTE)
    failure.do("vp", rate, 1, None, Rating(4, None, "quick"))
    assert failure.review()["written"] == 1
    assert failure.review() == {"written": 0, "unchanged": 0, "failed": 0}
    assert len(set(failure.versions(1))) == 2
    assert failure.document(1)["ratings"] == {"people": 1, "mean": 4.0, "false_alarm": 0}


def test_the_chain_shows_what_took_how_long_and_which_link_broke_first(failure: Office) -> None:
    failure.review()
    chain = failure.document(1)["chain"]
    links = {one["step"]: one for one in chain["links"]}
    assert links["acknowledged"] | {"usual": None} == {
        "step": "acknowledged", "took_s": None, "limit_s": 300, "broken": True, "usual": None
    }  # fmt: skip
    assert links["resolved"]["took_s"] == pytest.approx(30 * 60, abs=5)
    assert links["contacted"]["limit_s"] is None
    assert links["detected"]["broken"]
    assert chain["first_broken"] == "detected"


def test_an_incident_stands_beside_those_of_its_level(office: Office) -> None:
    for number, code in enumerate(("E1", "E2", "E3"), start=1):
        office.goes_by(office.late(f"SO{number}", fault_code=code), f"SO{number}")
    single = office.late("SO9")
    office.close(single)
    office.review()
    usual = {one["step"]: one["usual"] for one in office.document(3)["chain"]["links"]}
    assert usual["resolved"]["incidents"] == 2
    assert usual["resolved"]["p50_s"] == pytest.approx(30 * 60, abs=5)
    assert usual["contacted"] == {"incidents": 0, "p50_s": None, "p90_s": None}


def test_the_same_cause_of_the_same_is_a_repeat_and_no_other_is(office: Office) -> None:
    for number, code in enumerate(("E1", "E2", "E1"), start=1):
        office.goes_by(office.late(f"SO{number}", fault_code=code), f"SO{number}")
    office.review()
    assert [one["incident_id"] for one in office.document(3)["repeats"]] == [1]
    assert office.document(3)["cause"]["subject"] == "E1"
    assert (office.document(2)["repeats"], office.document(1)["repeats"]) == ([], [])


def test_orders_customers_and_money_are_counted(failure: Office) -> None:
    failure.desk.ask_to_change("""
        insert into effect (effect_key, family, sink, recipient, payload, level, planned_at, valid_until,
            next_attempt_at, incident_id, step, slot, order_id, customer_id, side_effect, amount_minor, currency,
            business_key, incident_cap_minor)
        select 'k' || no, 'response', 'voucher', 'C', '{}', 3, business_now(), business_now() + interval '1 day',
            business_now(), 1, 'voucher', 'SO' || no, 'SO' || no, 'C-SO' || no, 'money', 900, 'CNY',
            'late_delivery:SO' || no, 5000
        from generate_series(1, 2) as no
    """)
    for number, state in ((1, "delivered"), (2, "unknown")):
        failure.desk.ask_to_change(
            f"update effect set state = 'sending', lease_until = now() where effect_key = 'k{number}'"
        )
        failure.desk.ask_to_change(
            f"update effect set state = '{state}', lease_until = null,"
            f" delivered_at = case when '{state}' = 'delivered' then now() end where effect_key = 'k{number}'"
        )
    failure.review()
    said = failure.document(1)
    assert said["orders"] | {"contacted": 0} == {
        "orders": 3, "customers": 3, "important": 0, "contacted": 0, "complained_first": 0
    }  # fmt: skip
    assert said["money"] == [{"currency": "CNY", "spent_minor": 900, "spent": 1, "undone_minor": 0, "open_minor": 900}]
    assert {"step": "voucher", "sink": "voucher", "failed": 0, "open": 1} in said["failed"]
    assert failure.standing(1)[:2] == ("waiting", ["outcome"])


def test_the_story_is_told_in_both_languages_oldest_first(failure: Office) -> None:
    failure.review()
    story = failure.document(1)["story"]
    assert story[0]["said"]["en"].startswith("opened, level 3: fault E42")
    assert story[0]["said"]["zh-CN"].startswith("新开，三级")
    assert story[-1]["said"]["en"] == "closed"
    assert [one["at"] for one in story] == sorted(one["at"] for one in story)


def test_the_orders_are_named_with_those_like_them_and_why(failure: Office) -> None:
    failure.review()
    members = failure.document(1)["members"]
    assert members["total"] == 3
    first = members["shown"][0]
    assert (first["order_id"], first["node"], first["category"], first["region"]) == ("SO1", "pick", "home", "上海")
    assert set(first["explanation"]) == {"zh-CN", "en"}


def test_one_review_that_cannot_be_written_spoils_no_other(office: Office) -> None:
    office.close(office.late("SO1", fault_code="E1"), "system", "a")
    office.close(office.late("SO2", fault_code="E2"), "system", "b")
    with office.desk.engine.begin() as conn:
        conn.execute(text("""
            create function break_one() returns trigger language plpgsql as $$
            begin
                if new.incident_id = 1 then raise exception 'no room'; end if;
                return new;
            end $$
        """))  # fmt: skip
        conn.execute(text("create trigger break_one before insert on review for each row execute function break_one()"))
    assert office.review() == {"written": 1, "unchanged": 0, "failed": 1}
    assert office.standing(1)[0] == "wanted"
    assert office.standing(2)[0] == "published"


def test_a_date_that_the_seller_moved_is_human(office: Office) -> None:
    line = a_line(ship_by=NOON - HOUR, original_ship_by=NOON - 30 * HOUR)
    orders = [an_order(f"SO{n}", lines=[line]) for n in (1, 2, 3)]
    office.desk.scan(orders=orders, shipments=[a_shipment(f"SO{n}", wave_no="W1") for n in (1, 2, 3)])
    office.close(1, "human", "we had promised too much")
    office.review()
    assert office.document(1)["cause"]["rules"]["cause"] == "moved_by_seller"
