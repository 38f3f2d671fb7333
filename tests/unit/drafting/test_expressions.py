"""Expressions in titles and notes are filled in a sandbox, and only from what they are given."""

from __future__ import annotations

import pytest

from agendad.drafting.expressions import LONGEST, ExpressionError, Expressions


def render(text: str, **context: object) -> str:
    return Expressions().render(text, context)


def test_names_and_their_attributes_are_filled() -> None:
    assert render("Walk after {{ event.title }}", event={"title": "Board"}) == "Walk after Board"


def test_what_is_filled_in_is_data_and_never_a_template() -> None:
    assert render("{{ title }}", title="{{ 1 + 1 }}{% for x in y %}") == "{{ 1 + 1 }}{% for x in y %}"


def test_nothing_is_escaped_because_calendars_hold_plain_text() -> None:
    assert render("{{ title }}", title="<A & B>") == "<A & B>"


@pytest.mark.parametrize(
    "text",
    [
        "{{ a }} & <b> 'q' {{ a }}",
        "{% for x in [a] %}{{ x }} & <b> 'q' {{ a }}{% endfor %}",
        "{% macro m() %} & <b> 'q' {% endmacro %}{{ a }}{{ m() }}{{ a }}",
        "{% set s %} & <b> 'q' {% endset %}{{ a ~ s ~ a }}",
        "{{ a }}{% set s %} & <b> {% endset %}{{ s + \"'q' \" + a }}",
    ],
)
def test_what_stands_around_an_expression_is_plain_text_too(text: str) -> None:
    found = render(text, a="<A & B>")
    assert found == "<A & B> & <b> 'q' <A & B>"
    assert type(found) is str


def test_the_same_text_is_filled_anew_each_time() -> None:
    expressions = Expressions()
    assert [expressions.render("{{ n }}", {"n": n}) for n in (1, 2)] == ["1", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ evnt }}",
        "{{ event.titel }}",
        "{{ event.title ",
        "{% for %}",
        "{{ 1 / 0 }}",
        "{{ 'a' + 1 }}",
        "{{ '{x}'.format() }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ event.title.__init__.__globals__ }}",
    ],
)
def test_what_cannot_be_filled_is_an_error_that_shows_the_text(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        render(text, event={"title": "Board"})
    assert caught.value.message.startswith(f"`{text.strip()}` cannot be filled: ")
    assert caught.value.exit_status == 1


def test_what_is_given_cannot_be_changed() -> None:
    given = [1]
    with pytest.raises(ExpressionError):
        render("{{ given.append(2) }}", given=given)
    assert given == [1]


def test_a_text_has_an_end() -> None:
    assert len(render("{{ 'x' * 100000 }}")) == LONGEST
