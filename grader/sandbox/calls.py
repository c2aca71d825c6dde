"""The system calls a worker may not make, as a seccomp filter. Trusted side.

The filter allows what it does not name: TensorFlow's needs change with its versions, and what it names is what has
opened ways out of namespaces before, or what no digit needs.
"""

from __future__ import annotations

import errno
import functools
import socket
import tempfile

NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
SEND_KEYSTROKES, PASTE_SELECTION = 0x5412, 0x541C  # TIOCSTI and TIOCLINUX
LOW_HALF = 0xFFFFFFFF
FORBIDDEN = (
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise", "perf_event_open"),
    # keys of the kernel's
    *("keyctl", "add_key", "request_key"),
    # mounts and roots
    *("mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "mount_setattr"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "name_to_handle_at", "open_by_handle_at", "quotactl"),
    # namespaces
    *("unshare", "setns"),
    # parts of the kernel that were broken out through again and again
    *("bpf", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd"),
    # the machine itself
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff"),
    *("syslog", "acct", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname"),
    *("iopl", "ioperm", "vhangup", "modify_ldt"),
)
# What processes of one user share, where they have no ipc namespace of their own.
SHARED_BY_USER = (
    *("shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink"),
)
INTERNET = (socket.AF_INET, socket.AF_INET6)
HIGHEST_FAMILY = 64
# A pair of these can be sent to any address; a pair of streams only knows its other half.
PAIRS_WITHOUT_STREAM, KIND_OF_SOCKET = (socket.SOCK_DGRAM, socket.SOCK_RAW), 0xF


class NoFilter(Exception):
    """There is no libseccomp here, or it does not know this system."""


@functools.cache
def call_filter(own_namespaces: bool) -> bytes:
    """Return the filter's program. `own_namespaces`: of network and ipc, which need no filter then.

    Raises:
        NoFilter: it cannot be made here.
    """
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise NoFilter(str(error)) from error
    refused = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in FORBIDDEN if own_namespaces else (*FORBIDDEN, *SHARED_BY_USER):
        # Some do not exist on every processor.
        if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(refused, name)
    for flag in NEW_NAMESPACES:
        rules.add_rule(refused, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    # Its flags lie in memory, where no filter sees them. C libraries then take clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    for request in (SEND_KEYSTROKES, PASTE_SELECTION):
        rules.add_rule(refused, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, LOW_HALF, request))
    unreachable = pyseccomp.ERRNO(errno.ENETUNREACH)
    for family in range(HIGHEST_FAMILY):
        if not (own_namespaces and family in (socket.AF_UNIX, *INTERNET)):
            action = unreachable if family in INTERNET else refused
            rules.add_rule(action, "socket", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, LOW_HALF, family))
    if not own_namespaces:
        # Landlock does not know the sockets that other programs have in folders.
        rules.add_rule(refused, "connect")
        for kind in PAIRS_WITHOUT_STREAM:
            rules.add_rule(refused, "socketpair", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, KIND_OF_SOCKET, kind))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
