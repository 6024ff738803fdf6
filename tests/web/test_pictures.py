"""Pictures say what their figures say, keep names apart, and cost nobody anything who does not look at them."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from orderwatch.web.pictures import candidates, example, limits, months
from orderwatch.web.pictures.candidates import Gate, Point
from orderwatch.web.pictures.example import Life, Look, Passage
from orderwatch.web.pictures.labels import _width
from orderwatch.web.pictures.limits import Spread, Step
from orderwatch.web.pictures.months import Bar
from orderwatch.web.pictures.svg import SIZES

WIDE, NARROW = SIZES
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), 3600
WINDOWS = {"all": 0.0, "120d": 0.004, "60d": 0.009}
CROWD = [
    Point(f"risk:0.{60 + n}", window, false, false + 0.02, 0.5 + n / 60, n < 8, chosen=n == 7 and window == "all")
    for n in range(12)
    for window, shift in WINDOWS.items()
    for false in [0.1 + n / 100 + shift]
]


def texts(drawn: Markup) -> dict[str, tuple[float, float]]:
    """Every text of a picture, and where it begins."""
    return {
        one.text or "": (float(one.get("x") or 0), float(one.get("y") or 0))
        for one in ElementTree.fromstring(drawn).iter("text")
        if one.get("x")
    }


def titles(drawn: Markup) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(drawn).iter("title")]


# --- candidates ---


def test_a_clock_far_beyond_the_limit_stands_at_the_edge_with_its_figure() -> None:
    far = Point("countdown:72h", "all", 0.64, 0.66, 1.0, False)
    named = texts(candidates.draw([*CROWD, far], Gate(0.2, 48), "en", WIDE))
    assert "countdown:72h → 64 %" in named and max(x for x, _ in named.values()) <= WIDE.width


@pytest.mark.parametrize("size", SIZES)
def test_names_of_a_crowd_do_not_cover_one_another_and_stay_inside(size: object) -> None:
    champion = Point("formula:1.8", "all", 0.72, 0.75, 0.6, False, champion=True, candidate=False)
    drawn = candidates.draw([*CROWD, champion], Gate(0.2, 48), "zh-CN", size)  # type: ignore[arg-type]
    named = {told: at for told, at in texts(drawn).items() if ":" in told}
    assert {"risk:0.67", "formula:1.8 → 72 %"} <= {told.removeprefix("之前 ") for told in named}
    boxes = [(x, y - 12, x + _width(told), y) for told, (x, y) in named.items()]
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(box[0] >= 0 and box[2] <= size.width for box in boxes)  # type: ignore[attr-defined]


def test_every_clock_says_its_figures_when_the_mouse_rests_on_it() -> None:
    drawn = candidates.draw(CROWD, Gate(0.2, 48), "en", WIDE)
    assert len(titles(drawn)) == len(CROWD)
    assert "risk:0.67: false alarms 17.0 % (at most 19.0 %), ≥ 48 h 61.7 %" in titles(drawn)


def test_a_clock_that_learns_nothing_is_drawn_once_and_named_as_the_chosen_one() -> None:
    alike = [Point("countdown:48h", window, 0.1, 0.12, 1, True, window == "60d") for window in ("all", "120d", "60d")]
    drawn = candidates.draw(alike, Gate(0.2, 48), "en", WIDE)
    assert len(titles(drawn)) == 1 and "countdown:48h · 60 d" in texts(drawn)


def test_the_limit_is_a_line_with_its_figure_and_absent_where_nobody_kept_it() -> None:
    assert "limit 20 %" in texts(candidates.draw(CROWD, Gate(0.2, 48), "en", NARROW))
    assert not any("limit" in told for told in texts(candidates.draw(CROWD, Gate(None, 48), "en", NARROW)))


# --- limits ---


@pytest.mark.parametrize(
    ("seconds", "working", "figure", "unit"),
    [
        (26 * HOUR, False, "26.0", "hours"), (26 * HOUR, True, "26.0", "working hours"),
        (240 * HOUR, False, "10.0", "days"),
        (240 * HOUR, True, "240.0", "working hours"), (1200, False, "20.0", "minutes"),
        (1200, True, "20.0", "working minutes"),
    ],
)  # fmt: skip
def test_a_limit_is_said_in_the_unit_that_people_use(seconds: float, working: bool, figure: str, unit: str) -> None:
    """A day of working time would be taken for a day, so working time is never said in days."""
    one = Step("pick", working, Spread(seconds, None), None)
    assert {figure, unit, "pick", "version 2"} <= texts(limits.draw([one], ("", "version 2"), "en", WIDE)).keys()


def test_both_versions_stand_on_one_axis() -> None:
    after, before = Spread(20 * HOUR, (5 * HOUR, 10 * HOUR, 15 * HOUR), 9), Spread(10 * HOUR, None)
    drawn = limits.draw([Step("pick", False, after, before)], ("version 1", "version 2"), "en", WIDE)
    assert texts(drawn)["version 1"][1] < texts(drawn)["version 2"][1]
    assert {"10.0", "20.0"} <= texts(drawn).keys()


# --- the example ---


def a_life(looks: bool = True, alert: datetime = NOON) -> Life:
    steps = [
        Passage(1, "review", NOON - 9 * DAY, NOON - 8 * DAY, NOON - 7 * DAY),
        Passage(5, "transport", NOON - 8 * DAY, NOON + 4 * DAY, alert),
    ]
    seen = [Look(NOON - day * DAY, 0.9 - day / 10, day < 3) for day in range(5, -1, -1)] if looks else []
    return Life("SO-1", NOON - 9 * DAY, NOON + 2 * DAY, NOON + 4 * DAY, alert, steps, seen, 0.8 if looks else None)


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize("size", SIZES)
def test_alert_promise_and_delivery_are_told_with_their_times_and_apart(looks: bool, size: object) -> None:
    told = texts(example.draw(a_life(looks), "en", size))  # type: ignore[arg-type]
    events = ["alert 11-18 12:00", "promised 11-20 12:00", "delivered 11-22 12:00"]
    assert set(events) <= told.keys()
    heights = [told[one][1] for one in events]
    assert all(lower - higher > 12 for lower, higher in pairwise(heights))


def test_every_look_says_its_chance_and_whether_it_counts() -> None:
    said = titles(example.draw(a_life(), "en", WIDE))
    assert said[-1] == "11-18 12:00  90 %" and said[0] == "11-13 12:00  40 % (not decided on)"


def test_a_clock_that_knows_no_chance_shows_the_time_used() -> None:
    drawn = example.draw(a_life(looks=False), "en", WIDE)
    assert titles(drawn) == [] and "limit 100 %" in texts(drawn)


def test_an_order_that_is_late_when_it_comes_and_one_without_a_promise_can_be_drawn() -> None:
    life = a_life(looks=False, alert=NOON - 8 * DAY)
    without = Life(life.order_id, life.ordered, None, life.arrived, life.alert, life.passages, [], None)
    assert not any("promised" in told for told in texts(example.draw(without, "en", NARROW)))


# --- months ---


def test_a_bar_is_as_high_as_its_alerts_and_pale_where_they_were_for_nothing() -> None:
    series = {"champion": [Bar("2026-09", 200, 0.5, 900)], "chosen": [Bar("2026-09", 100, 0.25, 900)]}
    drawn = months.draw(series, "en", WIDE)
    heights = {}
    for bar in ElementTree.fromstring(drawn).iter("g"):
        path = bar.find("path")
        if (title := bar.findtext("title")) and path is not None:
            ends = [float(y) for y in re.findall(r"[ML] \S+ (\S+)", path.get("d") or "")]
            heights.setdefault(title, []).append(max(ends) - min(ends))
    before, new = heights.values()
    assert before[0] == pytest.approx(before[1], rel=0.01)  # a half for nothing
    assert new[0] == pytest.approx(3 * new[1], rel=0.01)
    assert sum(before) == pytest.approx(2 * sum(new), rel=0.01)
    assert "2026-09: 100 per 1,000, for nothing 25 %, 900 orders" in heights
    assert "25%" in texts(drawn)


def test_a_month_without_alerts_has_no_share_for_nothing() -> None:
    drawn = months.draw({"chosen": [Bar("2026-09", 0, None, 99)]}, "en", WIDE)
    assert not any("%" in told for told in texts(drawn))
    assert titles(drawn) == ["2026-09: 0 per 1,000, for nothing –, 99 orders"] * 2


def test_the_year_stands_under_the_first_month_and_every_january() -> None:
    bars = [Bar(f"{year}-{month:02}", 10, 0.1, 99) for year, month in ((2025, 11), (2025, 12), (2026, 1), (2026, 2))]
    drawn = ElementTree.fromstring(months.draw({"chosen": bars}, "en", WIDE))
    said = [one.text for one in drawn.iter() if one.text and one.text.strip()]
    assert [one for one in said if one in ("2025", "2026")] == ["2025", "2026"]


# --- what they cost ---


def test_many_people_at_once_get_the_same_pictures() -> None:
    def draw(_: int) -> tuple[Markup, Markup]:
        return candidates.draw(CROWD, Gate(0.2, 48), "zh-CN", WIDE), example.draw(a_life(), "zh-CN", NARROW)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(draw, range(8)))) == 1


def test_whoever_wants_no_pictures_does_not_load_what_draws_them() -> None:
    asked = (
        "import sys, orderwatch.web.app, orderwatch.web.version_pictures, orderwatch.operators.learn_thresholds;"
        "print('matplotlib' in sys.modules)"
    )
    assert (
        subprocess
        .run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
        .stdout.strip()
        .endswith("False")
    )
