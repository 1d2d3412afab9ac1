#!/usr/bin/env python3
"""What keeps the layout true: reads every source file and says where one breaks a rule of docs/ARCHITECTURE.md.

Each rule is a function that yields (line, message) for one file; its docstring is the reason for it.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINE_MAX = 110
FILE_MAX = 500

# Which layers a layer may include: what is below it, and itself.
PURE = {"base", "job", "ledger"}
LAYERS = {
    "base": {"base"}, "job": PURE, "ledger": PURE, "config": {"base", "job", "config"},
    "store": PURE | {"store"}, "handover": PURE | {"config", "handover"}, "provider": {"base", "job", "config", "provider"},
    "engine": PURE | {"store", "handover", "provider", "engine"},
}
LAYERS["surface"] = LAYERS["engine"] | {"config", "surface"}
LAYERS["app"] = LAYERS["surface"] | {"app"}
LAYERS["sandbox"] = {"base", "sandbox"}
EXCEPT = {"src/engine/settings_of.h": {"config"}}

# Which files may include a library's headers.
WALLS = {
    r"curl/": r"src/base/(curl_\w+|url)\.", r"openssl/": r"src/base/crypto\.cpp|tests/",
    r"httplib": r"src/surface/http_server\.cpp|sandbox/|tests/", r"CLI/": r"src/surface/command_line\.h|sandbox/main\.cpp",
    r"SQLiteCpp/|sqlite3\.h": r"src/store/sqlite_|tests/", r"toml\+\+/": r"src/config\w*\.",
    r"prometheus/": r"src/surface/metrics\.cpp", r"date/": r"src/base/time_zone\.cpp", r"kainjow/": r"src/handover/mail_template\.cpp",
    r"csv\.h": r"src/job/csv_records\.cpp", r"idn2\.h": r"src/job/recipient\.cpp", r"nlohmann/": r"src/base/json\.h",
    r"spdlog/": r"src/engine/daemon\.cpp|src/surface/serve_command\.cpp|tests/", r"boost/": r"tests/",
}

# Words that may not be written, the files they are banned from, and what to write instead.
WORDS = [
    (r"(system|steady)_clock::now|\bclock_gettime\b", r"(src|sandbox)/(?!base/clock\.cpp)", "take the time from Clock"),
    (r"sleep_(for|until)|\busleep\(|nanosleep", r"(?!src/base/polling\.cpp).*\.(cpp|h)", "wait for the event itself"),
    (r"\b(s?rand|random_device)\b *\(?|mt19937", r"src/", "take randomness from Random"),
    (r"using namespace (?!std::\w+_literals)", r"(src|sandbox)/|.*\.h", "name what is used"),
    (r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b", r"", "do it, or say in the report that it is missing"),
    (r"/(home|work|root|tmp/wt)[-/]", r"", "no path of one machine"),
    (r"deb\.debian\.org|registry\.npmjs\.org", r"", "leave the choice of a mirror to the machine"),
]


def layer_of(path):
    parts = path.split("/")
    if parts[0] != "src":
        return "sandbox" if parts[0] == "sandbox" else None
    if len(parts) > 2:
        return parts[1]
    return "config" if re.search("config|definition", parts[1]) else "app"


def includes_point_down(path, lines):
    """A lower layer that knows an upper one can be neither understood nor tested without it."""
    layer = layer_of(path)
    if not path.endswith((".cpp", ".h")) or layer is None:
        return
    allowed = LAYERS[layer] | EXCEPT.get(path, set())
    for number, line in enumerate(lines, 1):
        found = re.match(r'#include "([^"]+)"', line)
        if not found:
            continue
        target = layer_of("src/" + found[1]) if not found[1].startswith("sandbox/") else "sandbox"
        if target not in allowed:
            yield number, f"{layer} may not include {found[1]}"
        if "/sqlite_" in found[1] and layer not in ("store", "surface"):
            yield number, "only the store's interface (store/store.h) is for this layer"


def libraries_stay_behind_their_walls(path, lines):
    """A library that is included in one place can be replaced, and its traps handled, in one place."""
    for number, line in enumerate(lines, 1):
        found = re.match(r"#include <([^>]+)>", line)
        for library, places in WALLS.items() if found else ():
            if re.match(library, found[1]) and not re.match(places, path):
                yield number, f"<{found[1]}> is only for {places}"


def sql_stays_in_the_store(path, lines):
    """Another store, for another database, must be able to take this one's place."""
    if not re.match(r"(src/(?!store/)|sandbox/)", path):
        return
    for number, line in enumerate(lines, 1):
        if re.search(r'"\s*(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA|CREATE TABLE|BEGIN)\b', line):
            yield number, "SQL outside src/store"


def words_have_better_ones(path, lines):
    """What hides time, chance or unfinished work makes a test pass that should not."""
    for number, line in enumerate(lines, 1):
        for word, places, instead in WORDS:
            if re.match(places, path) and re.search(word, line):
                yield number, f"{re.search(word, line)[0].strip()}: {instead}"


def size_stays_readable(path, lines):
    """A line or a file that does not fit on a screen is not read."""
    if not path.endswith((".cpp", ".h", ".py")):
        return
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX and path.endswith((".cpp", ".h")) and 'R"' not in line:
            yield number, f"{len(line)} columns, {LINE_MAX} at most"
    if len(lines) > FILE_MAX:
        yield len(lines), f"{len(lines)} lines, {FILE_MAX} at most"


def contracts_are_written(path, lines):
    """A public header is what others rely on: each declaration, or group of them, says what it promises."""
    if not re.match(r"src/.*\.h", path):
        return
    for number, (before, line) in enumerate(zip([""] + lines, lines), 1):
        begins = re.match(r"(class|struct|enum|template|[A-Za-z_][\w:<>,&*\[\] ]* [\w:]+\()", line)
        if not before and begins and not re.match(r"(class|struct) \w+;", line):
            yield number, f"no /// contract before {line[:60]}"


def links_resolve(path, lines):
    """A page that leads nowhere is not trusted where it is right."""
    if not path.endswith(".md"):
        return
    for number, line in enumerate(lines, 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            name, _, anchor = target.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            page = (ROOT / path).parent / name if name else ROOT / path
            if not page.exists():
                yield number, f"{target} is not there"
            elif anchor and anchor not in headings(page):
                yield number, f"{target}: no such heading"


def headings(page):
    lines = re.findall(r"^#+ +(.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in lines}


def scripts_can_be_run(path, lines):
    """A command of the README must not end with "permission denied"."""
    is_command = re.match(r"(scripts|\.ci)/[^.]+$", path)
    if lines and (is_command or lines[0].startswith("#!")) and not (ROOT / path).stat().st_mode & 0o111:
        yield 1, "has no run bit"
    if lines and is_command and not lines[0].startswith("#!"):
        yield 1, "has no #! line"


RULES = [includes_point_down, libraries_stay_behind_their_walls, sql_stays_in_the_store, words_have_better_ones,
         size_stays_readable, contracts_are_written, links_resolve, scripts_can_be_run]


def source_files():
    """All that is ours and text: no build folder, and not what is there to be broken."""
    for file in sorted(ROOT.rglob("*")):
        path = file.relative_to(ROOT).as_posix()
        skipped = re.match(r"\.git\b|build|tests/(fuzz/corpus|functional/data)/|.*__pycache__|.*\.(json|csv)$", path)
        if file.is_file() and not skipped and path != "tests/tidy.py":
            yield path, file.read_text(errors="replace").splitlines()


def main():
    findings = []
    count = 0
    for path, lines in source_files():
        count += 1
        for rule in RULES:
            findings += [f"{path}:{number}: {message}\n    {rule.__doc__}" for number, message in rule(path, lines)]
    print(*findings, f"{count} files, {len(findings)} findings", sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
