"""The rules of this house, checked by reading the sources."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance import INSTALLED, FunctionNode, each_test

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fedlearn"
TESTS = ROOT / "tests"
BENCH = ROOT / "bench"

LONGEST_FILE = 400
SOURCE_SUFFIXES = {".py", ".html", ".css", ".js"}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)\s")
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc"}

SHOWN_AS_THEY_ARE = {"NotFound", "Deleted", "Forbidden", "Invalid", "RefusedGrant"}
FOR_COMMANDS = {"find_user", "find_actor"}  # who is named at the terminal
FOR_SCRIPTS = PACKAGE / "web" / "pages" / "live.py"  # which show nobody what they are answered

IMPORTS = ast.Import | ast.ImportFrom
Rule = Callable[[ast.Module], Iterator[int]]


def swallowed_errors(module: ast.Module) -> Iterator[int]:
    """Lines of `except:` without a class, and of handlers that pass over what they caught."""
    for node in ast.walk(module):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or all(does_nothing(statement) for statement in node.body)
        ):
            yield node.lineno


def does_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is `pass`, or a bare constant such as `...` or a string."""
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass)


def late_imports(module: ast.Module) -> Iterator[int]:
    """Lines of imports inside functions, which hide what a module depends on."""
    functions = [node for node in ast.walk(module) if isinstance(node, FunctionNode)]
    inside = [node for function in functions for node in ast.walk(function)]
    # A set, because a function may stand inside another.
    yield from sorted({node.lineno for node in inside if isinstance(node, IMPORTS)})


def missing_module_docstring(module: ast.Module) -> Iterator[int]:
    """The first line of a module with code and no docstring; empty ones mark packages."""
    if module.body and ast.get_docstring(module) is None:
        yield 1


def undescribed_tests(module: ast.Module) -> Iterator[int]:
    """Lines of test functions that do not say what they show."""
    for function, _ in each_test(module):
        if not ast.get_docstring(function):
            yield function.lineno


def sql_literals(module: ast.Module) -> Iterator[int]:
    """Lines of strings that begin like an SQL statement."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield node.lineno


def unmarked_sentences(module: ast.Module) -> Iterator[int]:
    """Lines where an error that people are shown as it is says something in English alone."""
    functions = [node for node in ast.walk(module) if isinstance(node, FunctionNode)]
    apart = [node for one in functions if one.name in FOR_COMMANDS for node in ast.walk(one)]
    for node in ast.walk(module):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node not in apart:
            raised = getattr(node.exc.func, "id", "")
            if raised in SHOWN_AS_THEY_ARE and any(map(is_sentence, node.exc.args)):
                yield node.lineno


def is_sentence(node: ast.expr) -> bool:
    """Whether words stand here as they are: those that are translated stand in a call."""
    # A single word is one of a protocol.
    is_text = isinstance(node, ast.Constant) and " " in str(node.value)
    return is_text or isinstance(node, ast.JoinedStr)


def asked_by_pages() -> list[Path]:
    """The services that `web` imports. The others are for commands and jobs."""
    imports = [
        node
        for path in sources(PACKAGE / "web")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fedlearn.services")
    ]
    names = {name for one in imports for name in (one.module or "").split(".")}
    names |= {alias.name for one in imports for alias in one.names}
    return [path for path in sources(PACKAGE / "services") if path.stem in names]


def sources(*folders: Path, suffixes: set[str] | None = None) -> list[Path]:
    """The files we write under some folders: not what is installed there for the foreign peers."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    wanted = suffixes or {".py"}
    return [path for path in paths if path.suffix in wanted and not INSTALLED & set(path.parts)]


def offences(rule: Rule, paths: list[Path]) -> list[str]:
    """Where a rule is broken, as `path:line`."""
    assert paths, "the rule would hold because nothing was read"
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for path in paths
        for line in rule(ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))
    ]


def test_no_error_is_swallowed() -> None:
    """No handler catches everything by a bare `except:`, or catches and does nothing."""
    assert offences(swallowed_errors, sources(PACKAGE, TESTS, BENCH)) == []


def test_imports_stand_at_the_top() -> None:
    """No function of the package imports."""
    assert offences(late_imports, sources(PACKAGE)) == []


def test_modules_say_what_they_are_for() -> None:
    """Each module of the package that is not empty opens with a docstring."""
    assert offences(missing_module_docstring, sources(PACKAGE)) == []


def test_tests_say_what_they_show() -> None:
    """Each test has a docstring."""
    paths = [path for path in sources(TESTS) if path.name.startswith("test_")]
    assert offences(undescribed_tests, paths) == []


def test_what_people_are_told_is_translated() -> None:
    """What services and pages say of a fault is marked, so that it has words in each language."""
    paths = [*asked_by_pages(), *sources(PACKAGE / "web" / "pages")]
    assert offences(unmarked_sentences, [path for path in paths if path != FOR_SCRIPTS]) == []


def test_sql_is_written_only_in_db() -> None:
    """No string outside fedlearn/db begins like an SQL statement."""
    paths = [path for path in sources(PACKAGE) if not path.is_relative_to(PACKAGE / "db")]
    assert offences(sql_literals, paths) == []


def test_files_are_short() -> None:
    """No source file of the package has more than 400 lines."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(PACKAGE, suffixes=SOURCE_SUFFIXES)
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_modules_are_named_for_what_is_in_them() -> None:
    """No module or package is called utils, helpers, common or the like."""
    parts = [
        path.relative_to(ROOT).with_suffix("").parts for path in sources(PACKAGE, TESTS, BENCH)
    ]
    assert [path for path in parts if NAMES_THAT_SAY_NOTHING & set(path)] == []


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        (swallowed_errors, "try:\n    f()\nexcept:\n    g()"),
        (swallowed_errors, "try:\n    f()\nexcept OSError:\n    pass"),
        (swallowed_errors, "try:\n    f()\nexcept OSError:\n    'no matter'\n    ..."),
        (late_imports, "async def f():\n    if x:\n        import json"),
        (late_imports, "def f():\n    def g():\n        import json"),
        (late_imports, "class A:\n    def f(self):\n        from json import loads"),
        (missing_module_docstring, "import json"),
        (undescribed_tests, "async def test_it(): ..."),
        (undescribed_tests, "class TestIt:\n    def test_it(self): ..."),
        (unmarked_sentences, "raise Invalid('This is not possible.')"),
        (unmarked_sentences, "raise NotFound(f'There is no {thing}.') from error"),
        (unmarked_sentences, "raise RefusedGrant('invalid_grant', 'It is too late.')"),
        (sql_literals, "f('SELECT 1')"),
        (sql_literals, 'f("""\n    INSERT INTO status (id) VALUES (:id)""")'),
        (sql_literals, "f(f'UPDATE {table} SET x = 1')"),
        (sql_literals, "f('DELETE FROM status')"),
    ],
)
def test_broken_rule_is_noticed(rule: Rule, broken: str) -> None:
    """Each rule finds the fault in a sample made to break it."""
    assert len(list(rule(ast.parse(broken)))) == 1


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (swallowed_errors, "try:\n    f()\nexcept OSError:\n    return None"),
        (late_imports, "if x:\n    import json"),
        (missing_module_docstring, ""),
        (missing_module_docstring, '"""About it."""\nimport json'),
        (undescribed_tests, 'def test_it():\n    """It holds."""'),
        (undescribed_tests, "def helper(): ..."),
        (unmarked_sentences, "raise Invalid(_('This is not possible.'))"),
        (unmarked_sentences, "raise Invalid(message, {'text': message})"),
        (unmarked_sentences, "raise RefusedGrant('invalid_grant', str(error)) from error"),
        (unmarked_sentences, "def find_user(name):\n    raise NotFound(f'nobody called {name}')"),
        (sql_literals, "f('DELETE', 'Update', 'Select one of these')"),
    ],
)
def test_kept_rule_is_left_alone(rule: Rule, kept: str) -> None:
    """Each rule is content with a sample that keeps it."""
    assert list(rule(ast.parse(kept))) == []
