"""Which sandbox works here, and why not a stronger one. Trusted side; nothing here fails for want of Linux."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.doctor.findings import Finding, State
from grader.doctor.systems import install_bubblewrap, this_system
from grader.messages import Message, say, verbatim
from grader.sandbox.cgroups import own_folder
from grader.sandbox.confine import Level, landlock_version, strongest_level

PROC = Path("/proc")


def look_at_sandbox() -> Iterator[Finding]:
    """Yield the level, and where it is not the strongest, what stands in the way."""
    level = strongest_level()
    about = say("sandbox: {level}", level=level.value)
    if level is next(iter(Level)):
        yield Finding(State.GOOD, about, level.note)
    else:
        reason, advice = why_not_stronger()
        yield Finding(State.NOTE, about, level.note)
        yield Finding(State.NOTE, say("why not a stronger one"), reason, advice)
    if sys.platform == "linux":
        yield from _look_at_kernel()


def why_not_stronger() -> tuple[Message, Message | None]:
    """Return why the strongest level does not work here, and what would help."""
    system = this_system()
    if sys.platform != "linux":
        return say("Namespaces exist on Linux alone."), install_bubblewrap(system)
    if shutil.which("bwrap") is None:
        return say("The program bubblewrap (`bwrap`) is not installed."), install_bubblewrap(system)
    if _number("sys/kernel/apparmor_restrict_unprivileged_userns") == 1:
        return (
            say("AppArmor keeps programs of ordinary users from making user namespaces."),
            say("Ask whoever looks after this machine for an AppArmor profile that allows bwrap to make them."),
        )
    if _number("sys/user/max_user_namespaces") == 0 or _number("sys/kernel/unprivileged_userns_clone") == 0:
        return (
            say("User namespaces are switched off on this machine."),
            say("Ask whoever looks after it to set {setting}.", setting="user.max_user_namespaces=15000"),
        )
    return (
        say(
            "bubblewrap is there, but cannot make its namespaces: this often is so inside of containers and notebooks."
        ),
        say("Run the grader outside of the container, or start the container with the right to make namespaces."),
    )


def _number(path: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int((PROC / path).read_text(encoding="ascii"))
    return None


def _look_at_kernel() -> Iterator[Finding]:
    count = _number("sys/user/max_user_namespaces")
    words = say("none may be made") if count == 0 else say("can be made")
    yield Finding(State.NOTE if count == 0 else State.GOOD, say("user namespaces"), words)
    version = landlock_version()
    words = say("version {version}", version=version) if version else say("not in this kernel")
    yield Finding(State.GOOD if version else State.NOTE, verbatim("Landlock"), words)
    filters = (PROC / "sys/kernel/seccomp/actions_avail").is_file()
    yield Finding(
        State.GOOD if filters else State.NOTE,
        verbatim("seccomp"),
        say("is there") if filters else say("not in this kernel"),
    )
    yield Finding(State.GOOD, verbatim("cgroups"), _cgroup_words())


def _cgroup_words() -> Message:
    """Return whether limits can be set by cgroup: version 2, and a group of one's own that may be written to."""
    folder = own_folder(PROC / "self/mounts", PROC / "self/cgroup")
    if folder is None:
        return say("version 2 is not there; limits are kept by rlimits and a watcher")
    if os.access(folder / "cgroup.procs", os.W_OK) and os.access(folder / "cgroup.subtree_control", os.W_OK):
        return say("version 2, with a group that this user may divide")
    return say("version 2, without a group of one's own; limits are kept by rlimits and a watcher")
