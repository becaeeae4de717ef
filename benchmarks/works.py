"""The works that are measured, and the applications that do them.

To add an application, add a line. Ours is the first of each work.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from benchmarks.applications import Application, asgi, node, on_uvicorn, tenor, wsgi
from benchmarks.staging import (
    Stage,
    in_memory,
    on_postgresql,
    on_sqlite,
    require_disk,
    require_postgresql,
)


@dataclass(frozen=True, slots=True)
class Work:
    """The same work, done by several applications."""

    name: str
    title: str
    staged: Callable[[], AbstractContextManager[Stage]]
    applications: tuple[Application, ...]
    require: Callable[[], None] = lambda: None
    """Says what it needs and is not there, before anything is done. Raises Missing."""
    paced_beside: str = "fastify"
    """Whose tail is shown beside ours: what both have is the machine's."""

    @property
    def ours(self) -> Application:
        """The application that the others are compared with."""
        return self.applications[0]


FLASK = ("flask", "flask-sqlalchemy")
LITESTAR = ("litestar", "msgspec", "sqlalchemy")

MEMORY = Work(
    "memory",
    "contract only, in memory",
    in_memory,
    (
        tenor("tenor", "benchmarks.memory.tenor_app"),
        tenor("tenor, forgetful", "benchmarks.memory.tenor_app:forgetful"),
        tenor("tenor, gate off", "benchmarks.memory.tenor_app:ungated", checks="requests"),
        asgi("connexion", "memory.connexion_stock", "connexion"),
        asgi("connexion, FlaskApp", "memory.connexion_flask", "connexion", "flask"),
        wsgi("flask", "memory.flask_plain", "flask", "orjson"),
        asgi("fastapi async", "memory.fastapi_async", "fastapi", "pydantic"),
        asgi("fastapi sync", "memory.fastapi_sync", "fastapi", "pydantic"),
        asgi("litestar", "memory.litestar_msgspec", "litestar", "msgspec", checks="requests"),
        on_uvicorn(
            "litestar, uvicorn",
            "memory.litestar_msgspec",
            "litestar",
            "msgspec",
            checks="requests",
        ),
        node("express", "memory_express.js", "express", "express-openapi-validator"),
        node("fastify", "memory_fastify.js", "fastify", "ajv"),
    ),
)
SQLITE = Work(
    "sqlite",
    "whole stack on SQLite, durable",
    on_sqlite,
    (
        tenor("tenor", "app:create_app"),
        asgi("fastapi", "stack.fastapi_sqlalchemy", "fastapi", "sqlalchemy"),
        wsgi("flask", "stack.flask_sqlalchemy", *FLASK, factory="create_app"),
        asgi("litestar", "stack.litestar_sqlalchemy", *LITESTAR, checks="requests"),
        node("fastify", "stack_fastify_sqlite.js", "fastify", "better-sqlite3"),
    ),
    require_disk,
)
POSTGRESQL = Work(
    "postgresql",
    "whole stack on PostgreSQL, durable",
    on_postgresql,
    (
        tenor("tenor", "app:create_app"),
        asgi("fastapi", "stack.fastapi_sqlalchemy", "fastapi", "sqlalchemy", "psycopg"),
        asgi("fastapi async", "stack.fastapi_sqlalchemy_async", "fastapi", "sqlalchemy", "asyncpg"),
        wsgi("flask", "stack.flask_sqlalchemy", *FLASK, "psycopg", factory="create_app"),
        asgi("litestar", "stack.litestar_sqlalchemy", *LITESTAR, "psycopg", checks="requests"),
        node("fastify", "stack_fastify_pg.js", "fastify", "pg"),
    ),
    require_postgresql,
)
SERVERS = Work(
    "servers",
    "who is fastest on which server",
    in_memory,
    (
        tenor("tenor", "benchmarks.memory.tenor_app"),
        asgi("connexion, granian", "memory.connexion_stock", "connexion"),
        on_uvicorn("connexion, uvicorn", "memory.connexion_stock", "connexion"),
        wsgi("flask, 1 thread", "memory.flask_plain", "flask", threads=1),
        wsgi("flask, 8 threads", "memory.flask_plain", "flask", threads=8),
        wsgi("flask, 64 threads", "memory.flask_plain", "flask", threads=64),
        asgi("fastapi async, granian", "memory.fastapi_async", "fastapi"),
        on_uvicorn("fastapi async, uvicorn", "memory.fastapi_async", "fastapi"),
        asgi("fastapi sync, granian", "memory.fastapi_sync", "fastapi"),
        on_uvicorn("fastapi sync, uvicorn", "memory.fastapi_sync", "fastapi"),
        asgi("litestar, granian", "memory.litestar_msgspec", "litestar"),
        on_uvicorn("litestar, uvicorn", "memory.litestar_msgspec", "litestar"),
    ),
)
WORKS = (MEMORY, SQLITE, POSTGRESQL)
"""What is measured unless something is named."""
