"""A template becomes a letter: what the template says is markup, what events and people say is data."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import datetime, timedelta
from html.parser import HTMLParser
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.drafting.letters import LONGEST, MOST_IN_BODY, MOST_IN_SUBJECT, LetterError, Letters, Written

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 17, tzinfo=PARIS)
LETTERS = Letters(PARIS)


def write(body: str, subject: str = "Hello", language: str = "en", **context: object) -> Written:
    source = f"---\nsubject: '{subject}'\n---\n{body}"
    return LETTERS.write(source, {"now": NOW, **context}, language, PARIS)


def refused(source: str, **context: object) -> LetterError:
    with pytest.raises(LetterError) as caught:
        LETTERS.write(source, {"now": NOW, **context}, "en", PARIS)
    return caught.value


def body_of(written: Written) -> str:
    """What stands inside `<body>`."""
    return written.html.partition("<body>\n")[2].partition("</body>")[0]


class Reader(HTMLParser):
    """The tags and the words of a page, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def test_what_was_written_at_another_time_does_not_show() -> None:
    letters, source = Letters(PARIS), "---\nsubject: S\n---\n{{ now | when }}"
    later = NOW + timedelta(days=400)
    for now in (NOW, later, NOW):
        assert letters.write(source, {"now": now}, "en", PARIS) == Letters(PARIS).write(
            source, {"now": now}, "en", PARIS
        )


class TestBodies:
    def test_markdown_is_taken_out_of_the_text_and_becomes_html(self):
        written = write("Dear **Ada**,\n\nsee *this*: [site](https://example.org/a).\n\n1. one\n2. two\n\n> said\n")
        assert written.text == "Dear Ada,\n\nsee this: site (https://example.org/a).\n\n1. one\n2. two\n\n> said\n"
        assert Reader(body_of(written)).tags == ["p", "strong", "p", "em", "a", "ol", "li", "li", "blockquote", "p"]

    def test_every_line_of_a_template_is_a_line_of_the_letter(self):
        written = write("Best,\n-- \nAda\n")
        assert written.text == "Best,\n--\nAda\n"
        assert body_of(written) == "<p>Best,<br />\n--<br />\nAda</p>\n"

    def test_a_link_that_says_where_it_leads_says_it_once(self):
        assert write("<https://example.org> and <ada@example.org>").text == "https://example.org and ada@example.org\n"

    def test_html_and_pictures_are_words(self):
        written = write("<b>x</b> ![p](https://example.org/p.png)")
        assert "<b>" not in body_of(written)
        assert "img" not in Reader(body_of(written)).tags
        assert written.text.startswith("<b>x</b> !p (")

    @pytest.mark.parametrize(
        "body",
        [
            "{% for x in [1, 2] %}- {{ x }}\n{% endfor %}\nBest",
            "{% for x in [1, 2] %}\n- {{ x }}\n{% endfor %}\n\nBest",
            "{% for x in [1, 2] %}\n\n- {{ x }}\n\n{% endfor %}\n\n\nBest",
            "  {% if true %}\n{% for x in [1, 2] -%}\n- {{ x }}\n{% endfor %}\n  {% endif %}\n{# done #}\nBest",
        ],
    )
    def test_conditions_and_loops_leave_no_gaps(self, body: str):
        written = write(body)
        assert written.text == "- 1\n- 2\n\nBest\n"
        assert body_of(written) == "<ul>\n<li>1</li>\n<li>2</li>\n</ul>\n<p>Best</p>\n"

    def test_lines_of_tags_alone_vanish_inside_a_paragraph(self):
        assert write("one\n{% if true %}\ntwo\n{% endif %}\nthree").text == "one\ntwo\nthree\n"

    def test_what_is_raw_is_kept(self):
        assert write("{% raw %}\n{% if %}\n{% endraw %}").text == "{% if %}\n"

    def test_lists_keep_their_inner_lists_and_paragraphs(self):
        text = "- a\n  - b\n- c\n\nd\n\n1. x\n\n   y\n\n2. z\n"
        assert write(text).text == text

    def test_code_stays_as_it_is(self):
        assert write("```sh\na  *b*\n```\n`c*d*`").text == "    a  *b*\n\nc*d*\n"

    def test_the_page_says_its_language_and_direction(self):
        assert '<html lang="fr-CA">' in write("x", language="fr-CA").html
        assert '<html lang="ar" dir="rtl">' in write("x", language="ar").html

    def test_macros_and_blocks_are_markup_with_data_in_them(self):
        body = "{% macro m(a) %}**{{ a }}**{% endmacro %}{% set b %}*{{ x }}*{% endset %}{{ m(x) }} {{ b }} {{ b ~ x }}"
        assert write(body, x="*1*").text == "*1* *1* *1**1*\n"
        assert Reader(body_of(write(body, x="*1*"))).tags == ["p", "strong", "em", "em"]

    def test_values_are_written_in_the_language_of_the_letter(self):
        body = "{{ now }}; {{ none }}; {{ 1.5 }}; {{ length }}; {{ names }}; {{ names | map('upper') }}"
        written = write(body, language="fr", none=None, length=timedelta(minutes=90), names=["Ada", "Grace"])
        assert written.text == (
            "mardi 24 novembre, 17\u00a0h\u00a000; ; 1,5; 1\u00a0heure 30 minutes; Ada et Grace; ADA et GRACE\n"
        )


class TestSubject:
    def test_it_is_one_line(self):
        assert write("x", "  a   {{ t }} \t b ", t="one\r\ntwo\u2028three").subject == "a one two three b"

    def test_blanks_that_do_not_break_stay(self):
        assert write("x", "Absence\u00a0: {{ t }}\u202f?", t="a\u00a0b").subject == "Absence\u00a0: a\u00a0b\u202f?"

    def test_an_empty_one_is_an_error_at_its_line(self):
        error = refused("---\nlanguage: en\nsubject: '{{ t }}'\n---\nx", t=" \u200b ")
        assert (error.message, error.line) == ("the subject is empty", 3)

    def test_it_is_plain_text(self):
        assert write("x", "{{ t }} & <b> {{ t }}", t="<A & B>").subject == "<A & B> & <b> <A & B>"

    def test_long_values_are_cut(self):
        subject = write("x", "{{ t }}!", t="é" * 10_000).subject
        assert len(subject) == MOST_IN_SUBJECT + 1
        assert subject.endswith("é…!")

    def test_markdown_is_nothing_there(self):
        assert write("x", "*{{ t }}*", t="_a_").subject == "*_a_*"


class TestFrontMatter:
    @pytest.mark.parametrize(
        ("source", "message", "line"),
        [
            ("Hello", "the template has no front matter", 1),
            ("", "the template has no front matter", 1),
            ("---\nsubject: x\n", "the front matter has no end", 1),
            ("---\n---\nx", "the front matter has no `subject`", 1),
            ("---\nx-a: 1\nsubjct: x\n---\n", "unknown key `subjct` in the front matter", 3),
            ("---\nsubject: x\nsubject: y\n---\n", "`subject` is given twice", 3),
            ("---\nsubject:\n---\n", "`subject` is empty", 2),
            ("---\nsubject: {{ x }}\n---\n", "`subject` is no text", 2),
            ("---\nsubject: 'x\n---\n", "the front matter cannot be read: found unexpected end of stream", 2),
            ("---\n- x\n---\n", "the front matter is no list of `key: value` lines", 2),
            ("---\nsubject: x\nlanguage: français\n---\n", "`français` is not the tag of a language", 3),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(self, source: str, message: str, line: int):
        error = refused(source)
        assert (error.message, error.line) == (message, line)

    def test_a_hint_names_the_key_that_was_meant(self):
        assert refused("---\nsubjct: x\n---\n").hint == "did you mean `subject`?"

    def test_windows_files_and_byte_order_marks_are_read(self):
        source = "\ufeff---\r\nsubject: Hello\r\nlanguage: fr\r\nx-mine: [1]\r\n---\r\nOne\r\nTwo\r\n"
        assert LETTERS.sheet(source).language == "fr"
        written = LETTERS.write(source, {"now": NOW}, "fr", PARIS)
        assert (written.subject, written.text) == ("Hello", "One\nTwo\n")

    def test_lines_count_from_the_beginning_of_the_file(self):
        source = "---\nx-note: a\nsubject: x\n---\nOne\n{% if true %}\n{% endif %}\n{{ nme }}\n"
        error = refused(source, name="Ada")
        assert (error.message, error.hint, error.line) == ("there is no `nme` here", "did you mean `name`?", 8)
        assert refused("---\nsubject: >-\n  {{ nme }}\n---\n").line == 2

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("{{ x | whne }}", "there is no filter `whne`"),
            ("{% if x is evn %}{% endif %}", "there is no test `evn`"),
            ("{% include 'x' %}", "`{% include %}` is not available: a template stands alone"),
            ("{% extends 'x' %}", "`{% extends %}` is not available: a template stands alone"),
            ("{% block x %}{% endblock %}", "`{% block %}` is not available: a template stands alone"),
            ("{{ x", "unexpected end of template, expected 'end of print statement'"),
        ],
    )
    def test_wrong_syntax_is_told_with_its_line(self, body: str, message: str):
        error = refused(f"---\nsubject: x\n---\n\n\n{body}", x=1)
        assert error.line == 6
        assert error.message == message


ENDLESS = [
    "{{ 'x' * 10 ** 9 }}",
    "{{ [1] * 10 ** 9 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ 2.0 ** 5000 }}",
    "{{ range(10 ** 8) | list }}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(9999) if false %}{% endfor %}{% endfor %}",
    "{% for a in range(9999) %}{{ 'b' in 'a' * 9999 }}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{% call m() %}{{ m() }}{% endcall %}{% endcall %}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set n = namespace(a='xx') %}{% for b in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
    "{% set n = namespace(a='xx') %}{% for b in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}",
    "{% set n = namespace(a='x') %}{% for b in range(99) %}{% set n.a %}{{ n.a }}{{ n.a }}{% endset %}{% endfor %}",
    "{% set n = namespace(a=3) %}{% for b in range(99) %}{% set n.a = n.a * n.a %}{% endfor %}",
    "{{ '%999999999d' % 1 }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ 'x'.ljust(10 ** 9) }}",
    "{{ 'x' | replace('x', 'y' * 9999) | replace('y', 'z' * 9999) }}",
    "{{ range(9999) | join('x' * 9999) }}",
    "{{ range(9999) | map('string') | join('x' * 9999) }}",
    "{% for a in range(9999) %}" + "word " * 2000 + "{% endfor %}",
    "{{ " + "(" * 400 + "1" + ")" * 400 + " }}",
    "{% for a in [1] %}" * 30 + "{% endfor %}" * 30,
    "{{ 9" + "9" * 9000 + " }}",
]

FORBIDDEN = [
    "{{ ''.__class__ }}",
    "{{ name.__class__.__mro__ }}",
    "{{ now.__init__ }}",
    "{{ now.tzinfo }}",
    "{{ letters._sandbox }}",
    "{{ [].append(1) }}",
    "{{ name | attr('__class__') }}",
    "{{ [name] | map(attribute='__class__') }}",
    "{{ lipsum() }}",
    "{{ -9999 | _tick }}",
    "{{ range.__globals__ }}",
    "{{ joiner }}",
    "{{ now.replace(year=1) }}",
]


class TestSandbox:
    @pytest.mark.parametrize("body", ENDLESS, ids=lambda body: body[:40])
    def test_a_template_without_end_is_an_error_and_the_same_each_time(self, body: str):
        source = f"---\nsubject: x\n---\n{body}"
        first, second = refused(source), refused(source)
        assert (first.message, first.line) == (second.message, second.line)
        assert first.exit_status == 1

    @pytest.mark.parametrize("body", FORBIDDEN)
    def test_nothing_but_data_can_be_reached(self, body: str):
        error = refused(f"---\nsubject: x\n---\n{body}", name="Ada", letters=LETTERS)
        assert error.line == 4

    def test_a_letter_has_an_end(self):
        error = refused("---\nsubject: x\n---\n" + "word " * (LONGEST // 5 + 1))
        assert error.message == f"the letter has more than {LONGEST:,} characters"

    def test_a_long_letter_is_well_within_its_work(self):
        body = "{% for x in range(300) %}\n- {{ x }}: {{ now | when }} {{ 'text' | upper }}\n{% endfor %}"
        assert write(body).text.count("\n") == 300


HOSTILE = [
    "\r\nBcc: eve@example.com\r\n\r\nHello",
    "x\nSubject: other",
    "x\u2028y\u2029z\x85a\x0bb\x0cc",
    "{{ 7 * 7 }}{% for x in y %}",
    "{{ ''.__class__.__mro__ }}",
    "{# gone #}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</body></html><p>",
    "<!-- -->&amp;&#60;b&#62;",
    "**bold** _it_ `code` ~~no~~",
    "# heading",
    "- item\n- item",
    "1. one",
    "> quote",
    "---",
    "===",
    "```\nfence",
    "    code",
    "[click](javascript:alert(1))",
    "![pic](https://evil.example/p.png)",
    "<https://evil.example>",
    "[ref]: https://evil.example",
    "| a | b |\n|---|---|",
    "\\*not\\* & \\[this\\]",
    "https://example.org/?a=1&b=<2>",
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068x\u2069",
    "שלום עולם",
    "مرحبا 123 (abc)",
    "a\u200bb\u200d\u200c\ufeff\u2060c",
    "\x00\x01\x1b[31mred\x7f\x9b",
    "\ufdd0\ufdd2\ufdd1\ufdd0\ufddb\ufddb\ufdd1",
    "\ud800lone\udfff",
    "e" + "\u0301" * 500,
    "\U000e0041\U000e0042tag",
    "x" * 10_000,
    "é\n" * 5_000,
    "👩‍💻 ok 🏳️‍🌈",
    "می‌خواهم",
    "",
    "   \t ",
    "\u00a0",
    "'\"`;--",
    "%s %(x)s {x} ${x} $x",
    'Ada ("The" <a@b.c>), X: y;',
    "=?utf-8?q?x?=",
    "http://[::1]/",
    "mailto:x@y?bcc=z",
    "\\",
]
PLACES = ["Hello {{ x }},\n\nbye", "- {{ x }}\n- b", "**{{ x }}** [a](https://e.org/{{ x }}) `{{ x }}`", "{{ x }}"]
CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u2067\ufdd0-\ufdef\ud800-\udfff]"
)


def shape(written: Written) -> list[str]:
    """The tags of a letter, but for the breaks that lines of data become."""
    return [tag for tag in Reader(written.html).tags if tag != "br"]


class TestDataIsData:
    @pytest.mark.parametrize(("value", "place"), list(product(HOSTILE, PLACES)), ids=lambda text: ascii(text)[:24])
    def test_hostile_values_change_nothing_but_words(self, value: str, place: str):
        written = write(place, "About {{ x }}.", x=value)
        tame = write(place, "About {{ x }}.", x="word" if written.text.replace("bye", "").strip() else value)
        if re.sub(r"\s", "", written.subject) != "About.":
            assert shape(written) == shape(tame)
        assert "\n" not in written.subject
        for text in (written.subject, written.text, written.html):
            assert not CONTROLS.search(text)
            text.encode()
        assert len(written.text) < 10 * MOST_IN_BODY
        hrefs = [value for name, value in Reader(written.html).attributes if name == "href"]
        assert all(href and href.startswith("https://e.org/") for href in hrefs)

    @settings(max_examples=150)
    @given(st.text(max_size=60))
    def test_any_text_comes_out_as_words_in_both_bodies(self, value: str):
        written = write("Hello {{ x }}!", x=value)
        page = Reader(body_of(written))
        assert set(page.tags) <= {"p", "br"}
        assert page.words.split() == written.text.split()
        kept = [char for char in value if unicodedata.category(char)[0] in "LN"]
        shown = [char for char in written.text.removeprefix("Hello ") if unicodedata.category(char)[0] in "LN"]
        assert shown == [char for char in kept if char not in "\u115f\u1160\u3164\uffa0"]

    def test_text_of_the_other_direction_is_isolated(self):
        assert write("Hello {{ x }}, 14:00", x="שלום").text == "Hello \u2068שלום\u2069, 14:00\n"
        assert write("مرحبا {{ x }}", language="ar", x="Ada").text == "مرحبا \u2068Ada\u2069\n"
        assert write("مرحبا {{ x }}", language="ar", x="سلمى").text == "مرحبا سلمى\n"

    def test_lines_of_data_stay_lines(self):
        written = write("{{ x }}", x="one\r\n\r\n\r\n\r\ntwo\n- three")
        assert written.text == "one\n\ntwo\n- three\n"
        assert body_of(written) == "<p>one<br />\n<br />\ntwo<br />\n- three</p>\n"

    def test_long_values_are_cut_with_an_ellipsis(self):
        text = write("{{ x }}", x="word " * 2000).text
        assert len(text) <= MOST_IN_BODY + 1
        assert text.endswith("…\n")

    @pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "x", "ftp://x"])
    def test_a_link_never_leads_where_no_link_may(self, target: str):
        written = write("[join]({{ x }})", x=target)
        assert body_of(written) == "<p>join</p>\n"
        assert written.text == "join\n"

    def test_a_link_of_data_leads_where_the_data_says(self):
        written = write("[join]({{ x }})", x='https://meet.example/a b?c=<d>&e="f"')
        assert html.escape("https://meet.example/a%20b?c=%3Cd%3E&e=%22f%22") in written.html
        assert written.text == "join (https://meet.example/a%20b?c=%3Cd%3E&e=%22f%22)\n"
