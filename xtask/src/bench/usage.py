"""Runs a program and says what it used: `usage.py RESULT FOLDER STDOUT PROGRAM ARGUMENT...`.

Its own small process, because the kernel counts the memory of a child from the moment of the fork. The result is JSON:
`code`, `wall` (s), `cpu` (s, user and system, with the children that the program waited for), `rss` (KiB at most, of the
largest single process) and `tree` (KiB at most, of all processes together, looked at every 20 ms; at least `rss`).
"""

import json
import os
import subprocess
import sys
import threading
import time

PAGE = os.sysconf("SC_PAGE_SIZE") // 1024
EVERY = 0.02


def text(path):
    # A process may end between two looks.
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except OSError:
        return ""


def tree(pid):
    fields = text(f"/proc/{pid}/statm").split()
    own = int(fields[1]) * PAGE if len(fields) > 1 else 0
    tasks = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        pass
    children = " ".join(text(f"/proc/{pid}/task/{task}/children") for task in tasks)
    return own + sum(tree(child) for child in children.split())


def main():
    result, folder, stdout, *command = sys.argv[1:]
    peak = 0
    ended = threading.Event()
    with open(stdout, "wb") as out, open(stdout + ".err", "wb") as err:
        begun = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

        def look():
            nonlocal peak
            while not ended.is_set():
                peak = max(peak, tree(child.pid))
                ended.wait(EVERY)

        looker = threading.Thread(target=look)
        looker.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
        ended.set()
        looker.join()
    # Known to subprocess, which would wait for it again.
    child.returncode = os.waitstatus_to_exitcode(status)
    used = {
        "code": child.returncode,
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "rss": usage.ru_maxrss,
        "tree": max(peak, usage.ru_maxrss),
    }
    with open(result, "w", encoding="ascii") as file:
        json.dump(used, file)


main()
