"""The publishing API without what keeps its pages harmless. The defect is planted here."""

from functools import partial

from markdown_it import MarkdownIt

from app import create_app as create_sound
from handlers import pages
from publishing import markdown
from tenor import Tenor
from tests.server import faulty


def create_app() -> Tenor:
    """The API, whose pages hold what was written as it was written, links and titles too.

    The gate lets them out: it would hold back those that are no HTML any more.
    """
    parser = MarkdownIt("commonmark").enable("table")
    parser.validateLink = lambda url: True
    markdown.render = lambda text: parser.render(text)
    pages._environment.autoescape = False
    faulty.create_app = partial(create_sound, policy="detect")
    return faulty.sound()
