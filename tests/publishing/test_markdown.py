"""Markdown: shown as its author meant it, and harmless whoever wrote it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.markdown import render
from tests.publishing.story import repeatable


def test_commonmark_becomes_html():
    assert render("# Engines\n\nIt *runs*.\n\n1. on `steam`\n") == (
        "<h1>Engines</h1>\n<p>It <em>runs</em>.</p>\n<ol>\n<li>on <code>steam</code></li>\n</ol>\n"
    )


def test_a_table_is_aligned_by_class_because_a_strict_policy_refuses_styles():
    html = render("| a | b | c |\n|:--|:-:|---|\n| 1 | 2 | 3 |\n")

    assert '<td class="align-left">1</td>' in html
    assert '<td class="align-center">2</td>' in html
    assert "<td>3</td>" in html
    assert "style" not in html


def test_links_lead_out_without_a_recommendation():
    assert render("[e](https://e.example)") == (
        '<p><a href="https://e.example" rel="noopener noreferrer nofollow">e</a></p>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src='https://evil.example'></iframe>",
        "<style>*{display:none}</style>",
        "<form action='https://evil.example'><input name=password></form>",
        "<p style='position:fixed' class='align-left' id='main'>over all</p>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "[x](javascript:alert(1))",
        "[x](  JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "<math><mtext></p><img src=x onerror=alert(1)></math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<base href='https://evil.example'>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    ],
)
def test_nothing_runs(text: str):
    tags = " ".join(re.findall("<[^>]*>", render(text)))

    assert not re.search(
        r"script|onerror|onload|iframe|style|<form|<input|<svg|<math|javascript|data:|<base|<meta"
        r"|<p [a-z]|evil",
        tags,
        re.IGNORECASE,
    )


ALLOWED = re.compile(
    r"</?(?:p|br|hr|h[1-6]|blockquote|pre|code|[uo]l|li|a|img|em|strong|del|ins|su[bp]|kbd|abbr"
    r"|table|thead|tbody|t[rhd])(?: (?:href|rel|title|src|alt|start|class)=\"[^\"<>]*\")*>"
)


@repeatable
@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "script", "img", " src=x", " onerror=alert(1)", '"', "'", "`", "[a]", "(",
             ")", "javascript:", "![", "\n\n", "    ", "|", "-|-", "\n", "&#60;", "\\", "<!--",
             "-->", "<![CDATA[", "a", "*", "> ", "- ", "</p>", "style=x", "\0"]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_whatever_is_written_only_harmless_tags_come_out(text: str):
    html = render(text)

    assert re.sub(ALLOWED, "", html).count("<") == 0
    assert render(text) == html


def test_a_long_address_that_many_short_names_stand_for_does_not_blow_up_the_page():
    text = "[a]: https://e.example/" + "x" * 25_000 + "\n\n" + "[a]" * 25_000

    html = render(text)

    assert html.count("<a href") == 3
    assert len(html) < 2 * len(text)


def table(columns: int, row: str) -> str:
    """A table of centred columns with as many of the rows as fit, and many that are left short."""
    head = "a|" * columns + "\n" + ":-:|" * columns + "\n" + "|\n" * (65_000 // columns)
    return head + row * ((100_000 - len(head)) // len(row))


LINK = "[a]: b\n\n"


@pytest.mark.parametrize(
    "text",
    [
        table(300, "|" * 300 + "\n"),
        LINK + table(300, "|[a]" * 300 + "\n"),
        LINK + "[a]" * 33_000,
        ">" * 20 + "a\n\n",
        "-\n+\n",
        "&",
        '"',
        "<",
        "`a`",
        "**a**",
        "[](a)",
        "![](a)",
        "<a@b>",
    ],
    ids=lambda text: repr(text[:12]) + str(len(text)),
)
def test_a_page_is_not_much_longer_than_its_text(text: str):
    whole = text * (100_000 // len(text))

    assert len(render(whole)) < 4_000_000


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "> " * 20_000, "*a_ " * 10_000, "![" * 10_000, "<a " * 10_000, "[a](" * 10_000],
    ids=["brackets", "quotes", "emphasis", "images", "tags", "links"],
)
def test_text_made_to_be_slow_is_not(text: str):
    """All of these take a fraction of a second; what grows with the square takes minutes."""
    assert render(text)
