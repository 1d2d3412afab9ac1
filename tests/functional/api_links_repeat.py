"""One requestId is one link: again is 410, another content 409, and while somebody waits for it 409 too."""

from api import ApiTest
from harness import main


class Repeat(ApiTest):
    def test_same_request_again_is_gone(self):
        self.assertEqual(self.link("cus_1", requestId="link-1").status, 200)
        self.assert_error(self.link("cus_1", requestId="link-1"), 410, "link_gone", "requestId")
        self.assert_error(self.link("cus_1", requestId="link-1", wait="5s"), 410, "link_gone", "requestId")
        self.assertEqual(self.sandbox.sends("nomos"), 1)
        self.assertEqual(self.project.job_count(), 1)

    def test_other_content_is_a_conflict(self):
        self.assertEqual(self.link("cus_1", requestId="link-1").status, 200)
        self.assert_error(self.link("cus_2", requestId="link-1"), 409, "conflict", "requestId")
        self.send("mail-1")
        self.assert_error(self.link("cus_1", requestId="mail-1"), 409, "conflict", "requestId")
        self.assertEqual(self.sandbox.sends("nomos"), 1)

    def test_second_caller_while_the_first_waits(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        first = self.waiting("cus_1", "link-1", wait="30s")
        self.assert_error(self.link("cus_1", requestId="link-1"), 409, "conflict", "requestId")
        self.assertTrue(first.running)
        self.project.json("provider", "resume", "nomos")
        self.assertEqual(first.result().status, 200)
        self.assertEqual(self.sandbox.sends("nomos"), 1)

    def test_refused_caller_does_not_use_the_request_up(self):
        refused = self.post({"customerId": "cus_1", "requestId": "link-1"}, token=self.add_token(scopes="read"))
        self.assert_error(refused, 403, "forbidden")
        self.assertEqual(self.link("cus_1", requestId="link-1").status, 200)


if __name__ == "__main__":
    main()
