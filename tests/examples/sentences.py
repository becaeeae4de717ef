"""What Tenor says of each mistake, to the letter."""

from tests.examples.asking import CONTRACT, ROOT


def said_of(operation: str, mistake: str) -> str:
    """What is said of a mistake in this operation."""
    said = SENTENCES[mistake]
    for key, place in _places(operation).items():
        said = said.replace(f"<{key}>", place)
    return said


def _places(operation: str) -> dict[str, str]:
    """The lines of the contract that declare the operation's responses, and each status."""
    found: dict[str, str] = {}
    is_here = False
    for number, line in enumerate((ROOT / CONTRACT).read_text().splitlines(), start=1):
        key = line.strip().rstrip(":").strip("'")
        if key.startswith("operationId"):
            is_here = key == f"operationId: {operation}"
        elif is_here and (key == "responses" or key.isdigit()):
            found.setdefault(key, f"{CONTRACT}:{number}")
    return found


SENTENCES = {
    "page_without_its_status": (
        "create_page answered 200; the contract promises 201. Without a status it is 200: "
        "return (body, 201), or declare it at <responses>."
    ),
    "page_as_json": (
        "create_page answered 201 as application/json; the contract promises text/html at "
        "<201>. Return what is promised, or declare this."
    ),
    "page_by_hand": (
        "create_page answered 201 with a body that is not well-formed HTML: a < begins no "
        "tag, or one that does not end, at line 1; the contract promises text/html at <201>. "
        "Correct the markup there."
    ),
    "status_as_text": (
        "put_note answered with a status that is a string; the contract promises 200, 201. "
        "Return it as a number, such as 201 or HTTPStatus.CREATED."
    ),
    "status_line_as_text": (
        "put_note answered with a status that is a string; the contract promises 200, 201. "
        "Return it as a number, such as 201 or HTTPStatus.CREATED."
    ),
    "status_in_the_body": (
        "put_note answered 200 with a body whose /status is not declared; the contract "
        "promises application/json by the schema at <200>. Leave it out, or declare the "
        "property."
    ),
    "content_type_without_its_hyphen": (
        "create_card answered with the header ContentType; the contract promises 201. Write "
        "it Content-Type."
    ),
    "html_called_json": (
        "create_card answered 201 as application/json; the contract promises text/html at "
        "<201>. Return what is promised, or declare this."
    ),
    "tag_left_open": (
        "create_card answered 201 with a body that is not well-formed HTML: </p> closes while "
        "<b> is open, at line 1; the contract promises text/html at <201>. Correct the markup "
        "there."
    ),
    "copied_from_the_web": (
        "create_draft answered with the header ContentType; the contract promises 201. Write "
        "it Content-Type."
    ),
    "json_twice": (
        "create_draft answered 201 with a body whose root must be of type object (type); the "
        "contract promises application/json by the schema at <201>. Text is sent as a JSON "
        "string: return the dict or list itself."
    ),
    "json_called_html": (
        "create_draft answered 201 as text/html; the contract promises application/json at "
        "<201>. Return what is promised, or declare this."
    ),
    "python_for_json": (
        "create_export answered 201 with a body that is not JSON: unexpected character, "
        "expected a string key at line 1 column 2; the contract promises application/json at "
        "<201>. Python prints a dict in single quotes, which JSON has not: return the dict "
        "itself."
    ),
    "mimetype_forgotten": (
        "create_export answered 201 as text/html; charset=utf-8; the contract promises "
        "application/json at <201>. Flask names text/html where nothing is named: return "
        "(body, status, headers) with a Content-Type, or Response(..., mimetype=...)."
    ),
    "dictionary_in_a_response": (
        "create_export answered 201 with a body that is not JSON: unexpected character, "
        "expected a JSON value at line 1 column 1; the contract promises application/json at "
        "<201>. Return a value and let the engine write it, or correct the bytes."
    ),
    "dictionary_alone": (
        "create_entry answered 200; the contract promises 201. Without a status it is 200: "
        "return (body, 201), or declare it at <responses>."
    ),
    "status_in_jsonify": (
        "create_entry answered 200; the contract promises 201. Without a status it is 200: "
        "return (body, 201), or declare it at <responses>."
    ),
    "tuple_of_four": (
        "create_entry answered with a tuple of 4; the contract promises 201. Return (body, "
        "status, headers), (body, status), (body, headers) or the body alone."
    ),
    "media_type_as_third": (
        "create_entry answered with headers that are a str; the contract promises 201. Return "
        "them as a dictionary or as a list of pairs."
    ),
    "abort_201": (
        "create_entry called abort(201); the contract promises 201. abort() is for refusals, "
        "from 400 on. Return (body, status, headers) instead."
    ),
    "made_without_its_status": (
        "create_copy answered 200; the contract promises 201. Without a status it is 200: "
        "return (body, 201), or declare it at <responses>."
    ),
    "header_of_ones_own": (
        "create_copy answered 201 with the header X-Slug; the contract promises the headers "
        "Location at <201>. Leave it out, or declare it."
    ),
    "error_with_200": (
        "claim_title answered 200; the contract promises 201, 409. Without a status it is "
        "200: return (body, 201), or declare it at <responses>."
    ),
    "error_of_ones_own": (
        "claim_title answered 409 with a body without /type; the contract promises "
        "application/problem+json by the schema at <409>. Correct the handler, or the schema.\n"
        "claim_title answered 409 with a body without /title; the contract promises "
        "application/problem+json by the schema at <409>. Correct the handler, or the schema.\n"
        "claim_title answered 409 with a body without /status; the contract promises "
        "application/problem+json by the schema at <409>. Correct the handler, or the schema.\n"
        "claim_title answered 409 with a body whose /error is not declared; the contract "
        "promises application/problem+json by the schema at <409>. Leave it out, or declare "
        "the property."
    ),
    "problem_called_json": (
        "claim_title answered 409 as application/json; the contract promises "
        "application/problem+json at <409>. Return what is promised, or declare this."
    ),
    "problem_of_another_status": (
        "claim_title answered 409 with a body whose /status must be one of 409 (enum); the "
        "contract promises application/problem+json by the schema at <409>. Correct the "
        "handler, or the schema."
    ),
    "phrase_of_a_status": (
        "create_reminder answered with a status that is a string; the contract promises 201. "
        "Return it as a number, such as 201 or HTTPStatus.CREATED."
    ),
    "status_next_door": (
        "create_reminder answered 202; the contract promises 201. Change the handler, or "
        "declare it at <responses>."
    ),
    "status_first": (
        "create_reminder answered 200; the contract promises 201. The status stands behind "
        "the body: return (body, status, headers), or declare it at <responses>."
    ),
    "resource_unwrapped": (
        "create_bookmark answered 201 with a body whose /slug is not declared; the contract "
        "promises application/json by the schema at <201>. Leave it out, or declare the "
        "property.\n"
        "create_bookmark answered 201 with a body whose /title is not declared; the contract "
        "promises application/json by the schema at <201>. Leave it out, or declare the "
        "property.\n"
        "create_bookmark answered 201 with a body without /data; the contract promises "
        "application/json by the schema at <201>. Correct the handler, or the schema."
    ),
    "resource_in_a_list": (
        "create_bookmark answered 201 with a body whose /data must be of type object (type); "
        "the contract promises application/json by the schema at <201>. Correct the handler, "
        "or the schema."
    ),
    "success_beside_the_data": (
        "create_bookmark answered 201 with a body whose /success is not declared; the "
        "contract promises application/json by the schema at <201>. Leave it out, or declare "
        "the property."
    ),
    "text_for_a_message": (
        "create_message answered 201 with a body whose root must be of type object (type); "
        "the contract promises application/json by the schema at <201>. Correct the handler, "
        "or the schema."
    ),
    "message_by_another_name": (
        "create_message answered 201 with a body whose /msg is not declared; the contract "
        "promises application/json by the schema at <201>. Leave it out, or declare the "
        "property.\n"
        "create_message answered 201 with a body without /message; the contract promises "
        "application/json by the schema at <201>. Correct the handler, or the schema."
    ),
    "set_for_a_dictionary": (
        "create_message answered 201 with a body that is a set that JSON cannot hold (Type is "
        "not JSON serializable: set); the contract promises application/json at <201>. Return "
        "what the declared media type can hold."
    ),
    "message_in_an_empty_answer": (
        "star_note answered 201 with a body; the contract promises no content at <201>. "
        "Return None as the body, or declare the content."
    ),
    "empty_object": (
        "star_note answered 201 with a body; the contract promises no content at <201>. "
        "Return None as the body, or declare the content."
    ),
    "no_content": (
        "star_note answered 204; the contract promises 201. None alone is 204: return (body, "
        "201), or declare it at <responses>."
    ),
    "none_for_not_found": (
        "get_note answered 204; the contract promises 200, 404. None alone is 204: return "
        "(body, 200), or declare it at <responses>."
    ),
    "not_found_with_200": (
        "get_note answered 200 with a body whose /error is not declared; the contract "
        "promises application/json by the schema at <200>. Leave it out, or declare the "
        "property.\n"
        "get_note answered 200 with a body without /data; the contract promises "
        "application/json by the schema at <200>. Correct the handler, or the schema."
    ),
    "not_found_as_text": (
        "get_note answered 404 as text/plain; the contract promises application/problem+json "
        "at <404>. Return what is promised, or declare this."
    ),
    "location_forgotten": (
        "create_note answered 201 without the header Location; the contract promises that "
        "header, as required, at <201>. Return it in the headers."
    ),
    "location_without_its_host": (
        "create_note answered 201 with a value of Location that must match the pattern "
        "^https?:// (pattern); the contract promises its schema at <201>. Correct the value, "
        "or the schema."
    ),
    "redirect_with_201": (
        "create_note answered 201 as text/html; charset=utf-8; the contract promises "
        "application/json at <201>. Flask names text/html where nothing is named: return "
        "(body, status, headers) with a Content-Type, or Response(..., mimetype=...)."
    ),
    "text_called_html": (
        "create_line answered 201 as text/html; charset=utf-8; the contract promises "
        "text/plain at <201>. Flask names text/html where nothing is named: return (body, "
        "status, headers) with a Content-Type, or Response(..., mimetype=...)."
    ),
    "dictionary_for_text": (
        "create_line answered 201 with a body that is a dict, and text is taken; the contract "
        "promises text/plain at <201>. Return what the declared media type can hold."
    ),
    "number_alone": (
        "create_line answered 200; the contract promises 201. The status stands behind the "
        "body: return (body, status, headers), or declare it at <responses>."
    ),
}
"""What is said, by mistake; `<201>` is the place where the contract declares that status."""
