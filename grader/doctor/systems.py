"""How each operating system is told to install something. Trusted side."""

from __future__ import annotations

import contextlib
import enum
import sys
from pathlib import Path

from grader.messages import Message, say

OS_RELEASE = Path("/etc/os-release")


class System(enum.Enum):
    """The kinds of system that the doctor has words for."""

    DEBIAN = "debian"
    FEDORA = "fedora"
    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


def this_system() -> System:
    """Return the kind of system this is. `ID_LIKE` names the families that a Linux belongs to: os-release(5)."""
    if sys.platform == "darwin":
        return System.MACOS
    if sys.platform == "win32":
        return System.WINDOWS
    words: set[str] = set()
    with contextlib.suppress(OSError):
        for line in OS_RELEASE.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition("=")
            if key in ("ID", "ID_LIKE"):
                words.update(value.strip("\"'").split())
    if words & {"debian", "ubuntu"}:
        return System.DEBIAN
    return System.FEDORA if words & {"fedora", "rhel", "centos"} else System.LINUX


def install_bubblewrap(system: System) -> Message:
    """Return how to get bubblewrap."""
    match system:
        case System.DEBIAN:
            return say("Install it: {command}", command="sudo apt install bubblewrap")
        case System.FEDORA:
            return say("Install it: {command}", command="sudo dnf install bubblewrap")
        case System.LINUX:
            return say("Install the package bubblewrap of your distribution.")
    return say("There is no stronger sandbox for this system. Grade the work of others on Linux.")


def install_chinese_font(system: System) -> Message:
    """Return how to get a font with Chinese characters."""
    match system:
        case System.DEBIAN:
            return say("Install it: {command}", command="sudo apt install fonts-noto-cjk")
        case System.FEDORA:
            return say("Install it: {command}", command="sudo dnf install google-noto-sans-cjk-fonts")
        case System.LINUX:
            return say("Install the font Noto Sans CJK from your distribution.")
    return say("Install the font Noto Sans SC: download it, open the file and choose Install.")
