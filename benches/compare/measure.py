"""Measures whole processes. Knows no renkei and no peer."""

import json
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass
class Taken:
    """Seconds and seconds of processor: the best of all runs. Peak: the worst, in MB."""

    wall: float
    median: float
    cpu: float
    peak: float


def command(*argv, codes=(0,), out="/dev/null", at_once=1):
    argv = [str(part) for part in argv]
    found = shutil.which(argv[0])
    if found is None:
        raise SystemExit(f"there is no {argv[0]}")
    return {"argv": [found, *argv[1:]], "codes": list(codes), "out": str(out), "at_once": at_once}


def measure(commands, rounds):
    """What each command took; they are run in turn, so that a disturbance meets all of them."""
    # Isolated and without `site`, Python holds less itself.
    done = subprocess.run(
        [sys.executable, "-I", "-S", LAUNCH],
        input=json.dumps({"rounds": rounds, "commands": commands}),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit("a command could not be measured")
    return [of(runs) for runs in json.loads(done.stdout)]


def of(runs):
    walls, cpus, peaks = zip(*runs)
    return Taken(min(walls), statistics.median(walls), min(cpus), max(peaks) * 1024 / 1e6)
