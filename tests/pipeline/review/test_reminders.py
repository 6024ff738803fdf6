"""While a fact is missing that only a person can give, its owner is reminded twice; after 72 hours it is late."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from orderwatch.core.addresses import Addresses
from orderwatch.pipeline.announce import Announcement
from orderwatch.pipeline.people.correct_cause import correct_cause
from orderwatch.pipeline.remind_reviews import in_words, remind_of_reviews
from tests.pipeline.desk import HOUR, MINUTE
from tests.pipeline.review.conftest import Office


def remind(office: Office) -> dict[str, int]:
    about = Announcement(office.desk.policy, None, office.desk.now(), "http://airflow.example/dags/x",
                         Addresses("http://airflow.example"))  # fmt: skip
    return remind_of_reviews(office.desk.engine, about)


def told(office: Office) -> Counter[str]:
    """How many messages of each kind are planned."""
    keys = office.desk.ask("select effect_key from effect where effect_key like 'review_%'")
    return Counter(key.partition(":")[0] for key in keys)


@pytest.fixture
def open_cause(office: Office) -> Office:
    """A batch that nobody can explain, just closed by the scan, and reviewed."""
    office.goes_by(office.late("SO1", "SO2", "SO3", wave_no="W1"), "SO1", "SO2", "SO3")
    office.review()
    return office


def later(office: Office, step: timedelta) -> None:
    office.desk.advance(step)


def test_the_owner_hears_once_that_the_review_is_there_with_its_cause_and_where_it_is(open_cause: Office) -> None:
    remind(open_cause)
    one = told(open_cause)["review_written"]
    assert one >= 2  # by WeCom and by mail
    remind(open_cause)
    assert told(open_cause)["review_written"] == one
    texts = open_cause.desk.ask("select payload ->> 'text' from effect where effect_key like 'review_written:%:mail:%'")
    assert all("http://airflow.example/orderwatch/review/1.pdf" in text for text in texts)
    assert any("undetermined" in text or "未定" in text for text in texts)


def test_of_what_stands_in_a_weekly_collection_nobody_hears_a_word(office: Office) -> None:
    number = office.late("SO1")
    office.close(number)
    office.review()
    remind(office)
    assert told(office)["review_written"] == 0


def test_nobody_is_reminded_before_a_day_has_passed(open_cause: Office) -> None:
    later(open_cause, 24 * HOUR - MINUTE)
    assert remind(open_cause) == {"reminded": 0, "late": 0}


def test_the_owner_is_reminded_after_24_and_after_48_hours_once_each(open_cause: Office) -> None:
    later(open_cause, 24 * HOUR)
    assert remind(open_cause) == {"reminded": 1, "late": 0}
    one = told(open_cause)["review_missing"]
    assert one >= 2  # by WeCom and by mail
    assert remind(open_cause) == {"reminded": 0, "late": 0}
    later(open_cause, 24 * HOUR)
    assert remind(open_cause) == {"reminded": 1, "late": 0}
    assert told(open_cause)["review_missing"] == 2 * one
    later(open_cause, 23 * HOUR)
    assert remind(open_cause) == {"reminded": 0, "late": 0}


def test_times_that_were_slept_through_are_one_reminder(open_cause: Office) -> None:
    later(open_cause, 50 * HOUR)
    assert remind(open_cause) == {"reminded": 1, "late": 0}
    assert remind(open_cause) == {"reminded": 0, "late": 0}


def test_after_72_hours_it_is_late_and_those_above_hear_of_it_once(open_cause: Office) -> None:
    later(open_cause, 72 * HOUR)
    assert remind(open_cause) == {"reminded": 0, "late": 1}
    assert open_cause.standing(1)[0] == "breached"
    recipients = open_cause.desk.ask("select recipient from effect where effect_key like 'review_late:%'")
    for role in ("operations_manager", "vice_president"):
        person = open_cause.desk.policy.role(role).people[0]
        assert {person.wecom, person.mail} <= set(recipients)
    assert remind(open_cause) == {"reminded": 0, "late": 0}


def test_a_late_review_is_complete_with_the_word_and_stays_on_record_as_late(open_cause: Office) -> None:
    later(open_cause, 72 * HOUR)
    remind(open_cause)
    open_cause.do("manager", correct_cause, open_cause.seen(1), "human", None, "the roster had a gap")
    assert open_cause.standing(1)[0] == "published"
    assert open_cause.desk.ask("select breached_at is not null from incident_review") == [True]


def test_whoever_has_said_it_hears_no_more(open_cause: Office) -> None:
    open_cause.do("manager", correct_cause, open_cause.seen(1), "human", None, "the roster had a gap")
    later(open_cause, 80 * HOUR)
    assert remind(open_cause) == {"reminded": 0, "late": 0}
    assert set(told(open_cause)) == {"review_written"}


def test_a_review_that_nobody_has_written_is_late_as_well(office: Office) -> None:
    office.close(office.late("SO1"))
    later(office, 72 * HOUR)
    assert remind(office) == {"reminded": 0, "late": 1}
    assert office.review()["written"] == 1
    assert office.standing(1)[0] == "published"


def test_the_message_says_what_is_missing_until_when_and_where(open_cause: Office) -> None:
    later(open_cause, 24 * HOUR)
    remind(open_cause)
    texts = open_cause.desk.ask("select payload ->> 'text' from effect where effect_key like 'review_missing:%'")
    assert texts and all("http://airflow.example/orderwatch/incident/1" in one for one in texts)
    assert any("根因尚无定论" in one for one in texts)


def test_the_label_says_what_was_done() -> None:
    nothing = {"written": 0, "unchanged": 0, "failed": 0}
    assert in_words(nothing, {"reminded": 0, "late": 0}) == "nothing to review"
    assert in_words(nothing | {"written": 3, "failed": 1}, {"reminded": 2, "late": 1}) == (
        "3 written, 1 not written, 2 reminded of, 1 late"
    )
