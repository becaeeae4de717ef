"""The proof: a contract and what answers by it, driven through every cell from outside.

``recipes`` lead to the cells that the protocol has, ``oracle`` and ``probes`` know what schemas
cannot say, ``fuzzing`` asks for schemathesis' opinion, and ``proving`` does all of it.
"""
