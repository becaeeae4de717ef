"""Which action of the table of access each operation is, by its operationId.

An operation that does one of several things, as its request says, is several actions.
"""

from collections.abc import Mapping

from publishing.access import Action

ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "registerAccount": (Action.REGISTER,),
    "listAccounts": (Action.READ_ACCOUNTS,),
    "getAccount": (Action.READ_ACCOUNTS,),
    "changeAccount": (Action.CHANGE_ACCOUNTS, Action.CHANGE_ROLES),
    "deleteAccount": (Action.DELETE_ACCOUNTS,),
    "createToken": (Action.TAKE_TOKENS,),
    "listTokens": (Action.READ_TOKENS,),
    "getToken": (Action.READ_TOKENS,),
    "deleteToken": (Action.REVOKE_TOKENS,),
    "createPost": (Action.WRITE_POSTS,),
    "listPosts": (Action.READ_POSTS,),
    "getPost": (Action.READ_POSTS,),
    "putPost": (Action.WRITE_POSTS, Action.CHANGE_POSTS),
    "changePost": (Action.CHANGE_POSTS,),
    "deletePost": (Action.DELETE_POSTS,),
    "listRevisions": (Action.READ_REVISIONS,),
    "getRevision": (Action.READ_REVISIONS,),
    "restoreRevision": (Action.RESTORE_REVISIONS,),
    "createComment": (Action.WRITE_COMMENTS,),
    "listComments": (Action.READ_COMMENTS,),
    "getComment": (Action.READ_COMMENTS,),
    "changeComment": (Action.CHANGE_COMMENTS,),
    "deleteComment": (Action.DELETE_COMMENTS,),
    "listTags": (Action.READ_TAGS,),
    "getTag": (Action.READ_TAGS,),
    "getPostFeed": (Action.READ_FEEDS,),
    "getRoot": (Action.ASK_SERVICE,),
    "getLiveness": (Action.ASK_SERVICE,),
    "getReadiness": (Action.ASK_SERVICE,),
    "listProblems": (Action.ASK_SERVICE,),
    "getProblem": (Action.ASK_SERVICE,),
}
