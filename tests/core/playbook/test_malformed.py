"""Whatever is done to a playbook file, it ends in words with file, line and reason, soon, and in nothing else."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from orderwatch.core.playbook.load import LARGEST, load_folder, load_playbook, parse_playbook
from orderwatch.core.policy.loader import PolicyError

from ..builders import the_policy
from .builders import SHIPPED, written

SEED, CASES = 3, 1_000
RAW = {file.name: file.read_text(encoding="utf-8") for file in SHIPPED}
WEEDS = [
    "null", "true", "-1", "0", "12", "9" * 300, "9" * 5_000, "1e999", ".nan", "[]", "{}", "[[1]]", "{a: {b: c}}", "''",
    "2026-11-18", "18:00", "owner.tell", "\"\\0\"", "\"\\ud800\"", "\"\\u202e\"", "'{{'", "'{{ 9**9**9 }}'", "'1 +'",
    "'{% for x in y %}'", "'" + "(" * 300 + "'", "'" + "长" * 3_000 + "'", "99999999999999999999d", "&x y", "*x",
    "!!python/object/apply:os.system [ls]", "🙂", "|", "> text", "@", "`", "%", "'[1,2].map(a, [1,2].map(b, a)) == 1'",
]  # fmt: skip
WORDS = ["acts", "vip", "order.", "incident.", "offer.", "each", "action", "with", "zh-CN", "en:", "2h", "CNY"]
CHARACTERS = "\x00\x07\x1b\x7f\x85\u2028\ufeff\u202e\ud800🙂\t:{}[]&*!|>'\"%@`#-?,\n"


def delete_line(dice: random.Random, lines: list[str]) -> None:
    del lines[dice.randrange(1, len(lines))]


def duplicate_line(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(1, len(lines))
    lines.insert(at, lines[at])


def swap_lines(dice: random.Random, lines: list[str]) -> None:
    one, other = dice.sample(range(1, len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]


def retype_value(dice: random.Random, lines: list[str]) -> None:
    at = dice.choice([number for number, line in enumerate(lines) if ":" in line])
    lines[at] = f"{lines[at].partition(':')[0]}: {dice.choice(WEEDS)}"


def retype_key(dice: random.Random, lines: list[str]) -> None:
    at = dice.choice([number for number, line in enumerate(lines) if ":" in line])
    indent = len(lines[at]) - len(lines[at].lstrip())
    lines[at] = f"{' ' * indent}{dice.choice([*WEEDS, 'x' * 100])}:{lines[at].partition(':')[2]}"


def indent_line(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(1, len(lines))
    lines[at] = dice.choice([" ", "\t", "      ", "- ", "? "]) + lines[at]


def put_character(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(1, len(lines))
    place = dice.randint(0, len(lines[at]))
    lines[at] = lines[at][:place] + dice.choice(CHARACTERS) + lines[at][place:]


def cut_short(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(len(lines))
    lines[at:] = [lines[at][: dice.randint(0, len(lines[at]))]]


def grow(dice: random.Random, lines: list[str]) -> None:
    at = dice.randrange(len(lines))
    lines[at] = lines[at] * dice.choice([2, 50, 5_000])


def nest(dice: random.Random, lines: list[str]) -> None:
    at = dice.choice([number for number, line in enumerate(lines) if ":" in line])
    depth, (opens, closes) = dice.choice([40, 1_000, 20_000]), dice.choice(["[]", "{}"])
    lines[at] = f"{lines[at].partition(':')[0]}: {opens * depth}{closes * depth}"


def change_word(dice: random.Random, lines: list[str]) -> None:
    text = "\n".join(lines)
    word = dice.choice([word for word in WORDS if word in text])
    lines[:] = text.replace(word, dice.choice([*WEEDS, "x"]), dice.choice([1, -1])).split("\n")


MUTATIONS: list[Callable[[random.Random, list[str]], None]] = [
    delete_line, duplicate_line, swap_lines, retype_value, retype_key, indent_line, put_character, cut_short, grow,
    nest, change_word,
]  # fmt: skip


def refusal(name: str, raw: str) -> PolicyError | None:
    """The words in which the file is refused; nothing if it is still a playbook."""
    began = time.process_time()
    try:
        parse_playbook(name, raw, the_policy().roles.root)
    except PolicyError as error:
        return error
    finally:
        assert time.process_time() - began < 1, "took longer than a second"
    return None


def assert_in_words(error: PolicyError, file: str) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.file == file
        assert problem.line is not None and problem.line >= 1
        assert problem.message.strip()
        assert "\n" not in str(problem)
        str(problem).encode()  # a terminal and a database can take it


def test_a_thousand_malformed_playbooks_are_each_refused_in_words() -> None:
    dice, refused, tries = random.Random(SEED), Counter[str](), 0
    while refused.total() < CASES:
        tries += 1
        name, mutation = dice.choice(sorted(RAW)), dice.choice(MUTATIONS)
        lines = RAW[name].split("\n")
        for _ in range(dice.choice([1, 1, 1, 3])):
            mutation(dice, lines)
        if error := refusal(name, "\n".join(lines)):
            refused[mutation.__name__] += 1
            assert_in_words(error, name)
    assert tries < 3 * CASES  # the others were still playbooks: a line of a comment, a test less
    assert set(refused) == {mutation.__name__ for mutation in MUTATIONS}


LAUGHS = "a: &a [x, x, x]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghi"))


@pytest.mark.parametrize(
    ("raw", "line", "told"),
    [
        ("", 1, "is empty"),
        ("# only a comment\n", 1, "is empty"),
        ("playbook", 1, "Input should be an object"),
        ("- a\n- b\n", 1, "Input should be an object"),
        (LAUGHS, 1, "anchors and aliases (& and *) are not allowed"),
        (written() + "\nexit: *nothing", 10, "anchors and aliases (& and *) are not allowed"),
        (written(state="!!python/name:os.system"), 5, "tags (!) are not allowed"),
        (written(steps="[" * 30_000), 8, "nested too deeply"),
        (written(owner="9" * 6_000), 4, "the number has too many digits"),
        (written(owner="\x07"), 4, "not allowed"),
        (written(owner='"\\0"'), 4, "the character U+0000 is not allowed"),
        (written(owner='"\\ud83d"'), 4, "the character U+D83D is not allowed"),
        (written(owner='"\\u202eregnanam"'), 4, "the character U+202E is not allowed"),
        (written() + "\n? [a, b]\n: c", 10, "a list or a section cannot be a key"),
        (written() + f"\n{'k' * 81}: c", 10, "a key is one line of at most 80 characters"),
        (written() + "\n<<: {exit: 'true'}", 10, "Extra inputs are not permitted"),
        (written() + "\n---\na: b", 10, "another document"),
        (written(owner="x" * LARGEST), 1, "larger than 64 KiB"),
        (written(limits="{runtime: 99999999999999999999d}"), 7, "longer than time is counted"),
        (
            written(match="{kinds: [single], levels: [1], when: '" + "!" * 501 + "true'}"),
            6,
            "longer than 500 characters",
        ),
    ],
)
def test_what_would_break_a_reader_is_refused_at_its_line(raw: str, line: int, told: str) -> None:
    error = refusal("example.yaml", raw)
    assert error is not None
    assert_in_words(error, "example.yaml")
    assert [problem.line for problem in error.problems if told in problem.message] == [line]


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"playbook: a\n\xff\xfe\x00", 2, "not UTF-8"),
        (b"\x7fELF\x00\x01", 1, "not allowed"),
        ("playbook: 长".encode("gb18030"), 1, "not UTF-8"),
        (b"\x00" * 100, 1, "not allowed"),
        (b"x" * (LARGEST + 1), 1, "larger than 64 KiB"),
        ("长".encode() * LARGEST, 1, "larger than 64 KiB"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, line: int, told: str) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    with pytest.raises(PolicyError) as caught:
        load_playbook(tmp_path / "a.yaml")
    assert (caught.value.problems[0].line, told in str(caught.value)) == (line, True)


def test_random_bytes_are_refused_and_harm_no_other_file(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    for number in range(100):
        (tmp_path / f"noise_{number}.yaml").write_bytes(dice.randbytes(dice.choice([1, 10, 1_000, 70_000])))
    (tmp_path / "example.yaml").write_text(written(), encoding="utf-8")
    good, problems = load_folder(tmp_path)
    assert (set(good), len(problems)) == ({"example"}, 100)
    for file, error in problems.items():
        assert_in_words(error, file)
