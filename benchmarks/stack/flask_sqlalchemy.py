"""Flask with Flask-SQLAlchemy. Nothing is checked, neither what is sent nor what is answered."""

from datetime import datetime
from typing import Any

import orjson
from flask import Flask, Response, abort, jsonify, request
from flask.json.provider import JSONProvider
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from benchmarks.stack import engines, work
from benchmarks.stack.models import Post


class Orjson(JSONProvider):
    """JSON by another library, in the way that Flask's documentation gives for that."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """The value as JSON."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """The value that JSON says."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """The value as an answer, without a detour through text."""
        body = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return Response(body, mimetype="application/json")


class Application(Flask):
    """Flask with the other library for JSON."""

    json_provider_class = Orjson


db = SQLAlchemy(session_options={"expire_on_commit": False})


def create_app() -> Flask:
    """The application, on the store that the environment names."""
    app = Application(__name__, static_folder=None)
    place = engines.url()
    is_sqlite = place.get_backend_name() == "sqlite"
    app.config["SQLALCHEMY_DATABASE_URI"] = engines.with_driver(place)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engines.options(place)
    db.init_app(app)
    if is_sqlite:
        with app.app_context():
            event.listen(db.engine, "connect", engines.set_up)
    app.add_url_rule("/posts/<slug>", view_func=get_post)
    app.add_url_rule("/posts", view_func=list_posts)
    app.add_url_rule("/posts", view_func=create_post, methods=["POST"])
    return app


def get_post(slug: str) -> Response:
    """Read a post."""
    post = db.session.scalars(work.post_at(slug)).one_or_none()
    if post is None:
        abort(404)
    answer = jsonify(data=shown(post))
    answer.headers.update(work.headers_of(post))
    return answer


def list_posts() -> Response:
    """List the newest posts, or those that have some words."""
    given = request.args
    asked = work.Asked(given.get("limit", 20, type=int), given.get("cursor"), given.get("q"))
    posts, links = work.page(asked, db.session.scalars(work.posts(asked)).all())
    answer = jsonify(data=[shown(post) for post in posts], links=links)
    answer.headers["Link"] = work.link_header(links)
    return answer


def create_post() -> tuple[Response, int]:
    """Write a post."""
    author = _author()
    sent = request.get_json()
    tags, status = sent.get("tags", ()), sent.get("status", "draft")
    post = _written(work.New(sent["title"], sent["body"], tags, status), author)
    answer = jsonify(data=shown(post))
    answer.headers.update(work.headers_of_new(post))
    return answer, 201


def shown(post: Post) -> dict[str, Any]:
    """A post as everybody sees it."""
    return {
        "slug": post.slug,
        "title": post.title,
        "body": post.body,
        "author": post.author,
        "tags": post.tags,
        "status": post.status,
        "created_at": _time(post.created_at),
        "updated_at": _time(post.updated_at),
        "published_at": post.published_at and _time(post.published_at),
        "publish_at": post.publish_at and _time(post.publish_at),
        "revision": post.revision,
        "url": post.url,
    }


def _time(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None).isoformat()}Z"


def _author() -> str:
    """Who writes, by a token that may."""
    given = request.authorization
    if given is None or given.type != "bearer" or given.token is None:
        abort(401)
    token = db.session.scalars(work.bearer(given.token)).one_or_none()
    if token is None:
        abort(401)
    if not work.may_write(token):
        abort(403)
    return token.username


def _written(new: work.New, author: str) -> Post:
    """The new post, at the first slug of its title that is free."""
    number = 1
    while True:
        post = work.new_post(new, author, number)
        db.session.add(post)
        try:
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            number = (db.session.scalars(work.number_of(new.title)).one() or 1) + 1
        else:
            return post
