"""The types of Fifteen answers 1.0.0.

Made of the contract with the digest
bffce103cf074fe44b2909cd8ed921de42f92367c1bb46cbcd22de11f8d841ce.
Write it anew with: tenor types examples/answers/openapi.yaml --output tests/types/notes_contract.py
"""

# A change belongs into the contract. Formatters leave this be, whatever their settings.
# fmt: off

from typing import Literal, Never, NotRequired, TypeAlias

from typing_extensions import ReadOnly, TypedDict


class Note(TypedDict, closed=True):
    """The schema Note."""

    slug: str
    title: str


class NoteInData(TypedDict, closed=True):
    """The schema NoteInData."""

    data: Note


class TitleTaken(TypedDict, closed=True):
    """A problem (RFC 9457)."""

    type: Literal["/problems/title-taken"]
    title: str
    status: Literal[409]


ProblemErrorsItem = TypedDict(
    "ProblemErrorsItem",
    {
        "in": str,
        "pointer": str,
        "rule": str,
        "detail": str,
    },
    closed=True,
)


class Problem(TypedDict, closed=True):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: NotRequired[str]
    errors: NotRequired[list[ProblemErrorsItem]]
    """What is wrong with the request, each by place and rule."""
    violation: NotRequired[str]
    """Names the answer that was held back. Give it when you report the fault."""


class NewNote(TypedDict, closed=True):
    """The schema NewNote."""

    title: str


CreatePageBody: TypeAlias = NewNote

HtmlHeaders = TypedDict(
    "HtmlHeaders",
    {
        "Content-Type": NotRequired[ReadOnly[Literal["text/html"]]],
    },
    closed=True,
)

CreatePageAnswer: TypeAlias = tuple[str, Literal[201]] | tuple[str, Literal[201], HtmlHeaders]

CreateNoteBody: TypeAlias = NewNote

CreateNote201Headers = TypedDict(
    "CreateNote201Headers",
    {
        "Location": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

CreateNoteAnswer: TypeAlias = tuple[NoteInData, Literal[201], CreateNote201Headers]


class GetNoteParameters(TypedDict):
    """What a handler of GetNote may take by name."""

    slug: str
    """The last part of the note's address."""


JsonHeaders = TypedDict(
    "JsonHeaders",
    {
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ProblemJsonHeaders = TypedDict(
    "ProblemJsonHeaders",
    {
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

GetNoteAnswer: TypeAlias = (
    tuple[NoteInData, Literal[200]]
    | tuple[NoteInData, Literal[200], JsonHeaders]
    | NoteInData
    | tuple[Problem, Literal[404]]
    | tuple[Problem, Literal[404], ProblemJsonHeaders]
)


class PutNoteParameters(TypedDict):
    """What a handler of PutNote may take by name."""

    slug: str
    """The last part of the note's address."""


PutNoteBody: TypeAlias = NewNote

PutNoteAnswer: TypeAlias = (
    tuple[Note, Literal[200, 201]] | tuple[Note, Literal[200, 201], JsonHeaders] | Note
)


class StarNoteParameters(TypedDict):
    """What a handler of StarNote may take by name."""

    slug: str
    """The last part of the note's address."""


StarNoteAnswer: TypeAlias = tuple[None, Literal[201]] | tuple[None, Literal[201], dict[str, Never]]

CreateCardBody: TypeAlias = NewNote

CreateCardAnswer: TypeAlias = tuple[str, Literal[201]] | tuple[str, Literal[201], HtmlHeaders]

CreateDraftBody: TypeAlias = NewNote

CreateDraftAnswer: TypeAlias = tuple[Note, Literal[201]] | tuple[Note, Literal[201], JsonHeaders]

CreateExportBody: TypeAlias = NewNote

CreateExportAnswer: TypeAlias = tuple[Note, Literal[201]] | tuple[Note, Literal[201], JsonHeaders]

CreateEntryBody: TypeAlias = NewNote

CreateEntryAnswer: TypeAlias = tuple[Note, Literal[201]] | tuple[Note, Literal[201], JsonHeaders]

CreateCopyBody: TypeAlias = NewNote

CreateCopy201Headers = TypedDict(
    "CreateCopy201Headers",
    {
        "Location": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

CreateCopyAnswer: TypeAlias = tuple[Note, Literal[201], CreateCopy201Headers]

ClaimTitleBody: TypeAlias = NewNote

ClaimTitleAnswer: TypeAlias = (
    tuple[Note, Literal[201]]
    | tuple[Note, Literal[201], JsonHeaders]
    | tuple[TitleTaken, Literal[409]]
    | tuple[TitleTaken, Literal[409], ProblemJsonHeaders]
)

CreateReminderBody: TypeAlias = NewNote

CreateReminderAnswer: TypeAlias = tuple[Note, Literal[201]] | tuple[Note, Literal[201], JsonHeaders]

CreateBookmarkBody: TypeAlias = NewNote

CreateBookmarkAnswer: TypeAlias = (
    tuple[NoteInData, Literal[201]] | tuple[NoteInData, Literal[201], JsonHeaders]
)

CreateMessageBody: TypeAlias = NewNote


class CreateMessage201Body(TypedDict, closed=True):
    """The schema CreateMessage201Body."""

    message: str


CreateMessageAnswer: TypeAlias = (
    tuple[CreateMessage201Body, Literal[201]]
    | tuple[CreateMessage201Body, Literal[201], JsonHeaders]
)

CreateLineBody: TypeAlias = NewNote

PlainHeaders = TypedDict(
    "PlainHeaders",
    {
        "Content-Type": NotRequired[ReadOnly[Literal["text/plain"]]],
    },
    closed=True,
)

CreateLineAnswer: TypeAlias = tuple[str, Literal[201]] | tuple[str, Literal[201], PlainHeaders]
