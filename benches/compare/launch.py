"""Runs commands in turn and prints what each run took, as JSON. Knows nothing of what they are.

It is a process of its own, and a small one: Linux counts what a process held before it became the
program as the peak of the program. So no peak below that of this process can be seen, which is that
of `true`.

Standard input: {"rounds": 3, "commands": [{"argv": [...], "codes": [0], "out": "/dev/null"}, ...]}
Standard output: for each command, for each round, [seconds, seconds of processor, peak in KiB].
"""

import json
import os
import sys
import time


def run(command):
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, command["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0),
    ]
    begun = time.perf_counter()
    child = os.posix_spawn(command["argv"][0], command["argv"], os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    if code not in command["codes"]:
        raise SystemExit(f"ended with {code}: {' '.join(command['argv'])}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


asked = json.load(sys.stdin)
taken = [[] for _ in asked["commands"]]
for _ in range(asked["rounds"]):
    for command, runs in zip(asked["commands"], taken):
        runs.append(run(command))
json.dump(taken, sys.stdout)
