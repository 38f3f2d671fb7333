"""Puts counters into the code of a template, and refuses what has no place in a text. Called by `sandbox.py`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

_REFUSED: Final[dict[type[nodes.Node], str]] = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.ScopedEvalContextModifier: "autoescape",
}


def counted_tree(tree: nodes.Template, environment: Environment) -> nodes.Template:
    """The template with a counter in every loop and macro; raises TemplateSyntaxError for what is refused."""
    for refused, tag in _REFUSED.items():
        if (found := tree.find(refused)) is not None:
            raise TemplateSyntaxError(f"`{{% {tag} %}}` is not available: a template stands alone", found.lineno)
    for name, node, known in _names(tree, environment):
        if name.startswith("_") or name not in known:
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            raise TemplateSyntaxError(f"there is no {kind} `{name}`{meant(name, known)}", node.lineno)
    visited: nodes.Template = _Counters().visit(tree)
    visited.set_environment(environment)
    return visited


def _names(tree: nodes.Template, environment: Environment) -> Iterable[tuple[str, nodes.Node, Iterable[str]]]:
    for filtered in tree.find_all(nodes.Filter):
        yield filtered.name, filtered, environment.filters
    for tested in tree.find_all(nodes.Test):
        yield tested.name, tested, environment.tests


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean ...?` with the nearest of the known names, or nothing."""
    near = get_close_matches(word, [name for name in known if not name.startswith("_")], 1)
    return f"; did you mean `{near[0]}`?" if near else ""


class _Counters(NodeTransformer):
    """Counts each turn of a loop and each run of a macro by what stands in it, and joins texts where it is counted."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - jinja2 finds it by this name
        self.generic_visit(node)
        node.iter = _filter(node.iter, "_counted")
        return _ticking(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802 - jinja2 finds it by this name
        self.generic_visit(node)
        return _ticking(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802 - jinja2 finds it by this name
        self.generic_visit(node)
        return _ticking(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - jinja2 finds it by this name
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "_concat")

    def visit_Operand(self, node: nodes.Operand) -> nodes.Node:  # noqa: N802 - jinja2 finds it by this name
        self.generic_visit(node)
        if node.op in {"in", "notin"}:
            node.expr = _filter(node.expr, "_weighed")
        return node


def _ticking(node: nodes.For | nodes.Macro | nodes.CallBlock) -> nodes.Node:
    parts = [part for child in node.body for part in child.find_all(nodes.Node)]
    weight = 1 + len(parts) + sum(len(part.data) for part in parts if isinstance(part, nodes.TemplateData)) // 16
    tick = _filter(nodes.Const(weight, lineno=node.lineno), "_tick")
    node.body.insert(0, nodes.ExprStmt(tick, lineno=node.lineno))
    return node


def _filter(node: nodes.Node, name: str) -> nodes.Filter:
    filtered = nodes.Filter(lineno=node.lineno)
    filtered.node, filtered.name, filtered.args, filtered.kwargs = cast("nodes.Expr", node), name, [], []
    filtered.dyn_args = filtered.dyn_kwargs = None
    return filtered
