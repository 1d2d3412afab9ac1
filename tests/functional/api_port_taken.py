"""A second server cannot share the API's port: its `serve` ends with 4 and names the address, and changes nothing."""

import socket

from api import ApiTest
from harness import MAYAR_KEY, Project, main


class PortTaken(ApiTest):
    def test_second_project_on_the_same_port(self):
        other = Project()
        self.addCleanup(other.close)
        other.set("api", "listen", f'"{self.daemon.api}"')
        before = other.snapshot()
        done = self.assert_exit(other.run("serve"), 4)
        self.assertIn(self.daemon.api, done.err)
        self.assertIn("api.listen", done.err)
        self.assertNotIn(MAYAR_KEY, done.err)
        self.assertEqual(other.snapshot(), before)
        self.assert_serves()

    def test_port_of_a_stranger(self):
        with socket.create_server(("127.0.0.1", 0)) as stranger:
            self.assertEqual(self.daemon.stop(), 0)
            self.project.set("api", "listen", f'"127.0.0.1:{stranger.getsockname()[1]}"')
            self.assert_exit(self.project.run("serve"), 4)

    def test_port_is_free_again_at_once(self):
        address = self.daemon.api
        self.assert_serves()
        self.daemon.kill()
        self.project.set("api", "listen", f'"{address}"')
        self.daemon = self.start()
        self.assertEqual(self.daemon.api, address)
        self.assert_serves()


if __name__ == "__main__":
    main()
