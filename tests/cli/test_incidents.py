"""``orderwatch incidents`` and ``orderwatch silences``: what people type when the telephone rings."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.cli.conftest import Call
from tests.conftest import Databases
from tests.pipeline.desk import MINUTE, Desk, a_shipment, an_order


@pytest.fixture
def desk(databases: Databases) -> Desk:
    """One incident of level 1."""
    made = Desk(databases.copy())
    made.scan(orders=[an_order("SO1", value_minor=900_000)], shipments=[a_shipment("SO1")])
    return made


@pytest.fixture
def db(desk: Desk) -> tuple[str, str]:
    return "--db", desk.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_the_list_shows_whose_it_is_and_who_has_taken_it_on(call: Call, db: tuple[str, str], desk: Desk) -> None:
    before = call("incidents", "list", *db)
    assert before.exit_code == 0
    for word in ("#1", "single order late", "SO1:pick", "open", "customer service supervisor"):
        assert word in before.stdout
    assert call("incidents", "ack", "1", "--as", "li.ting", "--note", "[red]mine[/]", *db).exit_code == 0
    assert "acknowledged by li.ting" in call("incidents", "ack", "1", "--as", "chen.chen", *db).stderr
    after = call("incidents", "list", *db).stdout
    assert "acknowledged" in after and "li.ting" in after
    assert "acknowledged by li.ting: [red]mine[/]" in call("incidents", "show", "1", *db).stdout


def test_the_list_shows_what_answers_it_and_what_keeps_it_quiet(call: Call, db: tuple[str, str], desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into playbook_version values ('s', 'single_important', '', now());
            insert into response (incident_id, attempt, playbook, sha, run_id, started_at)
            values (1, 1, 'single_important', 's', 'inc-000001-r1', now());
            insert into pause (scope, subject, taken_by, reason, since, until)
            values ('order', 'SO1', 'wang.fang', 'r', business_now(), business_now() + interval '2 h');
            update incident set inhibited_by = 1;
        """)
        )
    call("silences", "add", "--incident", "1", "--reason", "r", "--for", "4h", "--as", "li.na", *db)
    shown = call("incidents", "list", *db).stdout
    for word in ("inc-000001-r1", "explained by #1", "silence 1", "paused by wang.fang until 2026-11-18 14:00"):
        assert word in " ".join(shown.split()) or word.replace(" ", "") in "".join(shown.replace("│", "").split())


def test_a_wrong_article_is_reported_and_shown(call: Call, db: tuple[str, str]) -> None:
    words = ("incidents", "report", "SO1", "wrong_item", "--note", "[b]SKU-7[/b]", "--as", "feng.jun")
    done = call(*words, *db)
    assert (done.exit_code, done.stderr) == (
        0, "#1 is open about SO1; the next scan tells its owner and begins its playbook\n"
    )  # fmt: skip
    assert "wrong article: SO1:pick" in call("incidents", "list", *db).stdout
    assert "feng.jun reports: wrong article: [b]SKU-7[/b]" in call("incidents", "show", "1", *db).stdout
    again = call(*words, *db)
    assert (again.exit_code, again.stderr) == (2, "✗ that is known already: incident #1\n")


def test_show_tells_the_whole_story(call: Call, db: tuple[str, str], desk: Desk) -> None:
    desk.advance(30 * MINUTE)
    desk.scan()
    shown = call("incidents", "show", "1", *db)
    assert shown.exit_code == 0
    for words in (
        "#1 level 1, single order late: SO1:pick: open, 1 order(s) late in it now",
        "to be acknowledged by 2026-11-18 12:30",
        "opened, level 1: high_value",
        "1 order(s) joined: SO1",
        "not acknowledged: step 1 asks operations_manager (wang.fang, zhao.lei)",
    ):
        assert words in shown.stdout


def test_an_incident_that_is_over_is_shown_and_not_listed(call: Call, db: tuple[str, str], desk: Desk) -> None:
    with desk.engine.begin() as conn:
        conn.execute(text("update incident set state = 'dismissed', closed_at = now()"))
    assert "#1" not in call("incidents", "list", *db).stdout
    assert "dismissed" in call("incidents", "show", "1", *db).stdout


@pytest.mark.parametrize("words", [("show", "7"), ("ack", "7", "--as", "li.ting")])
def test_an_incident_that_there_is_not_is_said_in_one_line(
    call: Call, db: tuple[str, str], words: tuple[str, ...]
) -> None:
    result = call("incidents", *words, *db)
    assert (result.exit_code, result.stderr.strip()) == (2, "✗ there is no incident 7")


# --- silences ---


def test_a_silence_is_listed_with_what_it_is_over_until_somebody_ends_it(
    call: Call, db: tuple[str, str], desk: Desk
) -> None:
    words = ("--order", "SO1", "--reason", "[b]known[/b]", "--for", "4h", "--as", "li.na")
    assert call("silences", "add", *words, *db).exit_code == 0
    shown = call("silences", "list", *db).stdout
    for word in ("order SO1", "li.na", "[b]known[/b]", "2026-11-18 16:00", "#1"):
        assert word in shown
    assert call("silences", "end", "1", "--as", "li.na", *db).exit_code == 0
    assert call("silences", "end", "1", "--as", "li.na", *db).exit_code == 1
    assert "SO1" not in call("silences", "list", *db).stdout
    assert "ended by li.na" in " ".join(call("silences", "list", "--all", *db).stdout.split())


def test_a_kind_is_narrowed_to_a_step_and_a_level(call: Call, db: tuple[str, str], desk: Desk) -> None:
    words = ("--kind", "single", "--node", "pick", "--level", "1", "--reason", "r", "--for", "7d", "--as", "li.na")
    assert call("silences", "add", *words, *db).exit_code == 0
    assert "single in pick of level 1" in call("silences", "list", *db).stdout
    assert desk.ask("select is_silenced(1, business_now())") == [True]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "4h"), "say what is silenced"),
        (("--order", "SO1", "--for", "8d"), "at most 7 days"),
        (("--order", "SO1", "--for", "4"), "unit"),
        (("--kind", "odd", "--for", "4h"), "no kind of incident"),
        (("--kind", "single", "--node", "nowhere", "--for", "4h"), "'nowhere' is no step"),
        (("--incident", "7", "--for", "4h"), "there is no incident 7"),
    ],
)
def test_a_silence_that_cannot_be_is_said_in_words(
    call: Call, db: tuple[str, str], words: tuple[str, ...], said: str
) -> None:
    result = call("silences", "add", *words, "--reason", "r", "--as", "li.na", *db)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


@pytest.mark.parametrize("missing", ["--reason", "--for"])
def test_a_silence_has_a_reason_and_an_end(call: Call, db: tuple[str, str], missing: str) -> None:
    words = {"--order": "SO1", "--reason": "r", "--for": "4h", "--as": "li.na"}
    del words[missing]
    result = call("silences", "add", *(part for pair in words.items() for part in pair), *db)
    assert result.exit_code == 2 and missing in result.stderr
