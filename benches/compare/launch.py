"""Runs commands in turn and prints what each run took, as JSON. Knows nothing of what they are.

It is a process of its own, and a small one: Linux counts what a process held before it became the
program as the peak of the program. So no peak below that of this process can be seen, which is that
of `true`.

Standard input: {"rounds": 3, "commands": [{"argv": [...], "codes": [0], "out": "/dev/null", "at_once": 1}, ...]}
Standard output: for each command, for each round, [seconds, seconds of processor, peak in KiB]; of several
at once the seconds until the last has ended, the processor of all, and the peak of one.
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
    argv = command["argv"]
    children = [os.posix_spawn(argv[0], argv, os.environ, file_actions=actions) for _ in range(command["at_once"])]
    ended = [os.wait4(child, 0) for child in children]
    seconds = time.perf_counter() - begun
    for _, status, _ in ended:
        code = os.waitstatus_to_exitcode(status)
        if code not in command["codes"]:
            raise SystemExit(f"ended with {code}: {' '.join(argv)}")
    usages = [usage for _, _, usage in ended]
    return seconds, sum(each.ru_utime + each.ru_stime for each in usages), max(each.ru_maxrss for each in usages)


asked = json.load(sys.stdin)
taken = [[] for _ in asked["commands"]]
for _ in range(asked["rounds"]):
    for command, runs in zip(asked["commands"], taken):
        runs.append(run(command))
json.dump(taken, sys.stdout)
