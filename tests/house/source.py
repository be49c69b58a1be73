"""What the house tests read: the project's own files, their syntax trees, and findings as `file:line: rule`."""

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
IGNORED = ("__pycache__", ".venv", "node_modules")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A line that breaks a rule of the house."""

    file: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}"


Rule = Callable[[str, ast.Module], Iterable[Finding]]


def python_files(*rooms: str) -> Iterator[str]:
    """Return the Python files of some top folders, as paths from the root, sorted."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not any(part in IGNORED for part in path.parts):
                yield path.relative_to(ROOT).as_posix()


def project_files() -> list[str]:
    """Return every file that belongs to the project: what git knows, or what is there when it is no checkout."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file() and not any(part.startswith(".") or part in IGNORED for part in path.parts)
    )


@cache
def text(file: str) -> str | None:
    """Return a file's text; None when it is not text."""
    try:
        return (ROOT / file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def tree(file: str) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(text(file) or "", file)


def check(rule: Rule, files: Iterable[str]) -> list[Finding]:
    """Return what a rule finds in files, in order."""
    return sorted(finding for file in files for finding in rule(file, tree(file)))


def told(findings: Iterable[Finding]) -> str:
    """Return findings one a line, for the message of an assertion."""
    return "\n".join(str(finding) for finding in findings)


def module_of(file: str) -> str:
    """Return the dotted name of a file: `edge/store/tx.py` is `edge.store.tx`."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def within(module: str, package: str) -> bool:
    """Tell whether a module is a package or lies in it."""
    return module == package or module.startswith(f"{package}.")


def imports(file: str, module: ast.Module) -> Iterator[tuple[int, str]]:
    """Return (line, imported module) of every import, also inside functions and by `import_module("…")`."""
    package = module_of(file) if file.endswith("__init__.py") else module_of(file).rpartition(".")[0]
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
                base = f"{above}.{base}".rstrip(".")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node.func) in ("import_module", "__import__") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield node.lineno, name.value


def _called(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    """Return the full name an expression stands for (`dt.now` is `datetime.datetime.now`), None when it is no name."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        left = dotted(node.value, names)
        return None if left is None else f"{left}.{node.attr}"
    return None


def imported_names(module: ast.Module) -> dict[str, str]:
    """Return what the imported names of a module stand for, also those imported inside functions."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names
