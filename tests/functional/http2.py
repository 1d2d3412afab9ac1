"""A client of HTTP/2 (RFC 9113) that sends what it is told to, valid or not. Bodies must fit into the first window.

Header fields are written as literals (RFC 7541, section 6.2.2); of an answer's header only the status is read, which
stands first.
"""

import json
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM = ACK = 1
END_HEADERS = 4
FRAME_MAX = 16384
INDEXED_STATUS = {0x88: 200, 0x89: 204, 0x8a: 206, 0x8b: 304, 0x8c: 400, 0x8d: 404, 0x8e: 500}


class Http2Answer:
    """`status` is None when the stream, or the whole connection, was refused."""

    def __init__(self):
        self.status = None
        self.body = b""
        self.ended = False

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body!r}"


class Http2:
    def __init__(self, connection):
        if connection.selected_alpn_protocol() != "h2":
            raise AssertionError("HTTP/2 was not agreed on")
        self.connection = connection
        self.answers = {}
        self.closed = False
        self._next = 1
        self._received = b""
        self.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))

    def write(self, data):
        try:
            self.connection.sendall(data)
        except OSError:
            self.closed = True

    def send(self, method="GET", path="/v1/x", fields=(), body=None, end=True):
        """Returns the new stream's number. `fields` are pairs of bytes and are sent as they are."""
        stream, self._next = self._next, self._next + 2
        self.answers[stream] = Http2Answer()
        block = fields_of([(b":method", method.encode()), (b":scheme", b"https"), (b":path", path.encode("latin-1")),
                           (b":authority", b"latchkey"), *fields])
        parts = [block[at:at + FRAME_MAX] for at in range(0, len(block), FRAME_MAX)]
        data = b""
        for number, part in enumerate(parts):
            flags = (END_HEADERS if part is parts[-1] else 0) | (END_STREAM if number == 0 and body is None and end else 0)
            data += frame(CONTINUATION if number else HEADERS, flags, stream, part)
        for at in range(0, len(body or b"") or (body is not None), FRAME_MAX):
            last = at + FRAME_MAX >= len(body)
            data += frame(DATA, END_STREAM if last and end else 0, stream, body[at:at + FRAME_MAX])
        self.write(data)
        return stream

    def answer(self, stream):
        """Reads until this stream has ended."""
        while not self.answers[stream].ended and not self.closed:
            self._read()
        return self.answers[stream]

    def ask(self, *arguments, **options):
        return self.answer(self.send(*arguments, **options))

    def _read(self):
        while len(self._received) < 9 or len(self._received) < 9 + int.from_bytes(self._received[:3], "big"):
            try:
                data = self.connection.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                self.closed = True
                return
            self._received += data
        length = int.from_bytes(self._received[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", self._received[3:9])
        payload, self._received = self._received[9:9 + length], self._received[9 + length:]
        self._take(kind, flags, self.answers.get(stream), payload)

    def _take(self, kind, flags, answer, payload):
        if kind == SETTINGS and not flags & ACK:
            self.write(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.write(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            self.closed = True
        elif answer:
            if kind == HEADERS:
                answer.status = status_of(payload)
            elif kind == DATA:
                answer.body += payload
            if kind == RST_STREAM or (kind in (HEADERS, DATA) and flags & END_STREAM):
                answer.ended = True


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


def fields_of(pairs):
    return b"".join(b"\0" + string(name) + string(value) for name, value in pairs)


def string(text):
    """Length in seven bits and what goes beyond (RFC 7541, section 5.1), then the bytes."""
    rest = len(text) - 127
    if rest < 0:
        return bytes([len(text)]) + text
    length = bytearray([127])
    while rest >= 128:
        length.append(rest % 128 + 128)
        rest //= 128
    length.append(rest)
    return bytes(length) + text


def status_of(block):
    """nginx may begin with a new size of its table; a status that has no number of its own is three digits."""
    at = 0
    while block[at] & 0xE0 == 0x20:
        at += 1
    if block[at] in INDEXED_STATUS:
        return INDEXED_STATUS[block[at]]
    if block[at] not in (0x08, 0x48) or block[at + 1] != 3:
        raise AssertionError(f"the status does not stand first: {block[:20]!r}")
    return int(block[at + 2:at + 5])
