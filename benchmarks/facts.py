"""Why nothing is measured."""


class Unfair(Exception):
    """The sides do not do the same, so that nothing can be said by measuring them."""


class Missing(Exception):
    """Something that is needed is not on this machine; the message says what."""
