"""The operations that pages and the command line call.

Each is imported on first use, so that a page loads only the libraries that its own operations need.
`__init__.pyi` lists them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
