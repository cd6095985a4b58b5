"""The verbs that pages and the command line call.

Each is imported when it is first asked for, so that a page waits for those libraries alone that its
own verbs need. What there is stands in `__init__.pyi`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
