"""Where the pages of learned rules are, the files of their lists, and what their dialogs send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from orderwatch.core.durations import Language
from orderwatch.core.learned.predicate import MOST as MOST_FACTS
from orderwatch.core.refusals import Refusal
from orderwatch.web.api import bodies, rules
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.forms import Form, Sent, read
from orderwatch.web.health.orders import MOST
from orderwatch.web.health.rule import read_rule_page
from orderwatch.web.health.rules import SIGNS, read_rules
from orderwatch.web.health.spreadsheet import file
from orderwatch.web.pages import answer, preferred
from orderwatch.web.pictures.words import say
from orderwatch.web.security import Login

router = APIRouter()
RuleNumber = Annotated[int, Path(ge=1, lt=2**31)]
Decision = Literal["shadow", "activate", "renew", "reject", "retire"]
SENT: Final[Mapping[str, tuple[type[BaseModel], Callable[[int, Any, str], Any]]]] = {
    "shadow": (bodies.Decide, rules.post_shadow),
    "activate": (bodies.DecideUntil, rules.post_activate),
    "renew": (bodies.DecideUntil, rules.post_renew),
    "reject": (bodies.Decide, rules.post_reject),
    "retire": (bodies.Decide, rules.post_retire),
}


@router.get("/rules")
def rules_page(request: Request, lang: Language | None = None) -> Response:
    """What was learned from false alarms, and what the policy files say."""
    language = lang or preferred(request)
    with reading() as conn:
        page = read_rules(conn, policy_now(), language)
    return answer("rules.html", request, language, page=page, look=SIGNS.get)


@router.get("/rules.csv")
def rules_file(request: Request, lang: Language | None = None) -> Response:
    language = lang or preferred(request)
    with reading() as conn:
        page = read_rules(conn, policy_now(), language)
    titles = say(
        language,
        "规则,状态,条件,作用,误报,已答复,准确下限,少的事件,会藏住的真延误,问过,成立,到期,经手",
        "rule,state,condition,effect,false alarms,answered,precision at least,incidents less,real delays hidden,asked,"
        "held,until,by",
    ).split(",")
    rows = (
        (
            one.number, one.state_said, one.asks, one.then, one.false_alarms, one.answered, one.bound, one.incidents,
            one.hidden, one.asked, one.held, one.until, one.by,
        )
        for _, _, group in page.groups
        for one in group
    )  # fmt: skip
    return file("rules", titles, rows)


@router.get("/rule/{number}")
def rule_page(request: Request, login: Login, number: RuleNumber, lang: Language | None = None) -> Response:
    """One rule: first what it would have hidden."""
    language = lang or preferred(request)
    with reading() as conn:
        page = read_rule_page(conn, policy_now(), login, number, language)
    return answer("rule.html", request, language, page=page, number=number, look=SIGNS.get, status=200 if page else 404)


@router.get("/rule/{number}/orders.csv")
def orders_file(request: Request, login: Login, number: RuleNumber, lang: Language | None = None) -> Response:
    """Every alarm behind the rule."""
    language = lang or preferred(request)
    with reading() as conn:
        page = read_rule_page(conn, policy_now(), login, number, language, MOST)
    titles = say(language, "订单,环节,事件,告警时间,人怎么说,会变成", "order,step,incident,alarmed,people say,instead")
    alarms = (*page.hidden, *page.others) if page else ()
    rows = ((one.order_id, one.step, one.incident_id, one.at, one.said, one.instead) for one in alarms)
    return file(f"rule-{number}", titles.split(","), rows)


@router.post("/rule/{number}/revise")
def post_revise(request: Request, login: Login, number: RuleNumber, form: Sent) -> Response:
    """Another condition is another rule; its page is shown."""
    pairs = [(form.get(f"attribute_{n}", ""), form.get(f"value_{n}", "").strip()) for n in range(1, MOST_FACTS + 1)]
    facts = [{"attribute": attribute, "value": value} for attribute, value in pairs if attribute and value]
    reason = read(bodies.Decide, {"reason": form.get("reason", "")}, _zone()).reason
    try:
        body = bodies.Revise.model_validate({"reason": reason, "asked": facts})
    except ValueError as error:
        raise Refusal("bad_input") from error
    made = rules.post_revise(number, body, login)["rule_id"]
    return Response(headers={"HX-Redirect": f"{request.scope['root_path']}/rule/{made}"})


@router.post("/rule/{number}/{decision}")
def post_decision(login: Login, number: RuleNumber, decision: Decision, form: Sent) -> Response:
    """Done; the page is read anew."""
    body, act = SENT[decision]
    act(number, _body(body, form), login)
    return Response(headers={"HX-Refresh": "true"})


def _body(body: type[BaseModel], form: Form) -> BaseModel:
    try:
        return read(body, form, _zone())
    except Refusal as refusal:
        if refusal.code == "no_end":
            raise Refusal("no_expiry", days=policy_now().learning.longest_life.days) from refusal
        raise


def _zone() -> ZoneInfo:
    return ZoneInfo(policy_now().calendars.business_zone)
