"""Accounts, tokens and posts: the rules of publishing and how they are kept.

Nothing in here knows how it is asked: no protocol, no address, no status. Whoever asks opens a
`publishing.store.Work`, calls functions that take it first, and decides itself whether to commit.
"""
