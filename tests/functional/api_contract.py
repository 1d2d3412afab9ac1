"""Every route, status and code of docs/openapi.json is met, and every answer is what the document says."""

import json
import shutil
import subprocess
import unittest

from contract import Contract
from api import ApiTest, exchange, head, make_token
from batches import Batches, csv
from harness import at, main
from live import InBackground, wait_until
from receiver import NODE_MODULES, NodeModule

CONTRACT = Contract()
MAIL = {"provider": "mayar", "email": "budi@example.com", "requestId": "mail-1"}
CLAIM = {"provider": "nomos", "customerId": "cus_1", "requestId": "link-1", "handover": "claim"}
REASON = {"reason": "a test"}
# What each route that takes a body is asked when it is to do its work.
WRITES = {
    "/v1/jobs": {**MAIL, "requestId": "new-1"}, "/v1/links": {"customerId": "cus_1", "wait": "1s"},
    "/v1/jobs/{requestId}/cancel": REASON, "/v1/jobs/{requestId}/release": REASON,
    "/v1/jobs/{requestId}/close": {**REASON, "sent": True}, "/v1/jobs/{requestId}/link": {},
    "/v1/jobs/reprocess": {"action": "reprocess", "filter": {"state": ["failed"]}},
    "/v1/jobs/reprocess/{previewId}": REASON,
    "/v1/providers/{provider}/pause": REASON, "/v1/providers/{provider}/resume": REASON,
    "/v1/batches/{batch}/pause": REASON, "/v1/batches/{batch}/resume": REASON, "/v1/batches/{batch}/cancel": REASON,
}
QUESTIONS = {"/v1/audit/query": {}}


def filled(path):
    return (path.replace("{requestId}", "mail-1").replace("{provider}", "mayar").replace("{batch}", "batch-1")
            .replace("{previewId}", "pv-000000000000"))


def tearDownModule():
    """A promise that nobody has seen kept is a wish. (Not asked when only some tests were wanted.)"""
    if ApiContract.whole and CONTRACT.unseen():
        raise AssertionError("in the document and not met: " + ", ".join(CONTRACT.unseen()))


class ContractTest(Batches, ApiTest):
    def setUp(self):
        super().setUp()
        self.token = self.add_token("admin")

    def ask(self, method, target, body=None, **options):
        return CONTRACT.check(method, target, self.call(method, target, body, **options))

    def expect(self, status, code, *request, **options):
        answer = self.ask(*request, **options)
        self.assertEqual(answer.status, status, answer)
        if code:
            self.assertEqual(answer.json["code"], code, answer)
        return answer

    def raw(self, method, target, *parts, **headers):
        answer = exchange(self.daemon.api, head(method, target, Authorization=f"Bearer {self.token}", **headers), *parts)
        return CONTRACT.check(method, target, answer)

    def held(self, request_id):
        """A job of which nobody knows whether it was sent."""
        self.sandbox.order("cutafter")
        self.expect(201, None, "POST", "/v1/jobs", {**MAIL, "requestId": request_id, "email": f"{request_id}@example.com"})
        self.wait_for_state(request_id, "held")

    def waiting_link(self, request_id="link-1"):
        self.expect(201, None, "POST", "/v1/jobs", {**CLAIM, "requestId": request_id})
        wait_until(lambda: "handover.intent" in self.types(request_id), "its link waits")


class Document(unittest.TestCase):
    def test_is_openapi_3_1(self):
        """As @seriousme/openapi-schema-validator judges it, which has the OpenAPI Initiative's own schema."""
        if not (NODE_MODULES / "@seriousme").is_dir():
            raise AssertionError(f"there is no {NODE_MODULES}/@seriousme: scripts/npm-packages brings it")
        judge = NodeModule("""
            import { readFileSync } from "node:fs";
            import { Validator } from "@seriousme/openapi-schema-validator";
            const validator = new Validator();
            const result = await validator.validate(JSON.parse(readFileSync(0, "utf8")));
            console.log(validator.version, result.valid, JSON.stringify(result.errors ?? []));
            """, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            said, _ = judge.process.communicate(CONTRACT.bytes.decode(), timeout=60)
        finally:
            judge.close()
        self.assertEqual(said, "3.1 true []\n")

    def test_examples_are_what_they_are_examples_of(self):
        examples = list(CONTRACT.examples())
        self.assertGreater(len(examples), 40)
        for where, schema, value in examples:
            self.assertEqual(CONTRACT.complaints(schema, value), [], where)

    def test_operations_have_names_of_their_own(self):
        names = [operation["operationId"] for operation in CONTRACT.operations().values()]
        self.assertEqual(len(set(names)), len(names))


class ApiContract(ContractTest):
    whole = False

    def test_everybody_may_ask(self):
        for target in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
            for address in (self.daemon.api, self.daemon.health):
                answer = exchange(address, head("GET", target))
                self.assertEqual(CONTRACT.check("GET", target, answer).status, 200)
        self.assertEqual(exchange(self.daemon.api, head("GET", "/openapi.json")).body, CONTRACT.bytes)

    def test_who_asks(self):
        """Each route with a token that is none, and with one that may do all but this."""
        scopes = {"send", "read", "audit", "operate"}
        for (method, path), operation in CONTRACT.operations().items():
            if not operation["security"]:
                continue
            [scope] = operation["security"][0]["token"]
            body = {**WRITES, **QUESTIONS}.get(path) if method == "POST" else None
            self.expect(401, "unauthorized", method, filled(path), body, token=make_token()[1])
            others = self.add_token(" ".join(scopes - {scope}))
            answer = self.expect(403, "forbidden", method, filled(path), body, token=others)
            self.assertIn(f'"{scope}"', answer.json["message"])

    def test_bodies_and_queries_that_no_route_takes(self):
        for (method, path), operation in CONTRACT.operations().items():
            target = filled(path)
            if method == "GET" and operation["security"]:
                self.expect(422, "invalid_request", method, target + "?nonsense=1")
            if "requestBody" not in operation:
                continue
            self.expect(422, "invalid_request", method, target, {"nonsense": 1})
            self.assertEqual(self.raw(method, target, b"{}", Content_Length=2, Content_Type="text/plain").status, 415)
            size = 5 * 1024 * 1024
            self.assertEqual(self.raw(method, target, b" " * size, Content_Length=size).status, 413)

    def test_http_that_is_none(self):
        self.assertEqual(self.raw("POST", "/v1/jobs", b"{}", Content_Length=2, Transfer_Encoding="chunked").json["code"],
                         "bad_request")
        self.assertEqual(self.raw("GET", "/v1/jobs", X="y" * 4000, X1="y" * 4000, X2="y" * 4000, X3="y" * 4000,
                                  X4="y" * 4000).json["code"], "headers_too_large")
        self.assertEqual(self.raw("GET", "/v1/jobs?batch=" + "x" * 9000).json["code"], "uri_too_long")
        # The document has no such operation: an error all the same.
        answer = self.call("DELETE", "/v1/jobs")
        self.assert_error(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "POST, GET, HEAD")
        CONTRACT.check("GET", "/v1/jobs", answer)
        self.assert_error(self.call("GET", "/v1/nothing"), 404, "not_found")

    def test_jobs(self):
        self.expect(201, None, "POST", "/v1/jobs", {**MAIL, "at": at(hours=1)})
        self.expect(201, None, "POST", "/v1/jobs", {**MAIL, "requestId": "mail-2"})
        self.expect(200, None, "POST", "/v1/jobs", {**MAIL, "requestId": "mail-2"})
        self.expect(201, None, "POST", "/v1/jobs", {"jobs": [{**MAIL, "requestId": f"many-{i}"} for i in range(3)]})
        self.expect(409, "conflict", "POST", "/v1/jobs", {**MAIL, "email": "siti@example.com"})
        self.expect(422, "no_handover", "POST", "/v1/jobs", {"provider": "nomos", "customerId": "cus_1"})
        self.expect(200, None, "GET", "/v1/jobs?state=queued,done,running&limit=2&newest=true&provider=mayar&from=2h")
        self.expect(200, None, "GET", "/v1/jobs/mail-1")
        self.expect(404, "not_found", "GET", "/v1/jobs/nobody")
        self.wait_for_state("mail-2", "done")
        self.project.run("audit", "erase", "--recipient", "siti@example.com", "--suppress", "--reason", "wants no mail")
        self.expect(422, "suppressed", "POST", "/v1/jobs", {"provider": "mayar", "email": "siti@example.com"})

    def test_request_id_of_a_customer_who_was_erased(self):
        self.expect(201, None, "POST", "/v1/jobs", MAIL)
        self.wait_for_state("mail-1", "done")
        self.project.json("audit", "erase", "--recipient", MAIL["email"], "--reason", "asked to be forgotten")
        self.expect(409, "request_id_used", "POST", "/v1/jobs", MAIL)

    def test_decisions(self):
        self.held("held-1")
        self.expect(200, None, "POST", "/v1/jobs/held-1/release", REASON)
        self.wait_for_state("held-1", "done")  # or its next call would meet the fault that is ordered below
        self.held("held-2")
        self.expect(200, None, "POST", "/v1/jobs/held-2/close", {**REASON, "sent": True})
        self.expect(201, None, "POST", "/v1/jobs", {**MAIL, "at": at(hours=1)})
        self.expect(200, None, "POST", "/v1/jobs/mail-1/cancel")
        for action, body in (("cancel", {}), ("release", {}), ("close", {**REASON, "sent": False})):
            self.expect(404, "not_found", "POST", f"/v1/jobs/nobody/{action}", body)
            self.expect(409, "wrong_state", "POST", f"/v1/jobs/mail-1/{action}", body)

    def preview(self, action, **members):
        answer = self.expect(200, None, "POST", "/v1/jobs/reprocess", {"action": action, **members})
        return answer.json, f"/v1/jobs/reprocess/{answer.json['previewId']}"

    def test_reprocessing(self):
        for i in (1, 2):
            self.held(f"held-{i}")
        preview, execute = self.preview("close_not_sent", filter={"provider": "mayar"})
        self.assertEqual((preview["jobs"], preview["pacing"]), (2, None))
        self.expect(422, "invalid_request", "POST", execute, {"reason": "for budi@example.com"})
        done = self.expect(200, None, "POST", execute, REASON).json
        self.assertEqual((done["action"], done["jobs"], done["batch"]), ("close_not_sent", 2, None))
        self.expect(409, "wrong_state", "POST", execute, REASON)
        preview, execute = self.preview("reprocess", filter={"recipient": "held-1@example.com", "state": ["failed"]})
        self.assertEqual((preview["jobs"], preview["sample"][0]["requestId"]), (1, "held-1"))
        self.assertNotIn("@", json.dumps(preview))
        other, changed = self.preview("reprocess", filter={"code": "closed"}, includeRefused=True)
        self.assertEqual(other["jobs"], 2)
        done = self.expect(200, None, "POST", execute, REASON).json
        self.expect(409, "conflict", "POST", changed, REASON)
        old = self.expect(200, None, "GET", "/v1/jobs/held-1").json
        self.wait_for_state(old["reprocessedAs"], "done")
        new = self.expect(200, None, "GET", f"/v1/jobs/{old['reprocessedAs']}").json
        self.assertEqual((new["reprocessOf"], new["batch"], old["state"]), ("held-1", done["batch"], "failed"))
        actor = next(entry["actor"] for entry in new["entries"] if entry["type"] == "job.accepted")
        self.assertTrue(actor.startswith("token:"), actor)
        listed = self.expect(200, None, "GET", "/v1/jobs?definition=reprocess").json["jobs"]
        self.assertEqual([job["requestId"] for job in listed], [new["requestId"]])
        nothing, _ = self.preview("reprocess", filter={"recipient": "nobody@example.com"})
        self.assertEqual((nothing["jobs"], nothing["previewId"]), (0, None))
        self.expect(404, "not_found", "POST", "/v1/jobs/reprocess/pv-000000000000", REASON)
        for members in ({}, {"filter": {}}, {"filter": {"state": ["done"]}}, {"filter": {"state": "failed"}},
                        {"filter": {"code": "tea"}}, {"filter": {"state": ["failed"], "colour": "red"}}):
            self.expect(422, "invalid_request", "POST", "/v1/jobs/reprocess", {"action": "reprocess", **members})

    def test_job_that_is_called_reprocess(self):
        self.expect(201, None, "POST", "/v1/jobs", {**MAIL, "requestId": "reprocess", "at": at(hours=1)})
        self.expect(200, None, "GET", "/v1/jobs/reprocess")
        self.assertEqual(self.call("POST", "/v1/jobs/reprocess/cancel").json["state"], "cancelled")

    def test_links(self):
        self.expect(200, None, "POST", "/v1/links", {"customerId": "cus_1", "requestId": "reply-1"})
        self.expect(410, "link_gone", "POST", "/v1/links", {"customerId": "cus_1", "requestId": "reply-1"})
        self.expect(409, "conflict", "POST", "/v1/links", {"customerId": "cus_2", "requestId": "reply-1"})
        self.expect(404, "customer_not_found", "POST", "/v1/links", {"customerId": "cus_notfound_1"})
        self.expect(502, "link_rejected", "POST", "/v1/links", {"customerId": "cus_foreignhost_1"})
        self.waiting_link()
        self.expect(200, None, "GET", "/v1/jobs/link-1")
        self.expect(200, None, "POST", "/v1/jobs/link-1/link")
        self.expect(410, "link_gone", "POST", "/v1/jobs/link-1/link")
        self.expect(404, "not_found", "POST", "/v1/jobs/nobody/link")
        self.expect(409, "wrong_state", "POST", "/v1/jobs/reply-1/link")
        self.expect(200, None, "POST", "/v1/providers/nomos/pause", REASON)
        self.expect(504, "wait_ended", "POST", "/v1/links", {"customerId": "cus_1", "wait": "1s"})

    def test_stopping_ends_the_wait(self):
        self.expect(200, None, "POST", "/v1/providers/nomos/pause", REASON)
        caller = InBackground(lambda: self.expect(503, "shutdown", "POST", "/v1/links",
                                                  {"customerId": "cus_1", "requestId": "reply-1", "wait": "30s"}))
        wait_until(lambda: self.story("reply-1"), "it waits")
        self.daemon.stop()
        caller.result()

    def test_audit(self):
        self.expect(201, None, "POST", "/v1/jobs", MAIL)
        self.expect(200, None, "POST", "/v1/audit/query")
        self.expect(200, None, "POST", "/v1/audit/query", {"recipient": MAIL["email"], "from": "1h", "limit": 1})
        self.expect(200, None, "GET", "/v1/audit/checkpoint")
        self.expect(200, None, "GET", "/v1/audit/proof?requestId=mail-1")
        self.expect(200, None, "GET", "/v1/audit/proof?seq=0")
        self.expect(404, "not_found", "GET", "/v1/audit/proof?seq=1000000")
        shutil.move(self.project.folder / "anchors", self.project.folder / "elsewhere")
        self.expect(201, None, "POST", "/v1/jobs", {**MAIL, "requestId": "mail-2"})
        self.expect(503, "try_later", "GET", "/v1/audit/checkpoint")
        self.expect(503, "try_later", "GET", "/v1/audit/proof?requestId=mail-2")

    def test_providers(self):
        self.expect(200, None, "POST", "/v1/providers/mayar/pause", REASON)
        self.expect(200, None, "GET", "/v1/providers")
        self.expect(200, None, "POST", "/v1/providers/mayar/resume")
        for action in ("pause", "resume"):
            self.expect(404, "not_found", "POST", f"/v1/providers/nobody/{action}", REASON)

    def test_batches(self):
        definition = self.define(rows=csv("budi@example.com", "siti@example.com"), sections={
            "schedule": {"at": at(days=1)[:19], "timezone": "UTC"}})
        batch = self.submit(definition)["batch"]
        path = f"/v1/batches/{batch}"
        listed = self.expect(200, None, "GET", "/v1/batches?definition=onboarding&limit=5").json["batches"]
        self.assertEqual([one["batch"] for one in listed], [batch])
        self.assertEqual(self.expect(200, None, "GET", "/v1/batches?definition=nobody").json,
                         {"batches": [], "nextCursor": None})
        self.expect(422, "invalid_request", "GET", "/v1/batches?limit=0")
        self.assertEqual(self.expect(200, None, "GET", path).json["failures"], {})
        paused = self.expect(200, None, "POST", path + "/pause", REASON).json
        self.assertEqual((paused["state"], paused["counts"]["queued"]), ("paused", 2))
        self.assertGreaterEqual(paused["lastStaleAt"], paused["firstStaleAt"])
        self.expect(409, "wrong_state", "POST", path + "/pause", REASON)
        self.assertEqual(self.expect(200, None, "POST", path + "/resume", REASON).json["state"], "open")
        self.expect(409, "wrong_state", "POST", path + "/resume", REASON)
        self.assertEqual(self.expect(200, None, "POST", path + "/cancel", REASON).json["state"], "cancelled")
        # Nobody but the daemon cancels its jobs.
        wait_until(lambda: self.expect(200, None, "GET", path).json["finishedAt"], "the batch has ended")
        self.assertEqual(self.batch(batch)["counts"]["cancelled"], 2)
        self.expect(409, "wrong_state", "POST", path + "/cancel", REASON)
        self.assertEqual([entry["actor"].partition(":")[0] for entry in self.entries_of(batch, "batch.cancelled")],
                         ["token"])
        self.expect(404, "not_found", "GET", "/v1/batches/nobody")
        for action in ("pause", "resume", "cancel"):
            self.expect(404, "not_found", "POST", f"/v1/batches/nobody/{action}", REASON)

    def test_batches_in_pages(self):
        definition = self.define(rows=csv("budi@example.com"), sections={
            "schedule": {"at": at(days=1)[:19], "timezone": "UTC"}})
        submitted = [self.submit(definition, "--again", "--reason", f"run {number}")["batch"] for number in range(5)]
        listed, cursor, pages = [], "", 0
        while cursor is not None:
            path = "/v1/batches?definition=onboarding&limit=2" + (f"&cursor={cursor}" if cursor else "")
            page = self.expect(200, None, "GET", path).json
            listed += [one["batch"] for one in page["batches"]]
            cursor = page["nextCursor"]
            pages += 1
        self.assertEqual((listed, pages), (submitted[::-1], 3))
        cursor = self.expect(200, None, "GET", "/v1/batches?limit=1").json["nextCursor"]
        self.expect(422, "invalid_request", "GET", f"/v1/batches?definition=onboarding&cursor={cursor}")
        self.expect(422, "invalid_request", "GET", "/v1/batches?cursor=0123")

    def test_broken_ledger_is_our_fault(self):
        self.expect(201, None, "POST", "/v1/jobs", {**MAIL, "at": at(hours=1)})
        self.project.tamper("UPDATE jobs SET last_seq = 1000000 WHERE request_id = 'mail-1'")
        self.expect(500, "internal", "GET", "/v1/jobs/mail-1")

    def test_database_that_cannot_be_written(self):
        with self.database_locked():
            callers = [InBackground(lambda path=path, body=body: self.expect(503, "try_later", "POST", filled(path), body))
                       for path, body in WRITES.items()]
            unready = wait_until(lambda: self.not_ready(), "it says that it is not ready")
            self.assertEqual(unready.json["reasons"][0]["code"], "database_unwritable")
            for caller in callers:
                caller.result()

    def not_ready(self):
        answer = CONTRACT.check("GET", "/readyz", exchange(self.daemon.health, head("GET", "/readyz")))
        return answer if answer.status == 503 else None


class Limited(ContractTest):
    def configure(self):
        self.set_provider("mayar", rate="1/min", link_lifetime="1m")

    def test_cannot_be_fresh(self):
        later = {**MAIL, "at": at(hours=1)}
        self.expect(201, None, "POST", "/v1/jobs", later)
        answer = self.expect(422, "cannot_be_fresh", "POST", "/v1/jobs",
                             {**later, "requestId": "late", "email": "siti@example.com"})
        self.assertIn("earliestDueAt", answer.json)


class Off(ContractTest):
    keys = False

    def test_provider_off(self):
        self.expect(503, "provider_off", "POST", "/v1/jobs", MAIL)
        self.expect(503, "provider_off", "POST", "/v1/links", {"customerId": "cus_1"})
        self.assertEqual(self.gate("mayar")["gate"], "off")


def load_tests(loader, tests, _):
    ApiContract.whole = True
    return tests


if __name__ == "__main__":
    main()
