"""HTTP: one module per tag of the contract, one function per operation.

A handler reads, acts and answers. What it refuses is raised as a fact by `publishing`, and worded
by `refusals`. Nothing here commits: the composition root does, when the answer was accepted.
"""
