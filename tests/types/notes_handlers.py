"""Handlers of the fifteen answers in pairs; read them as those of the publishing API."""

from tests.types.notes_contract import (
    ClaimTitleAnswer,
    CreateLineAnswer,
    CreateNoteAnswer,
    CreatePageAnswer,
    CreateReminderAnswer,
    GetNoteAnswer,
    Note,
    PutNoteAnswer,
    StarNoteAnswer,
)

URL = "/notes/hello"


def right_status_in_a_variable(note: Note, *, is_new: bool) -> PutNoteAnswer:
    status = 201 if is_new else 200
    return note, status


def wrong_status_in_a_variable(note: Note, *, is_new: bool) -> PutNoteAnswer:
    status = 201 if is_new else 204
    # refused by reportReturnType: "Literal[204]" is not assignable to type "Literal[200, 201]"
    return note, status


def right_address(note: Note) -> CreateNoteAnswer:
    return {"data": note}, 201, {"Location": URL}


def wrong_address(note: Note) -> CreateNoteAnswer:
    # refused by reportReturnType: Tuple size mismatch; expected 3 but received 2
    return {"data": note}, 201


def right_page(note: Note) -> CreatePageAnswer:
    return f"<p>{note['title']}</p>", 201


def wrong_page(note: Note) -> CreatePageAnswer:
    # refused by reportReturnType: "Note" is not assignable to "str"
    return note, 201


def right_text(note: Note) -> CreateLineAnswer:
    return str(len(note)), 201


def wrong_text(note: Note) -> CreateLineAnswer:
    # refused by reportReturnType: "int" is not assignable to "str"
    return len(note), 201


def right_status_of_a_problem() -> ClaimTitleAnswer:
    return {"type": "/problems/title-taken", "title": "Taken", "status": 409}, 409


def wrong_status_of_a_problem() -> ClaimTitleAnswer:
    # refused by reportReturnType: "tuple[dict[str, str | int], Literal[409]]"
    return {"type": "/problems/title-taken", "title": "Taken", "status": 400}, 409


def right_nothing() -> StarNoteAnswer:
    return None, 201


def wrong_nothing() -> StarNoteAnswer:
    # refused by reportReturnType: is not assignable to "tuple[None, Literal[201]]"
    return {}, 201


def right_body_alone(note: Note) -> GetNoteAnswer:
    return {"data": note}


def wrong_body_alone(note: Note) -> GetNoteAnswer:
    # refused by reportReturnType: "data" is missing from "Note"
    return note


def right_status_that_is_said(note: Note) -> CreateReminderAnswer:
    return note, 201


def wrong_status_that_is_said(note: Note) -> CreateReminderAnswer:
    # refused by reportReturnType: "Note" is not assignable to "tuple[Note, Literal[201]]"
    return note
