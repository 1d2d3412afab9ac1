#!/usr/bin/env python3
"""Checks a Latchkey ledger without Latchkey: Python 3.9 or newer, and the openssl command (3.0 or newer).

    python3 verify_ledger.py export.jsonl checkpoint ledger.vkey [OLDER_CHECKPOINT...]
    python3 verify_ledger.py BUNDLE_FOLDER ledger.vkey

The first shows that an export is the whole ledger that a checkpoint was signed for, nothing changed, left out, added or
moved, and that it begins with the ledger of each older checkpoint; the second that a bundle's entries are in the ledger.
One line a verdict; exit 0 if all holds, 1 if not. docs/ledger.md describes the formats.
"""
import base64, hashlib, json, re, subprocess, sys, tempfile
from pathlib import Path
B64 = r"[A-Za-z0-9+/]+={0,2}"
NOTE = re.compile(rf"(([^\n]+)\n(0|[1-9][0-9]{{0,15}})\n({B64})\n)\n\u2014 ([^ \n]+) ({B64})\n")
PROOF = re.compile(rf"c2sp\.org/tlog-proof@v1\nindex (0|[1-9][0-9]*)\n((?:{B64}\n)*)\n(.*)", re.S)
DER = bytes.fromhex("302a300506032b6570032100")  # what makes 32 bytes an Ed25519 key for openssl
OPENSSL = "openssl pkeyutl -verify -pubin -keyform DER -inkey pub.der -rawin -in text -sigfile sig".split()

def need(condition, message):
    if not condition:
        raise ValueError(message)
def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()
def verifier_keys(path):
    """{name: (key id, public key)} from lines NAME+HEX+BASE64; several when the ledger was given another name."""
    keys = {}
    for name, key_id, typed in re.findall(r"(?m)^([^+\n]+)\+([^+\n]*)\+(.*)$", Path(path).read_text("utf-8")):
        key = base64.b64decode(typed)
        need(len(key) == 33 and sha256(name.encode(), b"\n", key)[:4].hex() == key_id, f"{path} holds no verifier key")
        keys[name] = bytes.fromhex(key_id), key[1:]
    return keys

def checkpoint(path, keys):
    """(size, root, signer) of a checkpoint whose signature openssl finds good."""
    found = NOTE.fullmatch(Path(path).read_bytes().decode("utf-8"))
    need(found, f"{path} is no checkpoint")
    text, origin, size, root, signer, signature = found.groups()
    signature, (key_id, public) = base64.b64decode(signature), keys.get(signer, (None, None))
    need(origin == signer and signature[:4] == key_id, f"{path} is not signed by this key, but as {signer}")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("text", text.encode()), ("sig", signature[4:]), ("pub.der", DER + public)):
            Path(folder, name).write_bytes(content)
        done = subprocess.run(OPENSSL, cwd=folder, capture_output=True)
    need(done.returncode == 0, f"{path}: the signature is not good")
    return int(size), base64.b64decode(root), f"{signer}+{key_id.hex()}"

def entries(lines, last, calls, whole):
    """Each entry with its bytes, checked; leaves behind each request's last seq, and the attempts without a result."""
    time = ""
    for number, line in enumerate(lines, 1):
        entry, where = None, f"line {number}"
        try:
            entry = json.loads(line.decode("utf-8")) if len(line) <= 4097 else None
            again = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        except (ValueError, RecursionError):
            again = b""
        flat = type(entry) is dict and all(type(v) is int and 0 <= v < 2**53 or type(v) in (str, bool) for v in entry.values())
        need(flat and line == again + b"\n", f"{where} is not in canonical form")
        types = [type(entry.get(member)) for member in ("seq", "t", "type")]
        need(types == [int, str, str] and entry["t"] >= time, f"{where} has no seq, type or time, or is older than the line before")
        seq, time, kind, request = entry["seq"], entry["t"], entry["type"], entry.get("requestId")
        need(not whole or seq == number - 1, f"{where}: seq {number - 1} expected, seq {seq} found")
        if request is not None:
            need(entry.get("prev") == last.get(request), f"seq {seq} has to link back to {last.get(request, 'nothing')}")
            last[request] = seq
        if kind == "attempt.intent":
            need(request not in calls, f"seq {seq}: the attempt before it has no result")
            calls[request] = entry.get("attempt")
        if kind == "attempt.result":
            need(calls.pop(request, None) == entry.get("attempt"), f"seq {seq} is the result of no attempt")
        yield entry, line[:-1]

def verify_export(export, newest, vkey, *older):
    heads = [(path, *checkpoint(path, verifier_keys(vkey))) for path in (newest, *older)]
    size, last, calls, edge = 0, {}, {}, []  # edge: the full subtrees from the left, as (leaves, hash)
    with open(export, "rb") as lines:
        for entry, line in entries(lines, last, calls, True):
            size = entry["seq"] + 1
            edge.append((1, sha256(b"\0", line)))
            while len(edge) > 1 and edge[-1][0] == edge[-2][0]:
                edge[-2:] = [(2 * edge[-1][0], sha256(b"\1", edge[-2][1], edge[-1][1]))]
            for path, wanted, signed, _ in heads:
                root = edge[-1][1] if wanted == size else None
                for _, left in reversed(edge[:-1]) if root else []:
                    root = sha256(b"\1", left, root)
                need(root in (None, signed), f"the first {size} entries are not those that {path} was signed for")
    for path, wanted, _, _ in heads:
        need(0 < wanted <= size, f"{path} was signed for {wanted} entries, the export has only {size}")
    _, wanted, root, signer = heads[0]
    need(wanted == size, f"entries from seq {wanted} on are newer than the checkpoint, which says nothing of them")
    print(f"OK   {size} entries of {len(last)} requests, {len(calls)} attempts without a result yet, "
          f"root {base64.b64encode(root).decode()}, signed by {signer}")
    for path in older:
        print(f"OK   the ledger of {path} is the beginning of this one")

def verify_bundle(folder, vkey):
    folder, last = Path(folder), {}
    size, root, signer = checkpoint(folder / "checkpoint", verifier_keys(vkey))
    for entry, line in entries((folder / "entries.jsonl").read_bytes().splitlines(True), last, {}, False):
        seq, file = entry["seq"], f"{entry['seq']}.tlog-proof"
        proof = PROOF.fullmatch((folder / file).read_bytes().decode("utf-8"))
        need(len(last) == 1 and "requestId" in entry, f"seq {seq} is not an entry of the same request")
        need(proof and int(proof[1]) == seq < size, f"{file} is no proof of seq {seq}")
        need(proof[3].encode() == (folder / "checkpoint").read_bytes(), f"{file} is of another checkpoint")
        at, end, value = seq, size - 1, sha256(b"\0", line)  # RFC 9162, section 2.1.3.2
        for other in map(base64.b64decode, proof[2].split()):
            need(end > 0, f"{file} is too long")
            value = sha256(b"\1", other, value) if at & 1 or at == end else sha256(b"\1", value, other)
            shift = (at & -at).bit_length() if at == end else 1  # up to where the path comes from the right again
            at, end = at >> shift, end >> shift
        need(end == 0 and value == root, f"seq {seq} is not in the ledger that was signed")
    need(last, "the bundle has no entry")
    print(f"OK   {', '.join(last)}: no gap up to seq {seq}; in the ledger of {size}, signed by {signer}")

if __name__ == "__main__":
    sys.argv[2:] or sys.exit(__doc__)
    try:
        (verify_bundle if len(sys.argv) == 3 else verify_export)(*sys.argv[1:])
    except (OSError, ValueError) as error:
        sys.exit(f"FAIL {error}")
