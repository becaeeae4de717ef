"""The types of Tenor 0.1.0.

Made of the contract with the digest
47834d0e3ab147b6aa25a855d8b2e11ca652579e077739013c2525ea364dbffb.
Write it anew with: tenor types spec/openapi.yaml --output handlers/contract.py
"""

# A change belongs into the contract. Formatters leave this be, whatever their settings.
# fmt: off

from typing import Literal, NotRequired, TypeAlias

from typing_extensions import ReadOnly, TypedDict

Username: TypeAlias = str
"""Lower-case letters, digits and hyphens, a letter first. It never changes."""

DisplayName: TypeAlias = str
"""The name that readers see. One line; it neither begins nor ends with a space."""

Password: TypeAlias = str
"""12 to 128 characters. Any characters but control characters."""

GivenPassword: TypeAlias = str
"""The password that the account has."""

Role: TypeAlias = Literal["reader", "author", "editor", "admin"]
"""What an account may do, each more than the one before: a `reader` reads and comments; an `author`
writes posts; an `editor` also sees, changes and deletes the posts and comments of others; an
`admin` also changes roles and deletes accounts.
"""

GivenRole: TypeAlias = Literal["reader", "author", "editor"]
"""The roles that an admin gives. Admins are made by whoever runs the service, and by nobody else.
"""

PostsOfTheDeleted: TypeAlias = Literal["reassign", "delete"]
"""`reassign`: posts and comments pass to the account `ghost` and stay at their addresses. `delete`:
they are deleted too.
"""

TokenId: TypeAlias = int
"""Names the token; it opens nothing."""

Scope: TypeAlias = Literal["posts:write", "comments:write", "accounts:write", "admin"]
"""What a token may be used for. `posts:write`: write, change and delete posts. `comments:write`:
the same of comments. `accounts:write`: change and delete the own account. `admin`: do so with the
accounts of others, and give roles.
"""

Slug: TypeAlias = str
"""The last part of a post's address. Lower-case letters, digits, and single hyphens between them.
"""

PostTitle: TypeAlias = str
"""One line; it neither begins nor ends with a space."""

PostBody: TypeAlias = str
"""Markdown (CommonMark with tables). HTML in it is sanitised when the post is read as a page. No
control characters but tabs and line ends.
"""

CommentId: TypeAlias = int
"""Names the comment; it is never given again."""

CommentBody: TypeAlias = str
"""Markdown (CommonMark with tables), and not only white space. HTML in it is sanitised when the
post is read as a page. No control characters but tabs and line ends.
"""

MarkdownText: TypeAlias = str
"""The title as a heading, and below it the Markdown that was written."""

PostStatus: TypeAlias = Literal["draft", "scheduled", "published"]
"""A `draft` is seen by its author, by editors and by admins; so is a `scheduled` post, until the
time in `publish_at` has come; a `published` post is seen by everybody.
"""

PostStatusFilter: TypeAlias = Literal["published", "draft", "scheduled"]
"""The status of the posts in a list."""

PostOrder: TypeAlias = Literal["-published", "published", "-updated", "updated", "-title", "title"]
"""By the time of publication, the time of the last change, or the title; with a minus sign from the
end.
"""

SearchText: TypeAlias = str
"""What to search for. Any text without NUL."""

NewTag: TypeAlias = str
"""Letters, digits, and single hyphens between them. It is kept in lower case."""

Tag: TypeAlias = str
"""Lower-case letters, digits, and single hyphens between them."""

Timestamp: TypeAlias = str
"""A time in UTC (RFC 3339), to the microsecond at most."""

TimeToCome: TypeAlias = str
"""A time with its offset from UTC (RFC 3339), to the microsecond at most. It is answered in UTC."""

RevisionNumber: TypeAlias = int
"""The first revision is 1; each change of title, body or tags makes one more."""

Url: TypeAlias = str
"""An absolute address."""

Cursor: TypeAlias = str
"""Where a page begins: taken from a `next` or `prev` link, and good for the same list in the same
order alone, whatever its filters. Anything else is refused with 400.
"""

EntityTags: TypeAlias = str
"""One or more entity tags with commas between them, or `*` (RFC 9110, section 13.1)."""

AnyEntityTag: TypeAlias = Literal["*"]
"""Stands for any state that the resource may be in."""

BearerChallenge: TypeAlias = str

HtmlPage: TypeAlias = str
"""A whole page."""

AtomFeed: TypeAlias = str
"""An Atom document (RFC 4287)."""

PostUrn: TypeAlias = str
"""Names a post for good (RFC 9562), whatever becomes of its address."""


class NewAccount(TypedDict, closed=True):
    """The schema NewAccount."""

    username: Username
    display_name: DisplayName
    password: Password


class AccountPatch(TypedDict, closed=True):
    """A new password comes with the current one."""

    display_name: NotRequired[DisplayName]
    password: NotRequired[Password]
    current_password: NotRequired[GivenPassword]
    role: NotRequired[GivenRole]


class NewToken(TypedDict, closed=True):
    """The schema NewToken."""

    username: Username
    password: GivenPassword
    scopes: list[Scope]
    """What the token may be used for."""
    lifetime: NotRequired[int]
    """For how many seconds the token works; a day, unless said otherwise."""


class NewPost(TypedDict, closed=True):
    """The schema NewPost."""

    title: PostTitle
    body: PostBody
    tags: NotRequired[list[NewTag]]
    """What the post is about, in an order of your own. Doubles are dropped."""
    status: NotRequired[PostStatus]
    publish_at: NotRequired[TimeToCome]


class PostPatch(TypedDict, closed=True):
    """The schema PostPatch."""

    title: NotRequired[PostTitle]
    body: NotRequired[PostBody]
    tags: NotRequired[list[NewTag] | None]
    """The tags that replace all that the post has; null removes them."""
    status: NotRequired[PostStatus]
    publish_at: NotRequired[TimeToCome]
    slug: NotRequired[Slug]


class NewComment(TypedDict, closed=True):
    """The schema NewComment."""

    body: CommentBody


class CommentPatch(TypedDict, closed=True):
    """The schema CommentPatch."""

    body: NotRequired[CommentBody]


class Account(TypedDict, closed=True):
    """The schema Account."""

    username: Username
    display_name: DisplayName
    role: Role
    created_at: Timestamp
    updated_at: Timestamp
    url: Url


class AccountDocument(TypedDict, closed=True):
    """The schema AccountDocument."""

    data: Account


class PageLinks(TypedDict, closed=True):
    """The neighbours of the page. Without `next` it is the last page, without `prev` the first."""

    first: Url
    next: NotRequired[Url]
    prev: NotRequired[Url]


class AccountPage(TypedDict, closed=True):
    """The schema AccountPage."""

    data: list[Account]
    links: PageLinks


class Token(TypedDict, closed=True):
    """The schema Token."""

    id: TokenId
    username: Username
    scopes: list[Scope]
    created_at: Timestamp
    expires_at: Timestamp
    url: Url


class TokenDocument(TypedDict, closed=True):
    """The schema TokenDocument."""

    data: Token


class TokenPage(TypedDict, closed=True):
    """The schema TokenPage."""

    data: list[Token]
    links: PageLinks


class IssuedToken(TypedDict, closed=True):
    """The schema IssuedToken."""

    id: TokenId
    username: Username
    scopes: list[Scope]
    created_at: Timestamp
    expires_at: Timestamp
    url: Url
    secret: str
    """What to send as the bearer token. It is shown here and never again."""


class IssuedTokenDocument(TypedDict, closed=True):
    """The schema IssuedTokenDocument."""

    data: IssuedToken


class Post(TypedDict, closed=True):
    """The schema Post."""

    slug: Slug
    title: PostTitle
    body: PostBody
    author: Username
    tags: list[Tag]
    status: PostStatus
    created_at: Timestamp
    updated_at: Timestamp
    published_at: str | None
    """When the post was first published, in UTC (RFC 3339); null until then."""
    publish_at: str | None
    """When the post will be published, in UTC (RFC 3339); null unless it is scheduled."""
    revision: RevisionNumber
    url: Url


class PostDocument(TypedDict, closed=True):
    """The schema PostDocument."""

    data: Post


class PostPage(TypedDict, closed=True):
    """The schema PostPage."""

    data: list[Post]
    links: PageLinks


class Comment(TypedDict, closed=True):
    """The schema Comment."""

    id: CommentId
    post: Slug
    body: CommentBody
    author: Username
    created_at: Timestamp
    updated_at: Timestamp
    url: Url


class CommentDocument(TypedDict, closed=True):
    """The schema CommentDocument."""

    data: Comment


class CommentPage(TypedDict, closed=True):
    """The schema CommentPage."""

    data: list[Comment]
    links: PageLinks


class CountedTag(TypedDict, closed=True):
    """The schema CountedTag."""

    name: Tag
    count: int
    """How many published posts have the tag."""
    url: Url
    posts: Url


class TagDocument(TypedDict, closed=True):
    """The schema TagDocument."""

    data: CountedTag


class TagPage(TypedDict, closed=True):
    """The schema TagPage."""

    data: list[CountedTag]
    links: PageLinks


class RevisionLine(TypedDict, closed=True):
    """A revision without its Markdown and tags."""

    number: RevisionNumber
    title: PostTitle
    author: Username
    created_at: Timestamp
    url: Url


class RevisionPage(TypedDict, closed=True):
    """The schema RevisionPage."""

    data: list[RevisionLine]
    links: PageLinks


class Revision(TypedDict, closed=True):
    """What a post was from `created_at` on, and who made it so."""

    number: RevisionNumber
    post: Slug
    title: PostTitle
    body: PostBody
    tags: list[Tag]
    author: Username
    created_at: Timestamp
    url: Url


class RevisionDocument(TypedDict, closed=True):
    """The schema RevisionDocument."""

    data: Revision


class JsonFeedAuthor(TypedDict, closed=True):
    """The schema JsonFeedAuthor."""

    name: Username
    url: Url


class JsonFeedItem(TypedDict, closed=True):
    """The schema JsonFeedItem."""

    id: PostUrn
    url: Url
    title: PostTitle
    content_html: str
    """The body, rendered and sanitised."""
    date_published: Timestamp
    date_modified: Timestamp
    authors: list[JsonFeedAuthor]
    tags: list[Tag]


class JsonFeed(TypedDict, closed=True):
    """A feed in the form of JSON Feed 1.1."""

    version: Literal["https://jsonfeed.org/version/1.1"]
    title: str
    feed_url: Url
    items: list[JsonFeedItem]


class Service(TypedDict, closed=True):
    """The schema Service."""

    name: str
    version: str
    """The version of this contract that the server holds to."""


class ServiceLinks(TypedDict, closed=True):
    """The schema ServiceLinks."""

    self: Url
    accounts: Url
    posts: Url
    post_feed: Url
    tags: Url
    tokens: Url
    problems: Url
    liveness: Url
    readiness: Url
    docs: Url
    openapi_json: Url
    openapi_yaml: Url


class ServiceDocument(TypedDict, closed=True):
    """The schema ServiceDocument."""

    data: Service
    links: ServiceLinks


LivenessStatus: TypeAlias = Literal["alive"]


class Liveness(TypedDict, closed=True):
    """The schema Liveness."""

    status: LivenessStatus


class LivenessDocument(TypedDict, closed=True):
    """The schema LivenessDocument."""

    data: Liveness


ReadinessStatus: TypeAlias = Literal["ready"]


class Readiness(TypedDict, closed=True):
    """The schema Readiness."""

    status: ReadinessStatus


class ReadinessDocument(TypedDict, closed=True):
    """The schema ReadinessDocument."""

    data: Readiness


ProblemName: TypeAlias = Literal[
    "content-too-large",
    "contract-violation",
    "insufficient-scope",
    "internal-error",
    "invalid-request",
    "key-in-use",
    "key-reused",
    "method-not-allowed",
    "not-acceptable",
    "not-allowed",
    "not-found",
    "overloaded",
    "precondition-failed",
    "precondition-required",
    "scope-not-granted",
    "slug-taken",
    "store-unavailable",
    "too-many-requests",
    "unauthorized",
    "unschedulable",
    "unsupported-media-type",
    "username-taken",
    "wrong-credentials",
    "wrong-password",
]
"""The last part of a problem's `type`."""

ProblemTitle: TypeAlias = str
"""The type of the problem in a few words, always the same for the same type."""

ProblemStatus: TypeAlias = int
"""The status of the answer."""


class ProblemType(TypedDict, closed=True):
    """What all problems of one type have in common."""

    name: ProblemName
    type: Url
    title: ProblemTitle
    status: ProblemStatus
    advice: str
    """What it means and what to do."""


class ProblemTypeDocument(TypedDict, closed=True):
    """The schema ProblemTypeDocument."""

    data: ProblemType


class ProblemCatalogue(TypedDict, closed=True):
    """The schema ProblemCatalogue."""

    data: list[ProblemType]


ProblemTypeUrl: TypeAlias = str
"""Names the type of the problem, and says more about it when opened."""

ProblemDetail: TypeAlias = str
"""What it is this time. It never repeats what was sent."""


class Problem(TypedDict, closed=True):
    """The schema Problem."""

    type: ProblemTypeUrl
    title: ProblemTitle
    status: ProblemStatus
    detail: NotRequired[ProblemDetail]


RequestPlace: TypeAlias = Literal["path", "query", "header", "cookie", "body"]
"""The part of the request."""

RequestFault = TypedDict(
    "RequestFault",
    {
        "in": RequestPlace,
        "pointer": str,
        "rule": str,
        "detail": str,
    },
    closed=True,
)


class InvalidRequest(TypedDict, closed=True):
    """A problem that says where the request breaks the contract."""

    type: ProblemTypeUrl
    title: ProblemTitle
    status: ProblemStatus
    detail: NotRequired[ProblemDetail]
    errors: list[RequestFault]
    """Each place that breaks the contract; the first hundred, if there are more."""


class ServerFault(TypedDict, closed=True):
    """A problem of the server's own making."""

    type: ProblemTypeUrl
    title: ProblemTitle
    status: ProblemStatus
    detail: NotRequired[ProblemDetail]
    violation: NotRequired[str]
    """Where the server was about to break its contract, the id under which it is recorded."""


class RegisterAccountParameters(TypedDict):
    """What a handler of RegisterAccount may take by name."""

    idempotency_key: NotRequired[str]
    """Names this request, so that it may be sent again when its answer was lost: it is carried out
    once, and for at least 24 hours the same request with the same key gets the same answer, with
    `Idempotency-Replayed`. Take a new key, such as a UUID, for each new request: with other
    content, or where `Accept` prefers another media type, a used one is refused with 422. A request
    that was refused or failed frees its key. Any visible character of ASCII but the comma, which
    would make two keys of one.
    """


RegisterAccountBody: TypeAlias = NewAccount
"""The account to be."""

RegisterAccount201Headers = TypedDict(
    "RegisterAccount201Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Location": ReadOnly[str],
        "ETag": ReadOnly[str],
        "Idempotency-Replayed": NotRequired[ReadOnly[Literal["true"]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ProblemJsonHeaders = TypedDict(
    "ProblemJsonHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

UsernameTakenOrKeyInUseHeaders = TypedDict(
    "UsernameTakenOrKeyInUseHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Retry-After": NotRequired[ReadOnly[str | int]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

TooManyRequestsHeaders = TypedDict(
    "TooManyRequestsHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Retry-After": ReadOnly[str | int],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

StoreUnavailableOrOverloadedHeaders = TypedDict(
    "StoreUnavailableOrOverloadedHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Retry-After": ReadOnly[str | int],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

RegisterAccountAnswer: TypeAlias = (
    tuple[AccountDocument, Literal[201], RegisterAccount201Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406, 413, 415, 422]]
    | tuple[Problem, Literal[406, 413, 415, 422], ProblemJsonHeaders]
    | tuple[Problem, Literal[409]]
    | tuple[Problem, Literal[409], UsernameTakenOrKeyInUseHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class ListAccountsParameters(TypedDict):
    """What a handler of ListAccounts may take by name."""

    limit: int
    """How many to give at most."""
    cursor: NotRequired[Cursor]
    """Go on after, or before, the account that a link names."""


ListAccounts200Headers = TypedDict(
    "ListAccounts200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Link": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

StoreUnavailableHeaders = TypedDict(
    "StoreUnavailableHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Retry-After": ReadOnly[str | int],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

ListAccountsAnswer: TypeAlias = (
    tuple[AccountPage, Literal[200], ListAccounts200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class GetAccountParameters(TypedDict):
    """What a handler of GetAccount may take by name."""

    username: Username
    """The account's username."""
    if_none_match: NotRequired[EntityTags]
    """The `ETag` of what you have; 304 while it is current. It wins over `If-Modified-Since`."""
    if_modified_since: NotRequired[str]
    """The `Last-Modified` of what you have; 304 when nothing changed since. What is not an HTTP
    date is ignored (RFC 9110, section 13.1.3).
    """


GetAccount200Headers = TypedDict(
    "GetAccount200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

NotModifiedHeaders = TypedDict(
    "NotModifiedHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
    },
    closed=True,
)

GetAccountAnswer: TypeAlias = (
    tuple[AccountDocument, Literal[200], GetAccount200Headers]
    | tuple[None, Literal[304], NotModifiedHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[404, 406]]
    | tuple[Problem, Literal[404, 406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class ChangeAccountParameters(TypedDict):
    """What a handler of ChangeAccount may take by name."""

    username: Username
    """The account's username."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """


ChangeAccountBody: TypeAlias = AccountPatch
"""What becomes different, as a JSON merge patch (RFC 7396)."""

ChangeAccount200Headers = TypedDict(
    "ChangeAccount200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

UnauthorizedHeaders = TypedDict(
    "UnauthorizedHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "WWW-Authenticate": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

ForbiddenHeaders = TypedDict(
    "ForbiddenHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "WWW-Authenticate": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

ChangeAccountAnswer: TypeAlias = (
    tuple[AccountDocument, Literal[200], ChangeAccount200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 406, 412, 413, 415, 422, 428]]
    | tuple[Problem, Literal[404, 406, 412, 413, 415, 422, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class DeleteAccountParameters(TypedDict):
    """What a handler of DeleteAccount may take by name."""

    username: Username
    """The account's username."""
    posts: PostsOfTheDeleted
    """What becomes of the account's posts and comments."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """


BodilessHeaders = TypedDict(
    "BodilessHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
    },
    closed=True,
)

DeleteAccountAnswer: TypeAlias = (
    tuple[None, Literal[204]]
    | tuple[None, Literal[204], BodilessHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 412, 428]]
    | tuple[Problem, Literal[404, 412, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
    | None
)

CreateTokenBody: TypeAlias = NewToken
"""Whose token, and what it may do for how long."""

CreateToken201Headers = TypedDict(
    "CreateToken201Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Location": ReadOnly[str],
        "ETag": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

WrongCredentialsHeaders = TypedDict(
    "WrongCredentialsHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "WWW-Authenticate": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

CreateTokenAnswer: TypeAlias = (
    tuple[IssuedTokenDocument, Literal[201], CreateToken201Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], WrongCredentialsHeaders]
    | tuple[Problem, Literal[406, 413, 415, 422]]
    | tuple[Problem, Literal[406, 413, 415, 422], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class ListTokensParameters(TypedDict):
    """What a handler of ListTokens may take by name."""

    limit: int
    """How many to give at most."""
    cursor: NotRequired[Cursor]
    """Go on after, or before, the token that a link names."""


ListTokens200Headers = TypedDict(
    "ListTokens200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Link": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ListTokensAnswer: TypeAlias = (
    tuple[TokenPage, Literal[200], ListTokens200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class GetTokenParameters(TypedDict):
    """What a handler of GetToken may take by name."""

    id: TokenId
    """The token's id, which is not its secret."""
    if_none_match: NotRequired[EntityTags]
    """The `ETag` of what you have; 304 while it is current. It wins over `If-Modified-Since`."""
    if_modified_since: NotRequired[str]
    """The `Last-Modified` of what you have; 304 when nothing changed since. What is not an HTTP
    date is ignored (RFC 9110, section 13.1.3).
    """


GetToken200Headers = TypedDict(
    "GetToken200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

GetTokenAnswer: TypeAlias = (
    tuple[TokenDocument, Literal[200], GetToken200Headers]
    | tuple[None, Literal[304], NotModifiedHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[404, 406]]
    | tuple[Problem, Literal[404, 406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class DeleteTokenParameters(TypedDict):
    """What a handler of DeleteToken may take by name."""

    id: TokenId
    """The token's id, which is not its secret."""


DeleteTokenAnswer: TypeAlias = (
    tuple[None, Literal[204]]
    | tuple[None, Literal[204], BodilessHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[404]]
    | tuple[Problem, Literal[404], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
    | None
)


class CreatePostParameters(TypedDict):
    """What a handler of CreatePost may take by name."""

    idempotency_key: NotRequired[str]
    """Names this request, so that it may be sent again when its answer was lost: it is carried out
    once, and for at least 24 hours the same request with the same key gets the same answer, with
    `Idempotency-Replayed`. Take a new key, such as a UUID, for each new request: with other
    content, or where `Accept` prefers another media type, a used one is refused with 422. A request
    that was refused or failed frees its key. Any visible character of ASCII but the comma, which
    would make two keys of one.
    """


CreatePostBody: TypeAlias = NewPost
"""The post to be."""

CreatePost201Headers = TypedDict(
    "CreatePost201Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Location": ReadOnly[str],
        "ETag": ReadOnly[str],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
        "Content-Security-Policy": NotRequired[ReadOnly[str | list[str]]],
        "Idempotency-Replayed": NotRequired[ReadOnly[Literal["true"]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json", "text/html"]]],
    },
    closed=True,
)

InsufficientScopeHeaders = TypedDict(
    "InsufficientScopeHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "WWW-Authenticate": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

NotAcceptableChoiceHeaders = TypedDict(
    "NotAcceptableChoiceHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

KeyInUseHeaders = TypedDict(
    "KeyInUseHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Retry-After": ReadOnly[str | int],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

CreatePostAnswer: TypeAlias = (
    tuple[PostDocument | str, Literal[201], CreatePost201Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], InsufficientScopeHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], NotAcceptableChoiceHeaders]
    | tuple[Problem, Literal[409], KeyInUseHeaders]
    | tuple[Problem, Literal[413, 415, 422]]
    | tuple[Problem, Literal[413, 415, 422], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class ListPostsParameters(TypedDict):
    """What a handler of ListPosts may take by name."""

    author: NotRequired[Username]
    """Only posts of this account."""
    tag: NotRequired[NewTag]
    """Only posts with this tag, in any case."""
    q: NotRequired[SearchText]
    """Only posts that hold all of these words, in any order, case and accents apart. `"two words"`
    must follow each other, `-word` and `-"two words"` must not occur, and `wor*` stands for all
    words that begin so. Words are found whole; in scripts without spaces any part of the text is.
    Any text can be asked for: one in which there is no word to find finds nothing.
    """
    status: PostStatusFilter
    """Only posts in this status."""
    sort: PostOrder
    """The order of the posts; a minus sign turns it round."""
    limit: int
    """How many to give at most."""
    cursor: NotRequired[Cursor]
    """Go on after, or before, the post that a link names."""


ListPosts200Headers = TypedDict(
    "ListPosts200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Link": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ListPostsAnswer: TypeAlias = (
    tuple[PostPage, Literal[200], ListPosts200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class GetPostParameters(TypedDict):
    """What a handler of GetPost may take by name."""

    slug: Slug
    """The post's slug."""
    if_none_match: NotRequired[EntityTags]
    """The `ETag` of what you have; 304 while it is current. It wins over `If-Modified-Since`."""
    if_modified_since: NotRequired[str]
    """The `Last-Modified` of what you have; 304 when nothing changed since. What is not an HTTP
    date is ignored (RFC 9110, section 13.1.3).
    """


GetPost200Headers = TypedDict(
    "GetPost200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
        "Content-Security-Policy": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[
            ReadOnly[Literal["application/json", "text/html", "text/markdown"]]
        ],
    },
    closed=True,
)

NotModifiedChoiceHeaders = TypedDict(
    "NotModifiedChoiceHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
    },
    closed=True,
)

MovedHeaders = TypedDict(
    "MovedHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Location": ReadOnly[str],
    },
    closed=True,
)

GetPostAnswer: TypeAlias = (
    tuple[PostDocument | str, Literal[200], GetPost200Headers]
    | tuple[None, Literal[304], NotModifiedChoiceHeaders]
    | tuple[None, Literal[308], MovedHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[404]]
    | tuple[Problem, Literal[404], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], NotAcceptableChoiceHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class PutPostParameters(TypedDict):
    """What a handler of PutPost may take by name."""

    slug: Slug
    """The post's slug."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """
    if_none_match: NotRequired[AnyEntityTag]
    """Create the post, if the address is free."""


PutPostBody: TypeAlias = NewPost
"""The whole post."""

PutPost201Headers = TypedDict(
    "PutPost201Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Location": ReadOnly[str],
        "ETag": ReadOnly[str],
    },
    closed=True,
)

PutPost204Headers = TypedDict(
    "PutPost204Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
    },
    closed=True,
)

PutPostAnswer: TypeAlias = (
    tuple[None, Literal[201], PutPost201Headers]
    | tuple[None, Literal[204], PutPost204Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 412, 413, 415, 422, 428]]
    | tuple[Problem, Literal[404, 412, 413, 415, 422, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class ChangePostParameters(TypedDict):
    """What a handler of ChangePost may take by name."""

    slug: Slug
    """The post's slug."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """


ChangePostBody: TypeAlias = PostPatch
"""What becomes different, as a JSON merge patch (RFC 7396)."""

ChangePost200Headers = TypedDict(
    "ChangePost200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ChangePostAnswer: TypeAlias = (
    tuple[PostDocument, Literal[200], ChangePost200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 406, 409, 412, 413, 415, 422, 428]]
    | tuple[Problem, Literal[404, 406, 409, 412, 413, 415, 422, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class DeletePostParameters(TypedDict):
    """What a handler of DeletePost may take by name."""

    slug: Slug
    """The post's slug."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """


DeletePostAnswer: TypeAlias = (
    tuple[None, Literal[204]]
    | tuple[None, Literal[204], BodilessHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 412, 428]]
    | tuple[Problem, Literal[404, 412, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
    | None
)


class GetPostFeedParameters(TypedDict):
    """What a handler of GetPostFeed may take by name."""

    author: NotRequired[Username]
    """Only posts of this account."""
    tag: NotRequired[NewTag]
    """Only posts with this tag, in any case."""
    if_none_match: NotRequired[EntityTags]
    """The `ETag` of what you have; 304 while it is current. It wins over `If-Modified-Since`."""
    if_modified_since: NotRequired[str]
    """The `Last-Modified` of what you have; 304 when nothing changed since. What is not an HTTP
    date is ignored (RFC 9110, section 13.1.3).
    """


GetPostFeed200Headers = TypedDict(
    "GetPostFeed200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
        "Content-Type": NotRequired[
            ReadOnly[Literal["application/atom+xml", "application/feed+json"]]
        ],
    },
    closed=True,
)

NotAcceptableFeedHeaders = TypedDict(
    "NotAcceptableFeedHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

GetPostFeedAnswer: TypeAlias = (
    tuple[str | JsonFeed, Literal[200], GetPostFeed200Headers]
    | tuple[None, Literal[304], NotModifiedChoiceHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], NotAcceptableFeedHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class CreateCommentParameters(TypedDict):
    """What a handler of CreateComment may take by name."""

    slug: Slug
    """The post's slug."""
    idempotency_key: NotRequired[str]
    """Names this request, so that it may be sent again when its answer was lost: it is carried out
    once, and for at least 24 hours the same request with the same key gets the same answer, with
    `Idempotency-Replayed`. Take a new key, such as a UUID, for each new request: with other
    content, or where `Accept` prefers another media type, a used one is refused with 422. A request
    that was refused or failed frees its key. Any visible character of ASCII but the comma, which
    would make two keys of one.
    """


CreateCommentBody: TypeAlias = NewComment
"""The comment to be."""

CreateComment201Headers = TypedDict(
    "CreateComment201Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Location": ReadOnly[str],
        "ETag": ReadOnly[str],
        "Idempotency-Replayed": NotRequired[ReadOnly[Literal["true"]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

CreateCommentAnswer: TypeAlias = (
    tuple[CommentDocument, Literal[201], CreateComment201Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], InsufficientScopeHeaders]
    | tuple[Problem, Literal[404, 406, 413, 415, 422]]
    | tuple[Problem, Literal[404, 406, 413, 415, 422], ProblemJsonHeaders]
    | tuple[Problem, Literal[409], KeyInUseHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class ListCommentsParameters(TypedDict):
    """What a handler of ListComments may take by name."""

    slug: Slug
    """The post's slug."""
    limit: int
    """How many to give at most."""
    cursor: NotRequired[Cursor]
    """Go on after, or before, the comment that a link names."""


ListComments200Headers = TypedDict(
    "ListComments200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Link": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ListCommentsAnswer: TypeAlias = (
    tuple[CommentPage, Literal[200], ListComments200Headers]
    | tuple[None, Literal[308], MovedHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[404, 406]]
    | tuple[Problem, Literal[404, 406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class GetCommentParameters(TypedDict):
    """What a handler of GetComment may take by name."""

    slug: Slug
    """The post's slug."""
    id: CommentId
    """The comment's id."""
    if_none_match: NotRequired[EntityTags]
    """The `ETag` of what you have; 304 while it is current. It wins over `If-Modified-Since`."""
    if_modified_since: NotRequired[str]
    """The `Last-Modified` of what you have; 304 when nothing changed since. What is not an HTTP
    date is ignored (RFC 9110, section 13.1.3).
    """


GetComment200Headers = TypedDict(
    "GetComment200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

GetCommentAnswer: TypeAlias = (
    tuple[CommentDocument, Literal[200], GetComment200Headers]
    | tuple[None, Literal[304], NotModifiedHeaders]
    | tuple[None, Literal[308], MovedHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[404, 406]]
    | tuple[Problem, Literal[404, 406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class ChangeCommentParameters(TypedDict):
    """What a handler of ChangeComment may take by name."""

    slug: Slug
    """The post's slug."""
    id: CommentId
    """The comment's id."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """


ChangeCommentBody: TypeAlias = CommentPatch
"""What becomes different, as a JSON merge patch (RFC 7396)."""

ChangeComment200Headers = TypedDict(
    "ChangeComment200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ChangeCommentAnswer: TypeAlias = (
    tuple[CommentDocument, Literal[200], ChangeComment200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 406, 412, 413, 415, 428]]
    | tuple[Problem, Literal[404, 406, 412, 413, 415, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableOrOverloadedHeaders]
)


class DeleteCommentParameters(TypedDict):
    """What a handler of DeleteComment may take by name."""

    slug: Slug
    """The post's slug."""
    id: CommentId
    """The comment's id."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """


DeleteCommentAnswer: TypeAlias = (
    tuple[None, Literal[204]]
    | tuple[None, Literal[204], BodilessHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 412, 428]]
    | tuple[Problem, Literal[404, 412, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
    | None
)


class ListTagsParameters(TypedDict):
    """What a handler of ListTags may take by name."""

    limit: int
    """How many to give at most."""
    cursor: NotRequired[Cursor]
    """Go on after, or before, the tag that a link names."""


ListTags200Headers = TypedDict(
    "ListTags200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Link": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

ListTagsAnswer: TypeAlias = (
    tuple[TagPage, Literal[200], ListTags200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class GetTagParameters(TypedDict):
    """What a handler of GetTag may take by name."""

    tag: Tag
    """The tag's name, in lower case."""


JsonHeaders = TypedDict(
    "JsonHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

GetTagAnswer: TypeAlias = (
    tuple[TagDocument, Literal[200]]
    | tuple[TagDocument, Literal[200], JsonHeaders]
    | TagDocument
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[404, 406]]
    | tuple[Problem, Literal[404, 406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class ListRevisionsParameters(TypedDict):
    """What a handler of ListRevisions may take by name."""

    slug: Slug
    """The post's slug."""
    limit: int
    """How many to give at most."""
    cursor: NotRequired[Cursor]
    """Go on after, or before, the revision that a link names."""


ListRevisions200Headers = TypedDict(
    "ListRevisions200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Link": ReadOnly[str | list[str]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

NotAllowedHeaders = TypedDict(
    "NotAllowedHeaders",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "WWW-Authenticate": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/problem+json"]]],
    },
    closed=True,
)

ListRevisionsAnswer: TypeAlias = (
    tuple[RevisionPage, Literal[200], ListRevisions200Headers]
    | tuple[None, Literal[308], MovedHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], NotAllowedHeaders]
    | tuple[Problem, Literal[404, 406]]
    | tuple[Problem, Literal[404, 406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class GetRevisionParameters(TypedDict):
    """What a handler of GetRevision may take by name."""

    slug: Slug
    """The post's slug."""
    number: RevisionNumber
    """The number of the revision; the first is 1."""
    if_none_match: NotRequired[EntityTags]
    """The `ETag` of what you have; 304 while it is current. It wins over `If-Modified-Since`."""
    if_modified_since: NotRequired[str]
    """The `Last-Modified` of what you have; 304 when nothing changed since. What is not an HTTP
    date is ignored (RFC 9110, section 13.1.3).
    """


GetRevision200Headers = TypedDict(
    "GetRevision200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

GetRevisionAnswer: TypeAlias = (
    tuple[RevisionDocument, Literal[200], GetRevision200Headers]
    | tuple[None, Literal[304], NotModifiedHeaders]
    | tuple[None, Literal[308], MovedHeaders]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], NotAllowedHeaders]
    | tuple[Problem, Literal[404, 406]]
    | tuple[Problem, Literal[404, 406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)


class RestoreRevisionParameters(TypedDict):
    """What a handler of RestoreRevision may take by name."""

    slug: Slug
    """The post's slug."""
    number: RevisionNumber
    """The number of the revision; the first is 1."""
    if_match: NotRequired[EntityTags]
    """The `ETag` that you have read: the request is carried out while the resource is still in that
    state. A tag of any of its representations is good; `*` fits any state.
    """


RestoreRevision200Headers = TypedDict(
    "RestoreRevision200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "ETag": ReadOnly[str],
        "Last-Modified": ReadOnly[str],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json"]]],
    },
    closed=True,
)

RestoreRevisionAnswer: TypeAlias = (
    tuple[PostDocument, Literal[200], RestoreRevision200Headers]
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[401], UnauthorizedHeaders]
    | tuple[Problem, Literal[403]]
    | tuple[Problem, Literal[403], ForbiddenHeaders]
    | tuple[Problem, Literal[404, 406, 412, 428]]
    | tuple[Problem, Literal[404, 406, 412, 428], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)

GetRootAnswer: TypeAlias = (
    tuple[ServiceDocument, Literal[200]]
    | tuple[ServiceDocument, Literal[200], JsonHeaders]
    | ServiceDocument
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], ProblemJsonHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
)

GetLivenessAnswer: TypeAlias = (
    tuple[LivenessDocument, Literal[200]]
    | tuple[LivenessDocument, Literal[200], JsonHeaders]
    | LivenessDocument
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], ProblemJsonHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
)

GetReadinessAnswer: TypeAlias = (
    tuple[ReadinessDocument, Literal[200]]
    | tuple[ReadinessDocument, Literal[200], JsonHeaders]
    | ReadinessDocument
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], ProblemJsonHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
    | tuple[Problem, Literal[503], StoreUnavailableHeaders]
)

ListProblems200Headers = TypedDict(
    "ListProblems200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
        "Content-Security-Policy": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json", "text/html"]]],
    },
    closed=True,
)

ListProblemsAnswer: TypeAlias = (
    tuple[ProblemCatalogue | str, Literal[200]]
    | tuple[ProblemCatalogue | str, Literal[200], ListProblems200Headers]
    | ProblemCatalogue
    | str
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], NotAcceptableChoiceHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
)


class GetProblemParameters(TypedDict):
    """What a handler of GetProblem may take by name."""

    name: str
    """The problem's name, the last part of its `type`."""


GetProblem200Headers = TypedDict(
    "GetProblem200Headers",
    {
        "X-Request-Id": NotRequired[ReadOnly[str]],
        "X-Content-Type-Options": NotRequired[ReadOnly[Literal["nosniff"]]],
        "Cache-Control": NotRequired[ReadOnly[Literal["no-cache", "no-store"]]],
        "RateLimit-Policy": NotRequired[ReadOnly[str | list[str]]],
        "RateLimit": NotRequired[ReadOnly[str | list[str]]],
        "Vary": NotRequired[ReadOnly[Literal["Accept"]]],
        "Content-Security-Policy": NotRequired[ReadOnly[str | list[str]]],
        "Content-Type": NotRequired[ReadOnly[Literal["application/json", "text/html"]]],
    },
    closed=True,
)

GetProblemAnswer: TypeAlias = (
    tuple[ProblemTypeDocument | str, Literal[200]]
    | tuple[ProblemTypeDocument | str, Literal[200], GetProblem200Headers]
    | ProblemTypeDocument
    | str
    | tuple[InvalidRequest, Literal[400]]
    | tuple[InvalidRequest, Literal[400], ProblemJsonHeaders]
    | tuple[Problem, Literal[404]]
    | tuple[Problem, Literal[404], ProblemJsonHeaders]
    | tuple[Problem, Literal[406]]
    | tuple[Problem, Literal[406], NotAcceptableChoiceHeaders]
    | tuple[Problem, Literal[429], TooManyRequestsHeaders]
    | tuple[ServerFault, Literal[500]]
    | tuple[ServerFault, Literal[500], ProblemJsonHeaders]
)
