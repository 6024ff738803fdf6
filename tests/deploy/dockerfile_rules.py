"""What must hold in Dockerfile and .dockerignore."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tests.deploy.airflow_rules import wrong_options
from tests.deploy.compose_rules import REPOSITORY, SECRET


@dataclass(frozen=True)
class Recipe:
    """Both files as texts."""

    dockerfile: str
    dockerignore: str

    @cached_property
    def steps(self) -> list[tuple[str, str]]:
        """Instruction and the rest, with continued lines joined."""
        plain = re.sub(r"^\s*#.*\n", "", self.dockerfile, flags=re.MULTILINE)
        lines = plain.replace("\\\n", " ").splitlines()
        pairs = (line.strip().partition(" ")[::2] for line in lines if line.strip())
        return [(word.upper(), rest.strip()) for word, rest in pairs]

    @property
    def last_stage(self) -> list[tuple[str, str]]:
        start = max(number for number, (word, _) in enumerate(self.steps) if word == "FROM")
        return self.steps[start:]

    @property
    def environment(self) -> dict[str, str]:
        """What the image sets."""
        pairs = [pair for word, rest in self.last_stage if word == "ENV" for pair in shlex.split(rest)]
        return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}

    @property
    def copied(self) -> list[tuple[str, str]]:
        """Source and target of what comes from the repository."""
        rests = [shlex.split(rest) for word, rest in self.steps if word in {"COPY", "ADD"}]
        own = [words for words in rests if not words[0].startswith("--from")]
        return [(source, words[-1]) for words in own for source in words[:-1]]


def base_is_pinned(recipe: Recipe) -> Iterator[str]:
    for word, rest in recipe.steps:
        image = rest.split()[0] if word == "FROM" else ""
        if word == "FROM" and not re.fullmatch(r"python:3\.\d+(\.\d+)?-slim-bookworm", image):
            yield f"FROM {image} is not a pinned python slim image"


def user_is_not_root(recipe: Recipe) -> Iterator[str]:
    users = [rest for word, rest in recipe.last_stage if word == "USER"]
    if not users or users[-1].split(":")[0] in {"0", "root"}:
        yield "the image runs as root"
    if recipe.last_stage[-1][0] == "USER" or "USER" not in [word for word, _ in recipe.last_stage[-2:]]:
        yield "USER must be the last step before CMD"


def installs_are_locked(recipe: Recipe) -> Iterator[str]:
    """Every installation checks hashes and takes wheels; only the project itself comes from its folder."""
    installs = [
        part
        for word, rest in recipe.steps
        if word == "RUN"
        for part in rest.split("&&")
        if re.search(r"\bpip install\b", part)
    ]
    for part in installs:
        locked = "--require-hashes" in part and "-r requirements" in part
        project = "--no-deps" in part and "--no-build-isolation" in part and part.split()[-2:] == ["-e", "."]
        if not (locked or project):
            yield f"installs without hashes: {part.strip()}"
        if "-r requirements.txt" in part and "--only-binary :all:" not in part:
            yield "without --only-binary :all: the image would need compilers"
    if not any("-r requirements.txt" in part for part in installs):
        yield "requirements.txt is not installed"
    if not any(part.split()[-2:] == ["-e", "."] for part in installs):
        yield "the project is not installed: no provider entry point, no command orderwatch"


def nothing_from_elsewhere(recipe: Recipe) -> Iterator[str]:
    for word, rest in recipe.steps:
        if word == "ADD":
            yield "ADD fetches and unpacks: use COPY"
        if re.search(r"https?://|\b(curl|wget|git clone)\b", rest):
            yield f"fetches from elsewhere: {rest}"
        if re.search(r"\b(gcc|g\+\+|build-essential|make)\b", rest) and word == "RUN":
            yield f"installs compilers: {rest}"
        if re.search(r":latest\b", rest):
            yield f"has no version: {rest}"


def copies_exist(recipe: Recipe) -> Iterator[str]:
    """What is copied is in the repository, allowed by .dockerignore, and all that Orderwatch needs."""
    lines = [line for line in recipe.dockerignore.splitlines() if line and not line.startswith("#")]
    allowed = {line[1:] for line in lines if line.startswith("!")}
    if lines[:1] != ["*"]:
        yield ".dockerignore must begin with * so that .env and history stay out"
    for source, _ in recipe.copied:
        if not (REPOSITORY / source).exists():
            yield f"{source} is not in the repository"
        if source not in allowed:
            yield f".dockerignore keeps {source} out"
    for name in allowed - {source for source, _ in recipe.copied}:
        yield f".dockerignore lets {name} in, which nobody copies"
    final = [(s, t) for s, t in recipe.copied if ("COPY", f"{s} {t}") in recipe.last_stage]
    for folder in {"dags", "plugins", "include", "demo"} - {source for source, _ in final}:
        yield f"{folder} is not copied"


def environment_fits(recipe: Recipe) -> Iterator[str]:
    """Airflow finds the folders where they are copied, may keep bytecode, and the image holds no secret."""
    environment = recipe.environment
    yield from wrong_options("Dockerfile", environment)
    home = environment.get("ORDERWATCH_HOME", "")
    if ("WORKDIR", home) not in recipe.last_stage:
        yield "ORDERWATCH_HOME is not the folder that is copied into"
    for key, folder in (("DAGS_FOLDER", "dags"), ("PLUGINS_FOLDER", "plugins")):
        if environment.get(f"AIRFLOW__CORE__{key}") != f"{home}/{folder}":
            yield f"AIRFLOW__CORE__{key} must be {home}/{folder}"
    if "PYTHONDONTWRITEBYTECODE" in environment:
        yield "PYTHONDONTWRITEBYTECODE makes every start compile everything"
    for word, rest in recipe.steps:
        if word in {"ENV", "ARG"} and SECRET.search(rest):
            yield f"a secret would stay in the image: {rest}"


RULES = (
    base_is_pinned, user_is_not_root, installs_are_locked, nothing_from_elsewhere, copies_exist,
    environment_fits,
)  # fmt: skip
