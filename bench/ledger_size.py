#!/usr/bin/env python3
"""Bytes on disk for each entry of a ledger, by table and index: ledger_size.py DATABASE (a copy, or with no daemon running)."""

import sqlite3
import sys

database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
entries, text = database.execute("SELECT count(*), sum(length(entry)) FROM ledger").fetchone()
print(f"{entries} entries of {text / entries:.0f} bytes on average; bytes an entry:")
pages = database.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC").fetchall()
for name, size in [*((name, size) for name, size in pages if size > entries), ("all", sum(size for _, size in pages))]:
    print(f"{size / entries:8.1f}  {name}")
