"""Handlers of the publishing API in pairs: what the type checker lets pass, and what it refuses.

The twins differ in one line. Before the wrong one stand the rule that refuses it and a part of what
is said. None of them is ever called.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from handlers import contract
from handlers.contract import (
    ChangePostBody,
    CreatePost201Headers,
    CreatePostAnswer,
    CreatePostBody,
    CreateTokenAnswer,
    DeletePostAnswer,
    GetPostAnswer,
    GetTokenAnswer,
    ListPostsAnswer,
    ListPostsParameters,
    PostDocument,
    PutPostAnswer,
    RegisterAccountAnswer,
)

URL = "https://tenor.example/posts/the-first-engine"
TAG = '"1.1-json"'


# --- the status ---------------------------------------------------------------------------------


def right_status(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_status(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "Literal[202]" is not assignable to type "Literal[201]"
    return post, 202, {"Location": URL, "ETag": TAG}


def right_status_number(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_status_number(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "Literal['201']" is not assignable to "Literal[201]"
    return post, "201", {"Location": URL, "ETag": TAG}


def right_status_line(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_status_line(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "Literal['201 CREATED']" is not assignable to "Literal[201]"
    return post, "201 CREATED", {"Location": URL, "ETag": TAG}


def right_status_member(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_status_member(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "Literal[HTTPStatus.CREATED]" is not assignable to "Literal[201]"
    return post, HTTPStatus.CREATED, {"Location": URL, "ETag": TAG}


def right_status_of_success(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_status_of_success(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "Literal[200]" is not assignable to type "Literal[201]"
    return post, 200, {"Location": URL, "ETag": TAG}


def right_status_that_is_known(post: PostDocument) -> CreatePostAnswer:
    status = 201
    return post, status, {"Location": URL, "ETag": TAG}


def wrong_status_that_is_known(post: PostDocument) -> CreatePostAnswer:
    status = int("201")
    # refused by reportReturnType: "int" is not assignable to type "Literal[201]"
    return post, status, {"Location": URL, "ETag": TAG}


def right_status_of_a_deletion() -> DeletePostAnswer:
    return None, 204


def wrong_status_of_a_deletion() -> DeletePostAnswer:
    # refused by reportReturnType: "Literal[200]" is not assignable to type "Literal[204]"
    return None, 200


# --- the headers --------------------------------------------------------------------------------


def right_location(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_location(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "dict[str, str]" is not assignable to "CreatePost201Headers"
    return post, 201, {"ETag": TAG}


def right_tag(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_tag(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "dict[str, str]" is not assignable to "CreatePost201Headers"
    return post, 201, {"Location": URL}


def right_tag_of_what_is_current() -> GetPostAnswer:
    return None, 304, {"ETag": TAG}


def wrong_tag_of_what_is_current() -> GetPostAnswer:
    # refused by reportReturnType: Tuple size mismatch; expected 3 but received 2
    return None, 304


def right_header_name(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG, "Content-Type": "application/json"}


def wrong_header_name(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "dict[str, str]" is not assignable to "CreatePost201Headers"
    return post, 201, {"Location": URL, "ETag": TAG, "ContentType": "application/json"}


def right_header_location() -> CreatePost201Headers:
    return {"Location": URL, "ETag": TAG}


def wrong_header_location() -> CreatePost201Headers:
    # refused by reportReturnType: "Location" is required in "CreatePost201Headers"
    return {"ETag": TAG}


def right_header_spelling() -> CreatePost201Headers:
    return {"Location": URL, "ETag": TAG, "Content-Type": "application/json"}


def wrong_header_spelling() -> CreatePost201Headers:
    # refused by reportReturnType: ['application/json']" is not assignable to item "extra_items"
    return {"Location": URL, "ETag": TAG, "ContentType": "application/json"}


def right_header_that_is_declared() -> CreatePost201Headers:
    return {"Location": URL, "ETag": TAG, "Cache-Control": "no-store"}


def wrong_header_that_is_declared() -> CreatePost201Headers:
    # refused by reportReturnType: Type "Literal['steam']" is not assignable to item "extra_items"
    return {"Location": URL, "ETag": TAG, "X-Powered-By": "steam"}


def right_header_value() -> CreatePost201Headers:
    return {"Location": URL, "ETag": "1"}


def wrong_header_value() -> CreatePost201Headers:
    # refused by reportReturnType: "Literal[1]" is not assignable to "str"
    return {"Location": URL, "ETag": 1}


def right_header_of_a_few_values() -> CreatePost201Headers:
    return {"Location": URL, "ETag": TAG, "Cache-Control": "no-store"}


def wrong_header_of_a_few_values() -> CreatePost201Headers:
    # refused by reportReturnType: ['public']" is not assignable to type "Literal['no-store']"
    return {"Location": URL, "ETag": TAG, "Cache-Control": "public"}


def right_media_type() -> CreatePost201Headers:
    return {"Location": URL, "ETag": TAG, "Content-Type": "text/html"}


def wrong_media_type() -> CreatePost201Headers:
    # refused by reportReturnType: ['text/json']" is not assignable to type "Literal['text/html']"
    return {"Location": URL, "ETag": TAG, "Content-Type": "text/json"}


def right_headers(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_headers(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: tuple[str, str]]" is not assignable to "CreatePost201Headers"
    return post, 201, [("Location", URL), ("ETag", TAG)]


def right_headers_that_are_required(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_headers_that_are_required(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: Tuple size mismatch; expected 3 but received 2
    return post, 201


def right_challenge(problem: contract.Problem) -> CreatePostAnswer:
    return problem, 401, {"WWW-Authenticate": "Bearer"}


def wrong_challenge(problem: contract.Problem) -> CreatePostAnswer:
    # refused by reportReturnType: Tuple size mismatch; expected 3 but received 2
    return problem, 401


# --- the tuple ----------------------------------------------------------------------------------


def right_order(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_order(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "Literal[201]" is not assignable to "PostDocument"
    return 201, post, {"Location": URL, "ETag": TAG}


def right_order_of_the_rest(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_order_of_the_rest(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "dict[str, str]" is not assignable to "Literal[201]"
    return post, {"Location": URL, "ETag": TAG}, 201


def right_length(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_length(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: Tuple size mismatch; expected 3 but received 4
    return post, 201, {"Location": URL, "ETag": TAG}, "application/json"


def right_tuple(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_tuple(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: Type "PostDocument" is not assignable to type "CreatePostAnswer"
    return post


# --- the body -----------------------------------------------------------------------------------


def right_body(post: PostDocument) -> CreatePostAnswer:
    return post, 201, {"Location": URL, "ETag": TAG}


def wrong_body(post: PostDocument) -> CreatePostAnswer:
    # refused by reportReturnType: "None" is not assignable to "PostDocument"
    return None, 201, {"Location": URL, "ETag": TAG}


def right_resource(account: contract.AccountDocument) -> RegisterAccountAnswer:
    return account, 201, {"Location": URL, "ETag": TAG}


def wrong_resource(account: contract.PostDocument) -> RegisterAccountAnswer:
    # refused by reportReturnType: "username" is missing from "Post"
    return account, 201, {"Location": URL, "ETag": TAG}


def right_body_of_the_status(fault: contract.InvalidRequest) -> CreatePostAnswer:
    return fault, 400


def wrong_body_of_the_status(fault: contract.InvalidRequest) -> CreatePostAnswer:
    # refused by reportReturnType: "data" is missing from "InvalidRequest"
    return fault, 201, {"Location": URL, "ETag": TAG}


def right_body_of_a_problem() -> CreatePostAnswer:
    return {"type": URL, "title": "No", "status": 400, "errors": []}, 400


def wrong_body_of_a_problem() -> CreatePostAnswer:
    # refused by reportReturnType: "dict[str, str | int]" is not assignable to "InvalidRequest"
    return {"type": URL, "title": "No", "status": 400}, 400


def right_wrapping(post: contract.Post) -> CreatePostAnswer:
    return {"data": post}, 201, {"Location": URL, "ETag": TAG}


def wrong_wrapping(post: contract.Post) -> CreatePostAnswer:
    # refused by reportReturnType: "data" is missing from "Post"
    return post, 201, {"Location": URL, "ETag": TAG}


def right_page(posts: list[contract.Post]) -> ListPostsAnswer:
    return {"data": posts, "links": {"first": URL}}, 200, {"Link": URL}


def wrong_page(posts: list[contract.Post]) -> ListPostsAnswer:
    # refused by reportReturnType: "list[Post]" is not assignable to "PostPage"
    return posts, 200, {"Link": URL}


def right_links(posts: list[contract.Post]) -> ListPostsAnswer:
    return {"data": posts, "links": {"first": URL}}, 200, {"Link": URL}


def wrong_links(posts: list[contract.Post]) -> ListPostsAnswer:
    # refused by reportReturnType: list[Post] | dict[str, str]]" is not assignable to "PostPage"
    return {"data": posts, "links": {"next": URL}}, 200, {"Link": URL}


def right_nothing() -> DeletePostAnswer:
    return None, 204


def wrong_nothing() -> DeletePostAnswer:
    # refused by reportReturnType: "dict[str, bool]" is not assignable to "None"
    return {"deleted": True}, 204


def right_content(post: PostDocument) -> PutPostAnswer:
    return None, 204, {"ETag": TAG}


def wrong_content(post: PostDocument) -> PutPostAnswer:
    # refused by reportReturnType: "PostDocument" is not assignable to "None"
    return post, 204, {"ETag": TAG}


def right_json(token: contract.TokenDocument) -> GetTokenAnswer:
    return token, 200, {"ETag": TAG, "Last-Modified": "now"}


def wrong_json(token: contract.TokenDocument) -> GetTokenAnswer:
    # refused by reportReturnType: "str" is not assignable to "TokenDocument"
    return json.dumps(token), 200, {"ETag": TAG, "Last-Modified": "now"}


def right_json_as_a_value(token: contract.TokenDocument) -> GetTokenAnswer:
    return token, 200, {"ETag": TAG, "Last-Modified": "now"}


def wrong_json_as_a_value(token: contract.TokenDocument) -> GetTokenAnswer:
    # refused by reportReturnType: "bytes" is not assignable to "TokenDocument"
    return json.dumps(token).encode(), 200, {"ETag": TAG, "Last-Modified": "now"}


def right_json_at_once(posts: list[contract.Post]) -> ListPostsAnswer:
    return {"data": posts, "links": {"first": URL}}, 200, {"Link": URL}


def wrong_json_at_once(posts: Iterator[contract.Post]) -> ListPostsAnswer:
    # refused by reportReturnType: Iterator[Post] | dict[str, str]]" is not assignable to "PostPage"
    return {"data": posts, "links": {"first": URL}}, 200, {"Link": URL}


def right_secret(token: contract.Token) -> GetTokenAnswer:
    return {"data": token}, 200, {"ETag": TAG, "Last-Modified": "now"}


def wrong_secret(token: contract.IssuedToken) -> GetTokenAnswer:
    # refused by reportReturnType: "dict[str, IssuedToken]" is not assignable to "TokenDocument"
    return {"data": token}, 200, {"ETag": TAG, "Last-Modified": "now"}


def right_secret_once(token: contract.IssuedTokenDocument) -> CreateTokenAnswer:
    return token, 201, {"Location": URL, "ETag": TAG, "Cache-Control": "no-store"}


def wrong_secret_once(token: contract.TokenDocument) -> CreateTokenAnswer:
    # refused by reportReturnType: "secret" is missing from "Token"
    return token, 201, {"Location": URL, "ETag": TAG, "Cache-Control": "no-store"}


# --- what is within -----------------------------------------------------------------------------


def right_property(post: contract.Post) -> contract.Post:
    return {**post, "title": "The first engine"}


def wrong_property(post: contract.Post) -> contract.Post:
    # refused by reportReturnType: "Literal[1]" is not assignable to "str"
    return {**post, "title": 1}


def right_property_that_is_needed() -> contract.Service:
    return {"name": "Tenor", "version": "0.1.0"}


def wrong_property_that_is_needed() -> contract.Service:
    # refused by reportReturnType: "version" is required in "Service"
    return {"name": "Tenor"}


def right_property_that_is_declared(post: contract.Post) -> contract.Post:
    return {**post, "title": "The first engine"}


def wrong_property_that_is_declared(post: contract.Post) -> contract.Post:
    # refused by reportReturnType: ['The first engine']" is not assignable to item "extra_items"
    return {**post, "subtitle": "The first engine"}


def right_member(post: contract.Post) -> contract.Post:
    return {**post, "status": "published"}


def wrong_member(post: contract.Post) -> contract.Post:
    # refused by reportReturnType: ['publishd']" is not assignable to type "Literal['published']"
    return {**post, "status": "publishd"}


def right_null(post: contract.Post) -> contract.Post:
    return {**post, "published_at": None}


def wrong_null(post: contract.Post) -> contract.Post:
    # refused by reportReturnType: "None" is not assignable to "str"
    return {**post, "created_at": None}


def right_time(post: contract.Post, now: datetime) -> contract.Post:
    return {**post, "created_at": now.isoformat()}


def wrong_time(post: contract.Post, now: datetime) -> contract.Post:
    # refused by reportReturnType: "datetime" is not assignable to "str"
    return {**post, "created_at": now}


def right_items(post: contract.Post) -> contract.Post:
    return {**post, "tags": ["engines"]}


def wrong_items(post: contract.Post) -> contract.Post:
    # refused by reportReturnType: "Literal[1843]" is not assignable to "str"
    return {**post, "tags": [1843]}


def right_list(post: contract.Post) -> contract.Post:
    return {**post, "tags": ["engines"]}


def wrong_list(post: contract.Post) -> contract.Post:
    # refused by reportReturnType: "Literal['engines']" is not assignable to "list[Tag]"
    return {**post, "tags": "engines"}


# --- what is sent -------------------------------------------------------------------------------


def right_reading(body: CreatePostBody) -> str:
    return body["title"]


def wrong_reading(body: CreatePostBody) -> str:
    # refused by reportGeneralTypeIssues: "subtitle" is not a defined key in "CreatePostBody"
    return body["subtitle"]


def right_reading_of_what_may_be_missing(body: ChangePostBody) -> str | None:
    return body.get("title")


def wrong_reading_of_what_may_be_missing(body: ChangePostBody) -> str | None:
    # refused by reportTypedDictNotRequiredAccess: "title" is not a required key in "ChangePostBody"
    return body["title"]


def right_reading_of_what_may_be_null(body: ChangePostBody) -> int:
    return len(body.get("tags") or ())


def wrong_reading_of_what_may_be_null(body: ChangePostBody) -> int:
    # refused by reportArgumentType: "None" is incompatible with protocol "Sized"
    return len(body.get("tags", ()))


def right_parameter(parameters: ListPostsParameters) -> bool:
    return parameters["sort"] == "-published"


def wrong_parameter(parameters: ListPostsParameters) -> bool:
    # refused by reportUnnecessaryComparison: "Literal['newest']" have no overlap
    return parameters["sort"] == "newest"


def right_parameter_that_is_a_number(parameters: ListPostsParameters) -> int:
    return parameters["limit"]


def wrong_parameter_that_is_a_number(parameters: ListPostsParameters) -> str:
    # refused by reportReturnType: "int" is not assignable to "str"
    return parameters["limit"]
