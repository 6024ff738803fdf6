"""The files of the repository belong together: nothing is missing, nothing is left over, no link leads nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import Environment, meta

from orderwatch.core.durations import Language
from orderwatch.core.effect import Sink
from orderwatch.core.notices import Family
from orderwatch.core.policy import load_policy
from orderwatch.hooks.sources.config import load_source
from orderwatch.paths import HOME, INCLUDE, POLICY, SQL, TEMPLATES
from orderwatch.validation.suite import load_suite

CODE = sorted((HOME / "plugins" / "orderwatch").rglob("*.py"))
LANGUAGES = get_args(Language)
FORMS = ("wecom", "mail")
TEXT = {
    ".cfg", ".css", ".example", ".html", ".in", ".j2", ".js", ".json", ".mako", ".md",
    ".py", ".sh", ".sql", ".toml", ".yaml", ".yml",
}  # fmt: skip
MACHINE = re.compile(r"(?<![\w./~-])/(?:home|Users|root|work|mnt|media|private)/\w+|[A-Z]:\\\\")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def tracked() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    if not (HOME / ".git").exists():
        pytest.skip("this is an installation and not a repository")
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=HOME, check=True, capture_output=True, text=True).stdout
    return [HOME / name for name in listed.split("\0") if name and (HOME / name).is_file()]


def strings(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


# --- SQL ---


def test_every_sql_file_is_used_and_every_name_has_its_file() -> None:
    files = {str(file.relative_to(SQL).with_suffix("")) for file in SQL.rglob("*.sql")}
    queries = {name for name in files if not name.startswith("schema/")}
    folders = {name.partition("/")[0] for name in queries}
    named = re.compile(rf"(?:{'|'.join(sorted(folders))})/[a-z_]+")
    used = {text for file in CODE for text in strings(file) if named.fullmatch(text)}
    assert used - queries == set(), "named in the code, but there is no such file"
    assert queries - used == set(), "a file that no code names"


def test_every_schema_file_belongs_to_a_migration() -> None:
    versions = {folder.name for folder in (SQL / "schema").iterdir()}
    migrations = (HOME / "plugins/orderwatch/store/migrations/versions").glob("*.py")
    assert versions == {file.name.partition("_")[0] for file in migrations}


def test_every_sql_file_is_one_lower_case_statement() -> None:
    for file in SQL.rglob("*.sql"):
        if "schema" in file.parts:
            continue
        body = re.sub(r"--[^\n]*|'[^']*'", "", file.read_text(encoding="utf-8"))
        assert body.rstrip().rstrip(";").count(";") == 0, file
        assert not re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE)\b", body), file


# --- messages ---


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", get_args(Family))
def test_every_family_has_its_templates_in_every_language(family: str, language: str) -> None:
    wanted = [f"{family}.{form}.j2" for form in FORMS]
    if family != "task_failed":  # its subject is its DAG and task
        wanted.append(f"{family}.subject.j2")
    assert [name for name in wanted if not (TEMPLATES / language / name).is_file()] == []


def test_the_languages_have_the_same_templates_that_ask_for_the_same_values() -> None:
    environment = Environment(autoescape=True)

    def asked(language: str) -> dict[str, set[str]]:
        return {
            file.name: meta.find_undeclared_variables(environment.parse(file.read_text(encoding="utf-8")))
            for file in (TEMPLATES / language).glob("*.j2")
        }

    first, *others = map(asked, LANGUAGES)
    assert all(other == first for other in others)
    assert {file.name for file in TEMPLATES.iterdir()} == set(LANGUAGES)


def test_every_template_belongs_to_a_family() -> None:
    families = {*get_args(Family), "_items", "survey"}  # the last one is for customers
    assert {file.name.partition(".")[0] for file in TEMPLATES.rglob("*.j2")} <= families
    assert set(get_args(Sink)) >= {"mail", "wecom_app", "wecom_robot"}


def test_chat_templates_clean_all_foreign_text() -> None:
    """An order id or an error that a chat would read as markup or as a mention goes through ``clean``."""
    ours = (
        r"link|count|hidden|now|role|\""
        r"|item\.(number|page|review|rate|level|kind|node|acknowledge_by|explanation|all_orders|orders \| length"
        r"|since|until)"
    )
    for file in TEMPLATES.rglob("*.wecom.j2"):
        expressions = re.findall(r"{{ (.+?) }}", file.read_text(encoding="utf-8"))
        assert [one for one in expressions if not re.match(rf"clean\(|{ours}", one)] == [], file


# --- policy ---


def test_the_policy_loads_with_its_sources_and_suites() -> None:
    policy = load_policy(POLICY)
    sources = {file.stem: load_source(file) for file in sorted((POLICY / "sources").glob("*.yaml"))}
    suites = {file.stem: load_suite(file) for file in sorted((POLICY / "suites").glob("*.yaml"))}
    assert policy.version
    assert {name: config.source for name, config in sources.items()} == {name: name for name in sources}
    assert {feed for config in sources.values() for feed in config.feeds} == set(suites)


def test_include_holds_nothing_but_what_the_code_reads() -> None:
    assert {file.name for file in INCLUDE.iterdir()} <= {"policy", "sql", "templates", "playbooks"}


# --- documents ---


def test_every_link_in_a_document_leads_somewhere() -> None:
    dead = [
        f"{document.relative_to(HOME)}: {target}"
        for document in tracked()
        if document.suffix == ".md"
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:|#", target) and not (document.parent / target.partition("#")[0]).exists()
    ]
    assert dead == []


def test_runbooks_that_a_dag_names_exist() -> None:
    named = {
        name
        for file in [*(HOME / "dags").glob("*.py"), *CODE]
        for name in re.findall(r"docs/[\w./-]+\.md", file.read_text(encoding="utf-8"))
    }
    assert named
    assert [name for name in sorted(named) if not (HOME / name).is_file()] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [
        f"{file.relative_to(HOME)}:{number}: {match.group()}"
        for file in tracked()
        if file.suffix in TEXT or file.name in {"Makefile", "Dockerfile"}
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if file != Path(__file__)
        for match in [MACHINE.search(line)]
        if match
    ]
    assert found == []


def test_no_file_holds_a_real_secret() -> None:
    secret = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|ghp_[A-Za-z0-9]{36}|xox[bp]-\d")
    assert [
        str(file.relative_to(HOME))
        for file in tracked()
        if file.suffix in TEXT and file != Path(__file__) and secret.search(file.read_text(encoding="utf-8"))
    ] == []
