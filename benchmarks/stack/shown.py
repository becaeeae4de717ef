"""What is sent and answered, as models of Pydantic."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Title = Annotated[str, Field(min_length=1, max_length=200)]
Body = Annotated[str, Field(max_length=100_000)]
NewTag = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$")]
Tag = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Slug = Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Username = Annotated[str, Field(max_length=30, pattern=r"^[a-z][a-z0-9-]{2,29}$")]
Status = Literal["draft", "published"]


class NewPost(BaseModel):
    """A post that is to be written."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    body: Body
    tags: Annotated[list[NewTag], Field(max_length=20)] = []
    status: Status = "draft"


class PostShown(BaseModel):
    """A post as everybody sees it."""

    model_config = ConfigDict(from_attributes=True)

    slug: Slug
    title: Title
    body: Body
    author: Username
    tags: Annotated[list[Tag], Field(max_length=20)]
    status: Status
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    publish_at: datetime | None
    revision: Annotated[int, Field(ge=1)]
    url: Annotated[str, Field(max_length=4096)]


class PostDocument(BaseModel):
    """A post."""

    data: PostShown


class PostPage(BaseModel):
    """A page of posts."""

    data: list[PostShown]
    links: dict[str, str]
