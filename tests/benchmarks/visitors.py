"""Visitors without a browser: each speaks to the server as Streamlit's own page does."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

KINDS = ("button", "text_input", "text_area", "file_uploader")
LOCAL = ("127.0.0.1", "localhost")


@dataclass
class Visitor:
    """One session. After each run of the page it knows the widgets that the page drew.

    Args:
        address: Of the server; of this machine alone.
        path: Of the page, such as `/review`.
        query: What follows the question mark.
    """

    address: str
    path: str
    query: str = ""
    session: str = ""
    widgets: dict[tuple[str, str], Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    _states: dict[str, Any] = field(default_factory=dict)
    _socket: ClientConnection | None = None

    async def __aenter__(self) -> "Visitor":
        assert urlsplit(self.address).hostname in LOCAL
        stream = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await connect(stream, subprotocols=["streamlit"], max_size=None)  # pyright: ignore[reportArgumentType]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._socket
        await self._socket.close()

    async def open(self) -> float:
        """Have the page drawn; seconds that it took."""
        return await self._run({})

    async def press(self, label: str) -> float:
        """Press the first button whose label begins so; seconds until the page is drawn anew."""
        found = next(w for (kind, name), w in self.widgets.items()
                     if kind == "button" and name.startswith(label))  # fmt: skip
        return await self._run({found.id: ("trigger_value", True)})

    async def type(self, label: str, text: str, press: str = "") -> float:
        """Write into a field, and press a button of its form where there is one."""
        found = self.widgets.get(("text_area", label)) or self.widgets[("text_input", label)]
        self._states[found.id] = ("string_value", text)
        return await self.press(press) if press else await self._run({})

    async def upload(self, file: Path) -> float:
        """Put a photo into the page's uploader; seconds from sending it until the page is drawn."""
        uploader = next(w for (kind, _), w in self.widgets.items() if kind == "file_uploader")
        begun = time.perf_counter()
        asked = BackMsg()
        asked.file_urls_request.request_id = "1"
        asked.file_urls_request.session_id = self.session
        asked.file_urls_request.file_names.append(file.name)
        assert self._socket
        await self._socket.send(asked.SerializeToString())
        while True:
            told = ForwardMsg.FromString(await self._bytes())
            if told.WhichOneof("type") == "file_urls_response":
                break
        urls = told.file_urls_response.file_urls[0]
        async with httpx.AsyncClient(base_url=self.address, timeout=60) as web:
            await web.get("/_stcore/health")
            token = web.cookies.get("_streamlit_xsrf") or ""
            sent = await web.put(
                urls.upload_url, files={"file": (file.name, file.read_bytes())},
                headers={"X-Xsrftoken": token},
            )  # fmt: skip
            sent.raise_for_status()
        about = UploadedFileInfo(file_id=urls.file_id, name=file.name, size=file.stat().st_size)
        about.file_urls.CopyFrom(urls)
        self._states[uploader.id] = ("file_uploader_state_value", about)
        await self._run({})
        return time.perf_counter() - begun

    async def _run(self, triggers: dict[str, Any]) -> float:
        """Have the page drawn anew with what its widgets hold; notes what it draws."""
        message = BackMsg()
        asked = message.rerun_script
        asked.page_name, asked.query_string = self.path.strip("/"), self.query
        for widget, (kind, value) in {**self._states, **triggers}.items():
            state = asked.widget_states.widgets.add(id=widget)
            if kind == "file_uploader_state_value":
                state.file_uploader_state_value.uploaded_file_info.append(value)
            else:
                setattr(state, kind, value)
        assert self._socket
        begun = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        drawn: dict[tuple[str, str], Any] = {}
        while True:
            told = ForwardMsg.FromString(await self._bytes())
            kind = told.WhichOneof("type")
            if kind == "new_session":
                self.session = told.new_session.initialize.session_id
                drawn = {}
            elif kind == "delta" and told.delta.HasField("new_element"):
                self._note(told.delta.new_element, drawn)
            elif kind == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                self.widgets = drawn
                return time.perf_counter() - begun

    def _note(self, element: Element, drawn: dict[tuple[str, str], Any]) -> None:
        kind = element.WhichOneof("type")
        if kind in KINDS:
            widget = getattr(element, kind)
            drawn[kind, widget.label] = widget
        elif kind == "exception":
            self.errors.append(element.exception.message)
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.errors.append(element.alert.body)

    async def _bytes(self) -> bytes:
        assert self._socket
        found = await self._socket.recv()
        assert isinstance(found, bytes)
        return found
