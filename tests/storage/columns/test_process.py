"""The columns' processes give way."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, threading
from storage.columns.process import be_idle
be_idle()
found = [(os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0))]
thread = threading.Thread(target=lambda: found.append((os.sched_getscheduler(0), found[0][1])))
thread.start()
thread.join()
print(found[0] == found[1], *found[0])
"""


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="Linux alone has such a policy")
def test_scans_and_their_threads_run_when_nobody_else_does() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True
    ).stdout
    assert told.split() == ["True", str(os.SCHED_IDLE), "19"]
