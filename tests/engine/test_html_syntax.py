"""HTML that leaves is well-formed: what opens is closed, and nothing is left to the browser."""

import contextlib
import time

import pytest

from tenor.html_syntax import NotHtml, check

LIVE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain &lt; text",
        "<h1>Hello</h1>",
        "<!DOCTYPE html><html lang=en><title>a < b</title><body><p>a<p>b</body></html>",
        "<ul><li>a<li>b</ul><table><tr><td>1<td>2</table>",
        "<br><img src='a>b' alt=\"x\"><input disabled value=x>",
        "<script>if (a<b) { x = '</p>' }</script><style>a > b {}</style>",
        "<!-- <b> --><svg><path d='1'/></svg>",
        "<a href=/x/>x</a>",
        "<P CLASS=a>x</p>",
        "<p title=x/>a</p><p\n\thidden >b</p >",
        "<!-- a > b -- c --><!----><!-- - -->",
        "<svg><title>a</title><foreignObject><p>b<br></p></foreignObject><![CDATA[ < ]]></svg>",
        "<svg><style>p {}</style><g/></svg><math><mi>x</mi></math>",
        "<svg><link></link></svg>",
        "<noscript><p>x</p></noscript><iframe src=x></iframe>",
        "<a>x</a><a>y</a><form></form><form></form>",
    ],
)
def test_well_formed_text_passes(text: str):
    check(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<div>", "<div> is not closed"),
        ("</p>", "</p> closes nothing"),
        ("<b><i></b></i>", "</b> closes while <i> is open"),
        ("<p a=1 A=2>", "an attribute twice"),
        ("a < b", "begins no tag"),
        ("<div", "does not end"),
        ("<a href='x>y</a>", "does not end"),
        ("<!-- x", "does not end"),
        ("<script>x", "<script> is not closed"),
        ("<br></br>", "closes an element that has no end"),
        ("<div/>", "does not close itself"),
        ("one\n\n<div>", "at line 3"),
        (f"<!-->{LIVE}-->", "may end or begin"),
        (f"<!--->{LIVE}-->", "may end or begin"),
        (f"<!-- --!>{LIVE} -->", "may end or begin"),
        ("<!-- <!-- -->", "may end or begin"),
        (f'<p title=a">{LIVE}"></p>', "begins no tag"),
        (f"<p a='b'c='>{LIVE}'></p>", "begins no tag"),
        ("<p <b></p>", "begins no tag"),
        ("<p =x></p>", "begins no tag"),
        ("<p></p x>", "begins no tag"),
        ("<p\x0bhidden></p>", "begins no tag"),
        (f"<script\xa0>{LIVE}</script>", "begins no tag"),
        ("<lin\u212a>", "begins no tag"),
        ("<sc\0ript>", "NUL"),
        ("<p>\0</p>", "NUL"),
        (f"<iframe><!--</iframe>{LIVE}--></iframe>", "closes nothing|begins what does not end"),
        (f'<xmp><p title="</xmp>{LIVE}"></p></xmp>', "closes nothing|begins no tag"),
        (f'<noscript><p title="</noscript>{LIVE}"></p></noscript>', "its own end tag"),
        (f"<svg><style>{LIVE}</style></svg>", "ends the drawing"),
        (f"<math><textarea>{LIVE}</textarea></math>", "ends the drawing"),
        ("<svg><p></p></svg>", "ends the drawing"),
        ("<script><!--<script></script><p>x</p>", "a script holds <!--"),
        ("<plaintext></plaintext>", "never ends"),
        ("<p><!doctype html></p>", "begins no tag"),
        ("<a><b><a></a></b></a>", "within itself"),
        ("<form><form></form></form>", "within itself"),
        ("<![CDATA[x]]>", "begins no tag"),
    ],
)
def test_what_a_browser_would_have_to_mend_is_told(text: str, told: str):
    with pytest.raises(NotHtml, match=told.replace("(", r"\(")):
        check(text)


@pytest.mark.parametrize(
    "piece",
    ["<a ", "<a '", "<!--", "<", "<p class='a'>x</p>", "</a", "<a x='", "<svg><g/></svg>", "<svg>"],
)
def test_no_text_takes_more_than_one_pass(piece: str):
    """A million characters take well under the time that any backtracking would."""
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()

    with contextlib.suppress(NotHtml):
        check(text)

    assert time.process_time() - started < 5
