"""Many requests on one connection, from many callers at a time: each caller has his own answers in his own order, and
each request a connection of its own to the API.
"""

import json
from functools import partial

from harness import main
from http2 import Http2
from live import InBackground
from nginx import RecordedTest, talk

CALLERS = 8
REQUESTS = 25


def request(path, last=False):
    ending = "Connection: close\r\n" if last else ""
    return (f"POST {path} HTTP/1.1\r\nHost: latchkey\r\n{ending}Authorization: Bearer {path}\r\n"
            f"Content-Length: {len(path)}\r\n\r\n{path}").encode()


class Pipelined(RecordedTest):
    def assert_answers(self, answers, paths):
        self.assertEqual([answer["line"] for answer in answers], [f"POST {path} HTTP/1.1" for path in paths])
        self.assertEqual([answer["body"] for answer in answers], paths)

    def at_once(self, paths, source="127.0.0.1"):
        """All requests before the first answer."""
        with self.nginx.connect(source=source) as connection:
            received = talk(connection, b"".join(request(path, path is paths[-1]) for path in paths))
        self.assert_answers(documents(received), paths)

    def one_by_one(self, paths, source):
        caller = self.nginx.caller(source)
        answers = []
        for path in paths:
            caller.request("POST", path, path, {"Authorization": f"Bearer {path}"})
            answers.append(json.loads(caller.getresponse().read()))
        caller.close()
        self.assert_answers(answers, paths)

    def streams(self, paths, source):
        """All on one connection of HTTP/2, answered in any order."""
        with self.nginx.connect("h2", source=source) as connection:
            caller = Http2(connection)
            streams = [caller.send("POST", path, [(b"authorization", f"Bearer {path}".encode())], path.encode())
                       for path in paths]
            self.assert_answers([caller.answer(stream).json for stream in streams], paths)

    def test_each_has_his_own_answers(self):
        callers = []
        for number in range(1, CALLERS + 1):
            for way in (self.at_once, self.one_by_one, self.streams):
                paths = [f"/v1/{way.__name__}/{number}/{at}" for at in range(REQUESTS)]
                call = partial(way, paths, source=f"127.0.2.{number}")
                callers.append((paths, InBackground(call)))
        for _, caller in callers:
            caller.result()
        expected = sorted((f"POST {path} HTTP/1.1", path.encode()) for paths, _ in callers for path in paths)
        self.assertEqual(sorted(self.recorder.requests()), expected)
        for one in self.recorder.connections:
            self.assertEqual(one.headers["authorization"], "Bearer " + one.body.decode())

    def test_caller_who_leaves_in_between(self):
        """The answer that he does not wait for is nobody else's."""
        self.recorder.open.clear()
        with self.nginx.connect() as connection:
            connection.sendall(request("/v1/left") + request("/v1/behind"))
            self.recorder.wait_for(1)
        waiting = InBackground(lambda: self.at_once(["/v1/stays"]))
        self.recorder.wait_for(2)
        self.recorder.open.set()
        waiting.result()
        self.assertNotIn("behind", "".join(line for line, _ in self.recorder.requests()))


def documents(received):
    """The JSON bodies of answers that follow each other."""
    found = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        length = int(dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])[b"Content-Length"])
        found.append(json.loads(rest[:length]))
        received = rest[length:]
    return found


if __name__ == "__main__":
    main()
