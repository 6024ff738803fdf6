"""Ratings: by people with a role, by links that count once, and ten bad ones ask for a review, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.rating_link import RatingLink
from orderwatch.core.refusals import Refusal
from orderwatch.pipeline.people.rate import Rating, is_used, rate, rate_by_link
from tests.pipeline.people.conftest import People
from tests.pipeline.people.test_actions import refused

HOSTILE = "<script>alert(1)</script> '; drop table rating; -- {{ 7*7 }} \u202e @all \x00"


@pytest.fixture
def answered(people: People) -> People:
    """The incident is answered by a version of a playbook."""
    people.desk.ask_to_change("insert into playbook_version values ('s1', 'single_important', '', now())")
    people.desk.ask_to_change("""
        insert into response (incident_id, attempt, playbook, sha, run_id, started_at)
        values (1, 1, 'single_important', 's1', 'inc-000001-r1', now())
    """)
    return people


def link(people: People, number: int = 1) -> RatingLink:
    return RatingLink(1, f"person{number}@example.com", people.desk.now() + timedelta(days=1), f"link{number}")


def by_link(people: People, one: RatingLink, stars: int) -> int:
    with people.desk.engine.begin() as conn:
        return rate_by_link(conn, one, Rating(stars))


def test_a_rating_is_kept_as_it_was_written_with_one_line(answered: People) -> None:
    answered.do("supervisor", rate, 1, None, Rating(2, "the customer had agreed to wait", HOSTILE))
    (row,) = answered.desk.ask("select stars, false_alarm_because, words, rated_by, playbook, step from rating")
    assert row == (
        2,
        "the customer had agreed to wait",
        HOSTILE.replace("\x00", ""),
        "supervisor",
        "single_important",
        None,
    )
    assert answered.lines() == [("rated", "supervisor", "customer_service_supervisor", None)]
    assert answered.seen().version == 0  # an opinion is no change that others have to see


def test_who_holds_no_role_rates_nothing(answered: People) -> None:
    refused("no_role", answered.do, "viewer", rate, 1, None, Rating(1))
    refused("no_incident", answered.do, "supervisor", rate, 77, None, Rating(1))
    refused("no_step", answered.do, "supervisor", rate, 1, "fly", Rating(1))


def test_ten_kilobytes_are_enough(answered: People) -> None:
    answered.do("supervisor", rate, 1, None, Rating(1, words="字" * 3413))  # 10,239 bytes
    refused("too_long", lambda: Rating(1, words="字" * 3414))
    with pytest.raises(DBAPIError, match="rating_words_check"), answered.desk.engine.begin() as conn:
        conn.execute(text("""
            insert into rating (at, incident_id, stars, rated_by, words) values (now(), 1, 1, 'x', repeat('x', 10241))
        """))  # fmt: skip


def test_a_link_counts_once_however_many_use_it_at_once(answered: People) -> None:
    one = link(answered)

    def use(_: int) -> bool:
        try:
            by_link(answered, one, 1)
        except Refusal as refusal:
            assert refusal.code == "used_link"
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(16))) == 1
    assert answered.desk.ask("select stars, rated_by, link_id from rating") == [(1, "person1@example.com", "link1")]
    assert answered.desk.ask("select count(*) from timeline where event = 'rated'") == [1]
    with answered.desk.engine.connect() as conn:
        assert is_used(conn, one) and not is_used(conn, link(answered, 2))


def test_ten_bad_ratings_want_a_review_once(answered: People) -> None:
    wanted = "select playbook, mean from review_wanted"
    for number in range(9):
        by_link(answered, link(answered, number), 1)
    assert answered.desk.ask(wanted) == []
    by_link(answered, link(answered, 9), 5)
    (found,) = answered.desk.ask(wanted)
    assert (found[0], float(found[1])) == ("single_important", 1.4)
    for number in range(10, 15):
        by_link(answered, link(answered, number), 1)
    assert answered.desk.ask("select count(*) from timeline where event = 'review_wanted'") == [1]


@pytest.mark.parametrize(
    ("stars", "wanted"), [((3,) * 10, 0), ((3,) * 9 + (2,), 1), ((1,) * 3 + (4,) * 12, 0), ((5,) * 10 + (2,) * 9, 1)]
)
def test_below_three_means_below_three_over_the_last_ten(answered: People, stars: tuple[int, ...], wanted: int) -> None:
    for number, given in enumerate(stars):
        by_link(answered, link(answered, number), given)
    assert answered.desk.ask("select count(*) from review_wanted") == [wanted]


def test_whoever_rates_again_is_counted_once_with_the_last_word(answered: People) -> None:
    for _ in range(12):
        answered.do("supervisor", rate, 1, None, Rating(1))
    assert answered.desk.ask("select count(*) from review_wanted") == [0]


def test_ten_at_once_do_not_miss_each_other(answered: People) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda number: by_link(answered, link(answered, number), 1), range(10)))
    assert answered.desk.ask("select count(*) from review_wanted") == [1]
