"""Having what Streamlit and its web server say in the same log as everything else."""

import logging

import streamlit.logger
import uvicorn.config

# What Streamlit logs of an error on a page; `server.show_page_failure` logs it with its number.
_TOLD_TWICE = "streamlit.error_util"


def take_over_logs() -> None:
    """Take the handlers of their own from both, which print each line in another form."""
    # Streamlit gives a handler to each of its loggers, also to those that it makes later, by this
    # function; there is no option that leaves it out.
    streamlit.logger.setup_formatter = _hand_on
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and hasattr(logger, "streamlit_console_handler"):
            _hand_on(logger)
    logging.getLogger(_TOLD_TWICE).addFilter(lambda record: not record.exc_info)
    # Uvicorn's default, which Streamlit does not change; it is read when the server starts.
    uvicorn.config.LOGGING_CONFIG.update(handlers={}, loggers={})
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
        # Each request and connection is noise, and addresses of pages name what people viewed.
        logging.getLogger(name).setLevel(logging.WARNING)


def _hand_on(logger: logging.Logger) -> None:
    """Have a logger pass its records on instead of printing them."""
    own = getattr(logger, "streamlit_console_handler", None)
    if own is not None:
        logger.removeHandler(own)
    # Streamlit sets this to False right before it gives the handler.
    logger.propagate = True
