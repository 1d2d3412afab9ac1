"""POST /v1/jobs with many: all of them in one transaction or none, with a path to each that is wrong."""

from api import ApiTest
from harness import at, main


def mails(count, **more):
    return [{"provider": "mayar", "email": f"a{i}@example.com", "requestId": f"mail-{i}", **more} for i in range(count)]


class Bulk(ApiTest):
    def submit(self, jobs, **members):
        return self.call("POST", "/v1/jobs", {"jobs": jobs, **members})

    def assert_none_stored(self):
        self.assertEqual(self.project.job_count(), 0)
        self.assertEqual(self.project.one("SELECT count(*) FROM subjects"), 0)

    def test_all_are_stored_in_their_order(self):
        answer = self.submit(mails(20, at=at(hours=1)))
        self.assertEqual(answer.status, 201, answer)
        jobs = answer.json["jobs"]
        self.assertEqual([job["requestId"] for job in jobs], [f"mail-{i}" for i in range(20)])
        self.assertEqual({job["created"] for job in jobs}, {True})
        accepted = [entry["seq"] for entry in self.project.entries() if entry["type"] == "job.accepted"]
        self.assertEqual([job["seq"] for job in jobs], accepted)

    def test_some_are_there_already(self):
        jobs = mails(3, at=at(hours=1))
        self.assertEqual(self.submit(jobs[:2]).status, 201)
        answer = self.submit(jobs)
        self.assertEqual((answer.status, [job["created"] for job in answer.json["jobs"]]), (201, [False, False, True]))
        again = self.submit(jobs)
        self.assertEqual((again.status, [job["created"] for job in again.json["jobs"]]), (200, [False] * 3))
        self.assertEqual(self.project.job_count(), 3)

    def test_one_wrong_field_stores_none(self):
        jobs = mails(20)
        jobs[17]["email"] = "x"
        jobs[19]["at"] = "soon"
        answer = self.submit(jobs)
        self.assert_error(answer, 422, "invalid_request", "jobs[17].email")
        self.assertEqual([error["field"] for error in answer.json["errors"]], ["jobs[17].email", "jobs[19].at"])
        self.assert_none_stored()

    def test_one_conflict_stores_none(self):
        self.assertEqual(self.submit([mails(1, at=at(hours=1))[0]]).status, 201)
        jobs = mails(5)
        answer = self.submit(jobs)
        self.assert_error(answer, 409, "conflict", "jobs[0].requestId")
        self.assertEqual(self.project.job_count(), 1)
        self.assertEqual(self.submit(jobs[1:]).status, 201)

    def test_one_request_id_twice(self):
        jobs = mails(2, at=at(hours=1))
        answer = self.submit([jobs[0], jobs[1], jobs[0]])
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual([job["created"] for job in answer.json["jobs"]], [True, True, False])
        answer = self.submit([{**jobs[0], "requestId": "twice"}, {**jobs[1], "requestId": "twice"}])
        self.assert_error(answer, 409, "conflict", "jobs[1].requestId")
        self.assertEqual(self.project.job_count(), 2)

    def test_the_first_hundred_of_many_errors_are_listed(self):
        answer = self.submit(mails(150, handover="claim"))
        self.assert_error(answer, 422, "invalid_request")
        self.assertEqual(len(answer.json["errors"]), 100)
        self.assertIn("150", answer.json["message"])
        self.assert_none_stored()

    def test_no_jobs_too_many_and_what_is_no_job(self):
        self.assert_error(self.submit([]), 422, "invalid_request", "jobs")
        self.assert_error(self.submit([{}] * 10_001), 422, "invalid_request", "jobs")
        self.assert_error(self.submit({}), 422, "invalid_request", "jobs")
        answer = self.submit([mails(1)[0], "mail", [], None])
        self.assertEqual([error["field"] for error in answer.json["errors"]], ["jobs[1]", "jobs[2]", "jobs[3]"])
        self.assert_error(self.submit([{}]), 422, "invalid_request", "jobs[0].provider")
        self.assert_error(self.submit(mails(1), email="x"), 422, "invalid_request", "email")
        self.assert_none_stored()

    def test_ten_thousand_in_one_transaction(self):
        answer = self.submit([{"provider": "mayar", "email": f"a{i}@example.com", "at": at(hours=1)}
                              for i in range(10_000)])
        self.assertEqual(answer.status, 201)
        self.assertEqual(len(answer.json["jobs"]), 10_000)
        self.assertEqual(self.project.job_count(), 10_000)
        times = {entry["t"] for entry in self.project.entries() if entry["type"] == "job.accepted"}
        self.assertEqual(len(times), 1)


class Limited(ApiTest):
    def configure(self):
        self.set_provider("mayar", rate="1/min", link_lifetime="2m")

    def test_one_that_cannot_be_fresh_stores_none_unless_paced(self):
        jobs = mails(5, at=at(hours=1))
        answer = self.call("POST", "/v1/jobs", {"jobs": jobs})
        self.assert_error(answer, 422, "cannot_be_fresh", "jobs[2].at")
        self.assertTrue(answer.json["earliestDueAt"])
        self.assertEqual(self.project.job_count(), 0)
        answer = self.call("POST", "/v1/jobs", {"jobs": jobs, "pace": True})
        self.assertEqual(answer.status, 201, answer)
        dues = [job["dueAt"] for job in answer.json["jobs"]]
        self.assertEqual(dues, sorted(set(dues)))
        self.assertEqual(dues, [job["admitAt"] for job in answer.json["jobs"]])


if __name__ == "__main__":
    main()
