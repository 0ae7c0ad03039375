"""Compares what docstrings say a function raises with what it raises.

    python -m tools.check_docstrings

For every function of the product whose docstring has "Raises `X`", X must be raised by the
function or by what it calls, as far as calls can be followed by name. A function that names one
must name every `DomainError` it lets through. Exceptions of other packages are trusted.
"""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("accounts", "cases", "polls", "sermo", "tools", "verification")
RAISES = re.compile(r"[Rr]aises? (.*?)(?:\.(?:\s|$)|$)", re.DOTALL)
NAMES = re.compile(r"`([A-Za-z_.]+)`")
# Raised by functions of other packages that are called by these names.
EXTERNAL = {"get_object_or_404": "Http404", "get_list_or_404": "Http404"}
MAX_DEPTH = 12


@dataclass
class Function:
    """One function: what it raises and catches itself, and whom it calls."""

    module: str
    name: str
    line: int
    documented: set[str]
    is_public: bool
    # It calls what it was given, which may raise anything.
    is_dynamic: bool = False
    raised: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    calls: set[tuple[str, frozenset[str]]] = field(default_factory=set)


class Tree:
    """Every function and class of the product, with the names each module binds."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}
        self.bases: dict[str, list[str]] = {}
        self.imports: dict[str, dict[str, str]] = {}
        self.attributes: dict[str, set[str]] = {}
        self.callable_fields: set[str] = set()

    def load(self) -> None:
        for package in PRODUCT:
            for path in sorted((ROOT / package).rglob("*.py")):
                if "migrations" not in path.parts:
                    self._load_module(path)

    def _load_module(self, path: Path) -> None:
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        tree = ast.parse(path.read_text("utf-8"))
        names: dict[str, str] = {}
        walked = list(ast.walk(tree))
        self.attributes[module] = {n.attr for n in walked if isinstance(n, ast.Attribute)}
        for node in walked:
            if isinstance(node, ast.AnnAssign) and "Callable" in ast.unparse(node.annotation):
                self.callable_fields.add(ast.unparse(node.target))
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        self.imports[module] = names
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                self._add(module, "", node)
            elif isinstance(node, ast.ClassDef):
                self.bases[node.name] = [_last(base) for base in node.bases]
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef):
                        self._add(module, f"{node.name}.", inner)

    def _add(self, module: str, prefix: str, node: ast.FunctionDef) -> None:
        documented = _documented(ast.get_docstring(node) or "")
        public = not node.name.startswith("_")
        function = Function(module, prefix + node.name, node.lineno, documented, public)
        _Body(function).visit_all(node)
        key = f"{module}.{prefix}{node.name}"
        self.functions[key] = function

    def is_ours(self, error: str) -> bool:
        return error in self.bases

    def is_dynamic(self, function: Function) -> bool:
        called = {name.rpartition(".")[2] for name, _ in function.calls if "." in name}
        return function.is_dynamic or bool(called & self.callable_fields)

    def is_known(self, error: str, module: str) -> bool:
        known = {*self.bases, *self.imports[module], *self.attributes[module], "DoesNotExist"}
        known |= set(dir(subprocess))
        return error in known or hasattr(builtins, error)

    def is_rule(self, error: str) -> bool:
        """Whether it is a rule that says no (sermo.core.errors), which callers must know."""
        return self.is_ours(error) and "DomainError" in set(self.ancestors(error))

    def ancestors(self, error: str) -> Iterator[str]:
        yield error
        for base in self.bases.get(error, []):
            yield from self.ancestors(base)

    def targets(self, caller: Function, called: str) -> list[str]:
        """The functions a call may reach: by import, in the same module or class."""
        head, _, tail = called.partition(".")
        names = self.imports[caller.module]
        keys = []
        if not tail:
            keys = [f"{caller.module}.{head}", names.get(head, "")]
        elif head in {"self", "cls"}:
            owner = caller.name.partition(".")[0]
            keys = [f"{caller.module}.{owner}.{tail}"]
        elif head in names:
            keys = [f"{names[head]}.{tail}", self._through_package(names[head], tail)]
        resolved = [self._follow(key) for key in keys if key]
        return [key for key in resolved if key in self.functions]

    def _through_package(self, package: str, name: str) -> str:
        return self.imports.get(package, {}).get(name, "")

    def _follow(self, key: str, depth: int = 0) -> str:
        """Through the re-exports of packages."""
        module, _, name = key.rpartition(".")
        onward = self.imports.get(module, {}).get(name)
        if key in self.functions or onward is None or depth > MAX_DEPTH:
            return key
        return self._follow(onward, depth + 1)

    def all_raised(self, key: str, seen: frozenset[str] = frozenset()) -> set[str]:
        if key in seen or len(seen) > MAX_DEPTH:
            return set()
        function = self.functions[key]
        raised = set(function.raised)
        for called, caught in function.calls:
            if called.startswith("made by "):  # `raise self.lost()`: the errors that it builds
                for target in self.targets(function, called.removeprefix("made by ")):
                    raised |= {name for name in self.functions[target].made if self.is_ours(name)}
                continue
            raised |= {EXTERNAL[called]} if called in EXTERNAL else set()
            for target in self.targets(function, called):
                below = self.all_raised(target, seen | {key})
                raised |= {error for error in below if not self._is_caught(error, caught)}
        return raised

    def _is_caught(self, error: str, caught: frozenset[str]) -> bool:
        return bool(caught & {*self.ancestors(error), "Exception", "BaseException"})


class _Body(ast.NodeVisitor):
    """Collects raises and calls, each with the exceptions that are caught around it."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.caught: list[frozenset[str]] = []
        self.parameters: set[str] = set()

    def visit_all(self, node: ast.FunctionDef) -> None:
        self.parameters = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
        for statement in node.body:
            self.visit(statement)

    def visit_Raise(self, node: ast.Raise) -> None:
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if error is not None:
            self.function.raised.add(_last(error))
            self.function.calls.add((f"made by {ast.unparse(error)}", frozenset()))
        self.generic_visit(node)

    def visit_Try(self, node: ast.Try) -> None:
        caught = frozenset(
            _last(name)
            for handler in node.handlers
            for name in _alternatives(handler.type)
            # What a handler raises again is not kept from the caller.
            if not any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(handler))
        )
        self.caught.append(caught)
        for statement in node.body:
            self.visit(statement)
        self.caught.pop()
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func)
        self.function.calls.add((called, frozenset().union(*self.caught)))
        self.function.made.add(_last(node.func))
        self.function.is_dynamic |= called in self.parameters
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(argument, ast.Name | ast.Attribute):  # a function that is passed on
                passed = (ast.unparse(argument), frozenset[str]().union(*self.caught))
                self.function.calls.add(passed)
        self.generic_visit(node)


def _alternatives(node: ast.expr | None) -> list[ast.expr]:
    if node is None:
        return [ast.Name("BaseException")]
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _documented(text: str) -> set[str]:
    sentences = " ".join(RAISES.findall(text))
    return {name.rpartition(".")[2] for name in NAMES.findall(sentences) if _is_error(name)}


def _is_error(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last[:1].isupper() and not last.isupper()


def problems(tree: Tree) -> Iterator[str]:
    """One line for each docstring that is not true."""
    for key, function in tree.functions.items():
        if not function.documented:
            continue
        raised = tree.all_raised(key)
        above = {name for error in raised for name in tree.ancestors(error)}
        place = f"{function.module}:{function.line} {function.name}"
        for error in sorted(function.documented - above):
            if not tree.is_known(error, function.module):
                yield f"{place}: names {error}, which does not exist"
            elif not tree.is_dynamic(function) and (tree.is_ours(error) or error == "Http404"):
                yield f"{place}: says it raises {error}, and does not"
        for error in sorted(raised):
            if tree.is_rule(error) and not function.documented & set(tree.ancestors(error)):
                yield f"{place}: raises {error} and does not say so"


def main() -> None:
    """Print each problem. Exits with 1 if there is one."""
    tree = Tree()
    tree.load()
    messages = list(problems(tree))
    print("\n".join(messages) or "every Raises is true")
    sys.exit(bool(messages))


if __name__ == "__main__":
    main()
