"""Which names in a template are not known, found without running it: `check` sees the branches that no sample takes.

The names are looked up in a sample of the context, so what a list holds is told by its first member. Where nothing can
be told (a value that is None in the sample, the result of most filters) nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from agendad.drafting.faults import Fault, did_you_mean
from agendad.errors import AgendadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_KEPT: Final = frozenset({"list", "sort", "reverse", "unique", "select", "reject", "selectattr", "rejectattr"})
"""Filters that give a list of what they were given a list of."""

_TAKEN: Final = frozenset({"first", "last", "min", "max"})


class _Anything:
    """The value of what cannot be told."""


_ANYTHING: Final = _Anything()
Scope = dict[str, object]


def unknown_names(tree: nodes.Template, context: Mapping[str, object]) -> list[Fault]:
    """The names and fields that the context does not have, by line, each place once."""
    reader = _Reader()
    reader.body(tree.body, dict(context))
    return sorted(dict.fromkeys(reader.faults), key=lambda each: each.line)


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._statements: dict[type[nodes.Node], Callable[[Any, Scope], None]] = {
            nodes.For: self._for,
            nodes.If: self._if,
            nodes.Assign: self._assign,
            nodes.AssignBlock: self._assign_block,
            nodes.Macro: self._macro,
            nodes.CallBlock: self._macro,
            nodes.With: self._with,
            nodes.FilterBlock: lambda node, scope: self.body(node.body, dict(scope)),
        }
        self._expressions: dict[type[nodes.Node], Callable[[Any, Scope], object]] = {
            nodes.Name: self._name,
            nodes.Getattr: lambda node, scope: self._field(node, self.value(node.node, scope), node.attr),
            nodes.Getitem: self._item,
            nodes.Test: self._test,
            nodes.Filter: self._filtered,
            nodes.Call: self._called,
            nodes.CondExpr: self._choice,
            nodes.Or: self._or,
            nodes.And: self._and,
        }

    # ------------------------------------------------------------ statements

    def body(self, statements: Iterable[nodes.Node], scope: Scope) -> None:
        """Reads statements in order; what they set is added to `scope`."""
        for statement in statements:
            read = self._statements.get(type(statement))
            if read is not None:
                read(statement, scope)
            else:
                self._children(statement, scope)

    def _children(self, node: nodes.Node, scope: Scope) -> object:
        for child in node.iter_child_nodes():
            self.value(child, scope)
        return _ANYTHING

    def _for(self, node: nodes.For, scope: Scope) -> None:
        inner = scope | dict(self._bound(node.target, _member(self.value(node.iter, scope))))
        inner["loop"] = _ANYTHING
        if node.test is not None:
            self.value(node.test, inner)
        self.body(node.body, inner)
        self.body(node.else_, dict(scope))

    def _if(self, node: nodes.If, scope: Scope) -> None:
        self.value(node.test, scope)
        asked = _asked(node.test).difference(scope)
        scope |= dict.fromkeys(asked, _ANYTHING)
        self.body(node.body, scope)
        for name in asked:
            del scope[name]
        for branch in (node.elif_, node.else_):
            self.body(branch, scope)

    def _assign(self, node: nodes.Assign, scope: Scope) -> None:
        scope |= dict(self._bound(node.target, self.value(node.node, scope)))

    def _assign_block(self, node: nodes.AssignBlock, scope: Scope) -> None:
        self.body(node.body, dict(scope))
        scope |= dict(self._bound(node.target, _ANYTHING))

    def _with(self, node: nodes.With, scope: Scope) -> None:
        inner = dict(scope)
        for target, value in zip(node.targets, [self.value(each, scope) for each in node.values], strict=True):
            inner |= dict(self._bound(target, value))
        self.body(node.body, inner)

    def _macro(self, node: nodes.Macro | nodes.CallBlock, scope: Scope) -> None:
        if isinstance(node, nodes.Macro):
            scope[node.name] = _ANYTHING
        else:
            self.value(node.call, scope)
        for default in node.defaults:
            self.value(default, scope)
        named = dict.fromkeys(["varargs", "kwargs", "caller", *(each.name for each in node.args)], _ANYTHING)
        self.body(node.body, scope | named)

    def _bound(self, target: nodes.Node, value: object) -> Iterator[tuple[str, object]]:
        if isinstance(target, nodes.Name):
            yield target.name, value
        else:
            yield from ((name.name, _ANYTHING) for name in target.find_all(nodes.Name))

    # ------------------------------------------------------------ expressions

    def value(self, node: nodes.Node, scope: Scope) -> object:
        """What an expression is in the sample, `_ANYTHING` where that cannot be told."""
        return self._expressions.get(type(node), self._children)(node, scope)

    def _item(self, node: nodes.Getitem, scope: Scope) -> object:
        held = self.value(node.node, scope)
        if isinstance(node.arg, nodes.Const):
            return self._field(node, held, node.arg.value) if isinstance(node.arg.value, str) else _member(held)
        self.value(node.arg, scope)
        return held if isinstance(node.arg, nodes.Slice) else _member(held)

    def _test(self, node: nodes.Test, scope: Scope) -> object:
        asked = node.name in {"defined", "undefined"} and isinstance(node.node, nodes.Name)
        return _ANYTHING if asked else self._children(node, scope)

    def _choice(self, node: nodes.CondExpr, scope: Scope) -> object:
        self.value(node.test, scope)
        found = self.value(node.expr1, dict.fromkeys(_asked(node.test), _ANYTHING) | scope)
        if node.expr2 is not None:
            self.value(node.expr2, scope)
        return found

    def _and(self, node: nodes.And, scope: Scope) -> object:
        self.value(node.left, scope)
        self.value(node.right, dict.fromkeys(_asked(node.left), _ANYTHING) | scope)
        return _ANYTHING

    def _or(self, node: nodes.Or, scope: Scope) -> object:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        return left or right

    def _name(self, node: nodes.Name, scope: Scope) -> object:
        if node.name in scope:
            return scope[node.name]
        if node.name not in {"range", "namespace", "self"}:
            message = f"there is no `{node.name}` here"
            self.faults.append(Fault(message, did_you_mean(node.name, scope), node.lineno, node.name))
        return _ANYTHING

    def _field(self, node: nodes.Getattr | nodes.Getitem, held: object, name: str) -> object:
        known = _known_fields(held)
        if known is None:
            return _ANYTHING
        if name in known:
            return known[name]
        message = f"there is no `{name}` in `{_shown(node.node)}`"
        self.faults.append(Fault(message, did_you_mean(name, known), node.lineno, name))
        return _ANYTHING

    def _filtered(self, node: nodes.Filter, scope: Scope) -> object:
        held = self.value(node.node, scope) if node.node is not None else _ANYTHING
        for child in (*node.args, *(each.value for each in node.kwargs)):
            self.value(child, scope)
        if node.name in _TAKEN and not node.args:
            return _member(held)
        return held if node.name in _KEPT else _ANYTHING

    def _called(self, node: nodes.Call, scope: Scope) -> object:
        function = self.value(node.node, scope)
        args = [self.value(each, scope) for each in node.args]
        named = {each.key: self.value(each.value, scope) for each in node.kwargs}
        if not callable(function) or isinstance(node.node, nodes.Getattr):
            return _ANYTHING
        for each in node.kwargs:
            if isinstance(each.value, nodes.Const):
                named[each.key] = each.value.value
        given = [
            each.value if isinstance(each, nodes.Const) else arg for each, arg in zip(node.args, args, strict=True)
        ]
        try:
            return function(*given, **named)  # the functions of a sample only look, and are as cheap as it
        except (AgendadError, TypeError, ValueError):
            return _ANYTHING  # the run tells what is wrong with the arguments


def _asked(test: nodes.Node) -> set[str]:
    """The names of which a condition asks whether they are there."""
    tests = [test, *test.find_all(nodes.Test)]
    asked = [each for each in tests if isinstance(each, nodes.Test) and each.name == "defined"]
    return {each.node.name for each in asked if isinstance(each.node, nodes.Name)}


def _member(held: object) -> object:
    return held[0] if isinstance(held, Sequence) and not isinstance(held, str) and held else _ANYTHING


def _known_fields(held: object) -> Mapping[str, object] | None:
    """The fields by name; None where anything may be there."""
    if is_dataclass(held) and not isinstance(held, type):
        found = {each.name: getattr(held, each.name) for each in fields(held)}
        found |= {name: getattr(held, name) for name, each in vars(type(held)).items() if isinstance(each, property)}
        return {
            name: _ANYTHING if value is None else value
            for name, value in found.items()
            if not name.startswith("_") and not callable(value)
        }
    if isinstance(held, str | date | Mapping | _Anything) or callable(held):
        return None
    return {} if isinstance(held, Sequence) else None


def _shown(node: nodes.Node) -> str:
    """The expression in which a field was looked up, as far as it has a simple form."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_shown(node.node)}.{node.attr}"
        case nodes.Getitem():
            return _shown(node.node)
        case nodes.Call():
            return f"{_shown(node.node)}()"
    return "it"
