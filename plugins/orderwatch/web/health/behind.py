"""The rows behind a number of a review, as a table and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.core.review.chain import STEPS
from orderwatch.core.review.classify import CAUSES
from orderwatch.core.titles import KINDS, say_code
from orderwatch.core.words import NODES, Node
from orderwatch.pipeline.other_versions import list_alerts
from orderwatch.store import reviews
from orderwatch.store.database import business_now
from orderwatch.store.reviews import Behind
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.single_review import LINKS, cause_title
from orderwatch.web.pictures.words import say

SIZE: Final = 100
TITLES: Final[Mapping[Behind, tuple[str, str]]] = {
    "orders": ("订单", "Orders"),
    "money": ("补偿", "Compensation"),
    "failed": ("没有成功的动作", "Acts that failed"),
    "compared": ("比较的事件", "Incidents it is compared with"),
    "alerts": ("该版本当天会告警的订单", "Orders that this version would have named that day"),
    "around": ("同期同环节的订单", "Orders in the same step meanwhile"),
}
MARKS: Final = {
    "important": ("重要客户", "important customer"),
    "contacted": ("已联系客户", "customer contacted"),
    "complained": ("联系前已投诉", "complained before we wrote"),
    "here": ("同一仓库", "of the same warehouse"),
    "ours": ("同一承运商", "with the same carrier"),
    "others": ("其他承运商", "with other carriers"),
}
SHARED: Final = ("node_capacity", "carrier_delay")
"""Every order of one place or carrier counts for these; of one order they say nothing."""
Cell = Callable[[Row[Any]], object]


@dataclass(frozen=True, slots=True)
class BehindPage:
    """``titles`` of the columns; each row begins with what it leads to: an order or an incident, perhaps none."""

    clock: Clock
    number: int
    incident_id: int
    what: Behind
    mark: str | None
    version: int | None
    title: str
    titles: Sequence[str]
    rows: Sequence[tuple[str, Sequence[object]]]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


def marks() -> tuple[str, ...]:
    """What orders can be asked for by."""
    return (*MARKS, *CAUSES)


def read_behind(
    conn: Connection, policy: Policy, number: int, what: str, mark: str | None, page: int, language: Language,
    size: int = SIZE, version: int | None = None,
) -> BehindPage:  # fmt: skip
    """``version``: the one whose alerts are listed. Raises ``Refusal`` for a review or a number that does not exist."""
    row = reviews.read_review(conn, number)
    if row is None or row.kind != "single" or what not in get_args(Behind):
        raise Refusal("no_review", number=number)
    incident = reviews.read_incident(conn, row.incident_id)
    if incident is None or (mark is not None and mark not in marks()):
        raise Refusal("no_such_rows", number=number)
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    since = incident.closed_at - policy.review.compare_with
    known: Behind = what  # type: ignore[assignment]  # one of them, see above
    if known == "alerts":
        found = _alerts(conn, policy, number, row.content.get("versions"), incident, version, page, size)
    else:
        found = reviews.list_behind(conn, known, incident, since, mark, page, size)
    columns = _columns(known, policy, clock)
    parts = (say(language, *TITLES[known]), f"#{version}" if version else "", _mark(mark, policy, language))
    leads = "incident_id" if known == "compared" else "order_id"
    return BehindPage(
        clock=clock,
        number=number,
        incident_id=row.incident_id,
        what=known,
        mark=mark,
        version=version,
        title=" · ".join(filter(None, parts)),
        titles=list(columns),
        rows=[(str(one._mapping[leads] or ""), [cell(one) for cell in columns.values()]) for one in found],
        total=found[0].total if found else 0,
        page=page,
    )


def _alerts(
    conn: Connection, policy: Policy, number: int, said: Mapping[str, Any] | None, incident: Row[Any],
    version: int | None, page: int, size: int,
) -> Sequence[Row[Any]]:  # fmt: skip
    """Only of versions that the review speaks of."""
    if said is None or version not in {one["version"] for one in said["rows"]} or version is None:
        raise Refusal("no_such_rows", number=number)
    return list_alerts(conn, policy, incident, int(NODES[said["node"]]), version, page, size)


def _mark(mark: str | None, policy: Policy, language: Language) -> str:
    if mark is None:
        return ""
    return say(language, *MARKS[mark]) if mark in MARKS else cause_title(mark, policy, language)


def _columns(what: Behind, policy: Policy, clock: Clock) -> dict[str, Cell]:
    language = clock.language

    def at(one: datetime | None) -> str:
        return clock.full(one) if one else ""

    def word(code: str | None) -> str:
        return say_code(code, language) if code else ""

    def step(code: str) -> str:
        return say_code(code, language)

    if what == "orders":
        return {
            say(language, "环节", "Step"): lambda row: policy.node(Node(row.node)).title.say(language),
            say(language, "告警时刻", "Alert at"): lambda row: at(row.alert_at),
            say(language, "发现", "Detected"): lambda row: at(row.detected_at),
            say(language, "恢复", "Moved on"): lambda row: at(row.left_at),
            say(language, "仓库", "Warehouse"): lambda row: row.warehouse,
            say(language, "承运商", "Carrier"): lambda row: row.carrier or "",
            say(language, "仓库所报原因", "What the warehouse says"): lambda row: ", ".join(map(str, row.recorded)),
            say(language, "联系客户", "Customer contacted"): lambda row: at(row.written_at),
            say(language, "投诉", "Complaint"): lambda row: at(row.complained_at),
            say(language, "计入", "Counts for"): lambda row: say(language, "、", ", ").join(
                _mark(one, policy, language) for one in row.marks if one not in SHARED
            ),
        }
    if what == "money":
        return {
            say(language, "步骤", "Step"): lambda row: step(row.step or ""),
            say(language, "金额", "Amount"): lambda row: money(row.amount_minor, row.currency),
            say(language, "结果", "Outcome"): lambda row: word(row.state),
            say(language, "时间", "At"): lambda row: at(row.at),
            say(language, "券号", "Voucher"): lambda row: row.ref or "",
        }
    if what == "alerts":
        return {
            say(language, "告警时刻", "Alert at"): lambda row: at(row.alert_at),
            say(language, "仓库", "Warehouse"): lambda row: row.warehouse,
            say(language, "特征", "About"): lambda row: " · ".join(
                filter(None, (row.category, row.region, row.channel))
            ),
            say(language, "本事件", "This incident"): lambda row: say(language, "是", "yes") if row.member else "",
        }
    if what == "around":
        return {
            say(language, "仓库", "Warehouse"): lambda row: row.warehouse,
            say(language, "承运商", "Carrier"): lambda row: row.carrier or "",
            say(language, "超时", "Late"): lambda row: say(language, "是", "yes") if row.late else "",
            say(language, "批次", "Batch"): lambda row: row.batch_no or "",
            say(language, "本事件", "This incident"): lambda row: say(language, "是", "yes") if row.member else "",
        }
    if what == "failed":
        return {
            say(language, "步骤", "Step"): lambda row: step(row.step or ""),
            say(language, "去向", "To"): lambda row: word(row.sink),
            say(language, "结果", "Outcome"): lambda row: word(row.state),
            say(language, "时间", "At"): lambda row: at(row.at),
            say(language, "原因", "Why"): lambda row: (row.why or "")[:300],
        }
    return {
        say(language, "类型", "Kind"): lambda row: KINDS[row.kind][language],
        say(language, "开始", "Began"): lambda row: at(row.opened_at),
        say(language, "关闭时间", "Closed at"): lambda row: at(row.closed_at),
    } | {say(language, *LINKS[link]): _took(link, language) for link in STEPS}


def _took(link: str, language: Language) -> Cell:
    def cell(row: Row[Any]) -> str:
        seconds = row._mapping[f"{link}_s"]
        return "–" if seconds is None else say_duration(timedelta(seconds=round(seconds)), language)

    return cell
