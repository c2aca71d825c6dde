"""Limits by cgroup v2: on a tree of plain files, and on the real one where this machine lets us divide it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.sandbox.cgroups import divide

REAL = Path("/sys/fs/cgroup/unified" if Path("/sys/fs/cgroup/unified").is_dir() else "/sys/fs/cgroup")
BOMB = """
import os
from grader.sandbox import cgroups, wire
from grader.sandbox.process import Sandbox
from grader.sandbox.exchange import WorkerEnded
from grader.sandbox.worker import Limits

source = '''
import os, time
def bomb():
    count = 0
    try:
        while True:
            if os.fork() == 0: time.sleep(99)
            count += 1
    except BlockingIOError:
        return count
'''
cgroups.MAX_PROCESSES = 50  # fewer than rlimits allow
sandbox = Sandbox()
worker = sandbox.fork(512)
limits = Limits(30.0, 512)
worker.request(wire.Segment("work", "work.py", 1, source), [], limits)
print(worker.request(wire.Call("bomb", (), 1), [], limits).reply.value.value)
folder = worker._group._folder
print((folder / "pids.max").read_text().strip(), len((folder / "cgroup.procs").read_text().split()))
worker.close()
print(folder.exists())
sandbox.close()
"""


@pytest.fixture
def tree(tmp_path):
    """A cgroup as a user gets it delegated, in plain files: the kernel's own answers are missing."""
    folder = tmp_path / "cgroup" / "user" / "mine"
    folder.mkdir(parents=True)
    (folder / "cgroup.controllers").write_text("cpu memory pids\n")
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (folder / "cgroup.subtree_control").write_text("")
    mounts, own = tmp_path / "mounts", tmp_path / "own"
    mounts.write_text(f"proc /proc proc rw 0 0\ncgroup2 {tmp_path / 'cgroup'} cgroup2 rw 0 0\n")
    own.write_text("1:name=systemd:/\n0::/user/mine\n")
    return folder, mounts, own


def test_own_cgroup_is_divided_into_the_graders_part_and_one_for_each_worker(tree):
    folder, mounts, own = tree
    division = divide(mounts, own)
    assert (folder / "grader" / "cgroup.procs").read_text() == str(os.getpid())
    assert (folder / "cgroup.subtree_control").read_text() == "+memory +pids"
    division.controllers = frozenset({"memory", "pids"})  # the kernel would list them without the signs
    group = division.for_worker(100)
    parts = [part for part in folder.iterdir() if part.name.startswith("worker-")]
    assert [(part / "memory.max").read_text() for part in parts] == [str(100 * 2**20)]
    assert [(part / "pids.max").read_text() for part in parts] == ["200"]
    assert group.take_in(7) and (parts[0] / "cgroup.procs").read_text() == "7"
    (parts[0] / "memory.events").write_text("low 0\noom 2\noom_kill 1\n")
    assert group.ran_out_of_memory()


@pytest.mark.parametrize("missing", ["cgroup2", "controllers", "not ours"])
def test_nothing_is_divided_where_it_is_not_ours_to_divide(tree, missing):
    folder, mounts, own = tree
    if missing == "cgroup2":
        mounts.write_text("proc /proc proc rw 0 0\n")
    elif missing == "controllers":
        (folder / "cgroup.controllers").write_text("cpu\n")
    else:
        (folder / "cgroup.procs").write_text("1\n")
    assert divide(mounts, own) is None
    assert not (folder / "grader").exists()


def test_process_goes_back_where_the_cgroup_cannot_be_divided(tree):
    folder, mounts, own = tree
    (folder / "cgroup.subtree_control").unlink()
    (folder / "cgroup.subtree_control").mkdir()  # writing to it fails, as it does with others inside
    assert divide(mounts, own) is None
    assert (folder / "cgroup.procs").read_text() == str(os.getpid())


def test_fork_bomb_in_a_real_cgroup_stops_at_the_limit_and_leaves_nothing():
    controllers = REAL / "cgroup.controllers"
    if os.getuid() != 0 or not controllers.is_file() or "pids" not in controllers.read_text().split():
        pytest.skip("needs root and a cgroup v2 with the controller for pids")
    folder = REAL / f"first-digits-{os.getpid()}"
    (REAL / "cgroup.subtree_control").write_text("+pids")
    folder.mkdir()
    try:
        enter = f"import os; open({str(folder / 'cgroup.procs')!r}, 'w').write(str(os.getpid()))\n"
        done = subprocess.run(
            [sys.executable, "-c", enter + BOMB], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        forked, most_and_inside, exists = done.stdout.splitlines()
        most, inside = map(int, most_and_inside.split())
        assert exists == "False"
        assert most == inside == 50 and int(forked) < most, done.stderr
    finally:
        _remove(folder)


def _remove(folder):
    deadline = time.monotonic() + 10
    for part in (*folder.glob("*/"), folder):
        while part.is_dir():
            try:
                part.rmdir()
            except OSError:
                # What has ended may be counted a moment longer.
                assert time.monotonic() < deadline, f"{part} is not empty"
                time.sleep(0.05)
