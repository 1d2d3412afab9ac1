#!/usr/bin/env python3
"""The story of scripts/demo, one function an act. Ends with 1 when something it shows did not happen.

    demo_story.py BIN_DIR
"""
import csv
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from demo_stage import DidNotHappen, ProgressBar, Stage, act, check, line, painted, say, wait_until

RECIPIENTS = Path(__file__).resolve().parent.parent / "jobs" / "onboarding.csv"
FILE = f"jobs/{RECIPIENTS.name}"


def rows_of_file():
    """requestId -> email, in lower case as the sandbox counts them"""
    with open(RECIPIENTS, encoding="utf-8", newline="") as file:
        return {row["requestId"]: row["email"].lower() for row in csv.DictReader(file)}


def act_1_project(stage):
    act(1, "A project, and a daemon that serves it")
    say("""The sandbox answers as Mayar and Nomos would, on this machine only, a third of a second after each question.
        It sends no mail, but it counts how many it would have sent.""")
    stage.start_sandbox("--latency", "300ms", "--mayar-limit", "600/min", "--throttle-wait", "2s")
    say("`latchkey init` lays out a project:")
    stage.make_project([
        ('base_url = "https://api.mayar.id"   ', f'base_url = "{stage.sandbox_url}"'),
        ('base_url = "https://api.nomos.energy"', f'base_url = "{stage.sandbox_url}"'),
        ('client_id = ""', 'client_id = "sandbox-client"'),
        ('rate = "20/min"', 'rate = "600/min"'),
        ('listen = "127.0.0.1:8420"', 'listen = "127.0.0.1:0"'),
    ])
    say("Are both providers there, and do they take our keys? This sends nothing.")
    stage.latchkey("provider", "check")
    say("The daemon is the one that sends. Commands only write down what is wanted.")
    stage.start_daemon()


def act_2_single_requests(stage):
    act(2, "One customer at a time")
    say("Mayar mails Budi a login link. --wait stays until it is known what came of it: look for `done`.")
    stage.latchkey("send", "mayar", "budi@example.com", "--request-id", "order-1", "--wait")
    check("Mayar has sent Budi one mail", stage.mails_to("budi@example.com") == 1)

    say("Tono is not registered at Mayar: a 404, which no second try would change. Look for `failed`, exit code 1.")
    stage.latchkey("send", "mayar", "tono+notfound@example.com", "--request-id", "order-2", "--wait", expect=1)
    check("the code is email_not_registered", stage.job("order-2")["code"] == "email_not_registered")

    say("""The next one meets a 429, Mayar's limit, which asks for two seconds of patience. No call leaves in that time, for
        anybody; then the mail goes out.""")
    began = time.monotonic()
    stage.latchkey("send", "mayar", "wati+throttle1@example.com", "--request-id", "order-3", "--wait")
    check(f"it took two attempts and {time.monotonic() - began:.1f} s",
          stage.job("order-3")["attempts"] == 2 and time.monotonic() - began > 2)

    say("""Somebody pauses Mayar. The next mail is worth sending for one second only, and the pause lasts longer. A mail that
        would come too late is not sent at all: look for `stale`.""")
    stage.latchkey("provider", "pause", "mayar", "--reason", "Mayar is being looked at")
    stage.latchkey("send", "mayar", "dewi@example.com", "--request-id", "order-4", "--lifetime", "1s", "--wait", expect=1)
    stage.latchkey("provider", "resume", "mayar")
    check("order-4 is stale, and Mayar was never asked", stage.job("order-4")["state"] == "stale"
          and stage.job("order-4")["attempts"] == 0 and "dewi@example.com" not in stage.calls()["recipients"])


def act_3_link(stage):
    act(3, "A link for somebody who is waiting")
    say("""Nomos mails nothing: it mints a link that works once. It goes to the caller who waits, here this command, and
        is kept nowhere: it is as good as a password.""")
    link = stage.link_from("send", "nomos", "cus_7f3k", "--request-id", "click-1", "--wait")
    check("whoever opens it is let in", stage.open_link(link) == 200)
    check("whoever opens it again is not", stage.open_link(link) == 410)
    secret = link.split("token_hash=")[1].split("&")[0].encode()
    files = [*(path for path in stage.folder.rglob("*") if path.is_file()), stage.daemon_log]
    check("no file of the project and no log holds it", not any(secret in path.read_bytes() for path in files))


def watch(stage, total, until):
    """Draws how many of the file's jobs are through, until so many are."""
    bar = ProgressBar(total)
    through = 0

    def look():
        nonlocal through
        through = max(through, total - stage.unfinished())
        bar.show(through)
        return through >= until

    try:
        wait_until(f"{until} of {total} jobs are through", look)
    finally:
        bar.leave()


def act_4_kill(stage, rows):
    act(4, f"{len(rows)} customers, and kill -9 in the middle")
    say("Every row of the file becomes a job, in one go: either all of them are stored, or none.")
    stage.latchkey("send", "--provider", "mayar", "--file", FILE)
    line()
    watch(stage, len(rows), len(rows) * 2 // 5)
    say("Now the worst that can happen to a program, while calls to Mayar are under way:")
    wait_until("calls are under way", lambda: stage.calls()["pending"] >= 2)
    stage.kill_daemon()
    say("""Nothing sends now. What is asked for meanwhile is stored all the same, and waits:""")
    stage.latchkey("send", "mayar", "agus@example.com", "--request-id", "order-5")


def act_5_recovery(stage, rows):
    act(5, "The daemon comes back")
    say("""The calls that were under way may have reached Mayar or not: the daemon cannot know, so it does not guess and
        does not repeat them. Look for `held`. All the others go on.""")
    stage.start_daemon()
    stage.latchkey("jobs", "list", "--state", "held")
    held = [job["requestId"] for job in stage.ask("jobs", "list", "--state", "held")]
    crashed = [job for job in stage.ask("audit", "list", "--type", "attempt.result", "--code", "crash")]
    check(f"{len(held)} calls were under way; their outcome is `unknown`, and they are held",
          held and sorted(held) == sorted(entry["requestId"] for entry in crashed))
    say("The rest of the file:")
    line()
    watch(stage, len(rows), len(rows))
    states = Counter(job["state"] for job in stage.ask("jobs", "list") if job["requestId"] in rows)
    check("order-5, asked for while nothing ran, is sent", stage.job("order-5")["state"] == "done")
    check(f"of {len(rows)} rows {states['done']} are done and {states['held']} held: nothing was lost",
          states["done"] + states["held"] == len(rows) and states["held"] == len(held))
    say("Sending the same file again, as people do after a crash, adds nothing: a requestId is used once.")
    stage.latchkey("send", "--provider", "mayar", "--file", FILE)
    check("nothing was added", stage.unfinished() == 0)
    return held


def settle(stage, request_id, email):
    """What a person does with a held job: look whether the mail went out, and say so."""
    mails = stage.mails_to(email)
    line(f"\nMayar has sent {mails} mail{'' if mails == 1 else 's'} for {request_id}.")
    if mails == 1:
        stage.latchkey("jobs", "close", request_id, "--sent", "--reason", "Mayar lists this mail as sent")
    else:
        stage.latchkey("jobs", "release", request_id, "--reason", "Mayar has sent no such mail")


def act_6_person_decides(stage, rows, held):
    act(6, "Nobody knows: a person decides")
    say("""A crash is not the only way to lose an answer. Here the connection breaks after the question was sent, twice: the
        first time Mayar has sent the mail, the second time it has not. From here both look the same.""")
    stage.latchkey("send", "mayar", "rini+cutafter1@example.com", "--request-id", "order-6", "--wait", expect=1)
    stage.latchkey("send", "mayar", "joko+drop1@example.com", "--request-id", "order-7", "--wait", expect=1)
    say("""Somebody looks it up at Mayar, here in the sandbox's count. What was sent is closed, what was not is released and
        goes out now.""")
    settle(stage, "order-6", "rini+cutafter1@example.com")
    settle(stage, "order-7", "joko+drop1@example.com")
    say("And the same for what the crash has left:")
    for request_id in held:
        settle(stage, request_id, rows[request_id])
    wait_until("what was released is sent", lambda: stage.unfinished() == 0)
    check("order-6 was closed as sent", stage.job("order-6")["code"] == "closed")
    check("order-7 was sent at its second attempt",
          stage.job("order-7")["state"] == "done" and stage.job("order-7")["attempts"] == 2)
    check("nothing is held any more", not stage.ask("jobs", "list", "--state", "held"))


def act_7_count(stage, rows):
    act(7, "Does it add up?")
    say("""Before each call the daemon writes an intent into its ledger, and afterwards the result. The sandbox has counted
        for itself what it was asked. If both agree, nothing was sent that is not written down.""")
    entries = stage.ask("audit", "list")
    intents = Counter(entry["requestId"] for entry in entries if entry["type"] == "attempt.intent")
    results = Counter(entry["requestId"] for entry in entries if entry["type"] == "attempt.result")
    mayar, nomos = stage.calls("mayar"), stage.calls("nomos")
    calls = Counter(mayar["requestIds"]) + Counter(nomos["requestIds"])
    mails = {email: counts["applied"] for email, counts in mayar["recipients"].items()}
    line()
    line(f"  intents in the ledger         {sum(intents.values()):4}")
    line(f"  results in the ledger         {sum(results.values()):4}")
    line(f"  calls that the sandbox counted{sum(calls.values()):4}")
    line(f"  mails that it would have sent {sum(mails.values()):4}")
    line()
    check("every intent has its result", intents == results)
    check("no call without an intent", all(calls[key] <= intents[key] for key in calls))
    check(f"each of the {len(rows)} customers got one mail", all(mails.get(email) == 1 for email in rows.values()))
    check("nobody got two", max(mails.values()) == 1)
    check("Mayar was never asked more often than its limit allows: the one 429 was ordered",
          mayar["answers"]["429"] == 1)


def act_8_timeline(stage):
    act(8, "What the ledger tells months later")
    say("A customer asks what happened to order-7. Everything is there, and who decided what, and why:")
    stage.latchkey("jobs", "show", "order-7")
    types = [entry["type"] for entry in stage.job("order-7")["entries"]]
    check("the ledger tells its whole life", types == [
        "job.accepted", "attempt.intent", "attempt.result", "job.held", "job.released", "attempt.intent", "attempt.result"])
    say("The daemon is told to stop, and does so once no call is under way.")
    check("it has stopped in good order", stage.stop_daemon() == 0)


def play(stage):
    rows = rows_of_file()
    act_1_project(stage)
    act_2_single_requests(stage)
    act_3_link(stage)
    act_4_kill(stage, rows)
    held = act_5_recovery(stage, rows)
    act_6_person_decides(stage, rows, held)
    act_7_count(stage, rows)
    act_8_timeline(stage)


def leave(number, _frame):
    raise SystemExit(128 + number)


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="latchkey-demo-") as folder:
        stage = Stage(Path(sys.argv[1]).resolve(), Path(folder), RECIPIENTS)
        try:
            play(stage)
        except DidNotHappen as missing:
            line(painted(31, "\nThis should have happened and did not: ") + str(missing))
            for log in (stage.daemon_log, stage.sandbox_log):
                if log.exists():
                    line(f"\nThe end of {log.name}:\n" + "\n".join(log.read_text().splitlines()[-15:]))
            return 1
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            stage.close()
    line("\n" + painted(32, f"All of it happened as told, in {time.monotonic() - began:.0f} s.") +
         " Nothing was left behind. What to do next: README.md.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nInterrupted; everything was stopped and removed.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
