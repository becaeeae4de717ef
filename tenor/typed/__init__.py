"""Types from the contract: a Python module of what a handler gets and of what it may return.

`kinds` reads which kinds of values a schema admits, `definitions` names them, `operations` adds
parameters, bodies and answers, `expressions` and `module` write it all down.
"""

from tenor.typed.module import Origin, is_current, written

__all__ = ["Origin", "is_current", "written"]
