"""Large arrays that workers are given once: nobody else sees what a worker does to its view of them."""

import gc
import os

import numpy as np
import pytest

from grader.sandbox import wire
from grader.sandbox.process import Sandbox
from grader.sandbox.sharing import SMALLEST_BYTES, Library, freeze, is_shareable
from grader.submission.engines import SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission

WORK = """
import mmap, os
import numpy as np
def total(array):
    return float(array.sum())
def spoil(array):
    array[:] = 7
    return float(array.sum())
def attack(array):
    done = []
    for name in os.listdir("/proc/self/fd"):
        for flags in (os.O_RDWR, os.O_WRONLY):
            try:
                if "memfd" in os.readlink(f"/proc/self/fd/{name}"):
                    done.append(os.write(os.open(f"/proc/self/fd/{name}", flags), b"x" * 100))
            except OSError as error:
                done.append(error.errno)
        try:
            if "memfd" in os.readlink(f"/proc/self/fd/{name}"):
                mmap.mmap(int(name), 0, prot=mmap.PROT_READ | mmap.PROT_WRITE, flags=mmap.MAP_SHARED)[0] = 1
                done.append("mapped")
        except OSError as error:
            done.append(error.errno)
    return repr(done)
"""
needs_memfd = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no sealed files in memory")


def large(value=1):
    return freeze(np.full((SMALLEST_BYTES // 4 + 1, 4), value, np.uint8))


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def work(sandbox):
    engine = SandboxEngine(sandbox)
    yield Submission(read_source("work.py", WORK.encode()), engine, "work")
    engine.close()


def sent_bytes(work, monkeypatch):
    """Return the list of how many bytes of arrays each request carries from now on."""
    sent = []
    request = work.engine.request
    monkeypatch.setattr(
        work.engine, "request", lambda m, b, limits: sent.append(sum(map(len, b))) or request(m, b, limits)
    )
    return sent


@needs_memfd
def test_large_array_is_handed_over_once(work, monkeypatch):
    array = large()
    assert work.total(array) == array.nbytes
    sent = sent_bytes(work, monkeypatch)
    assert work.spoil(array) == 7 * array.nbytes
    # What is sent now is the function itself, which the first call did not need, and the call: no array.
    assert set(sent) == {0}


@needs_memfd
def test_what_a_call_changes_is_its_own(work):
    array = large()
    outcome = work.spoil.call(array)
    assert outcome.value == 7 * array.nbytes and outcome.changed == (0,)
    assert array.sum() == array.nbytes
    assert work.total(array) == array.nbytes


@needs_memfd
def test_worker_cannot_change_what_others_see(work, sandbox):
    array = large()
    done = work.attack(array)
    assert "mapped" not in done and "100" not in done and "1" in done
    engine = SandboxEngine(sandbox)
    other = Submission(read_source("work.py", WORK.encode()), engine, "work")
    assert other.total(array) == work.total(array) == array.nbytes
    engine.close()


def test_arrays_that_may_change_or_are_small_are_sent(work, monkeypatch):
    sent = sent_bytes(work, monkeypatch)
    changing = np.ones(SMALLEST_BYTES, np.uint8)
    assert work.total(changing) == changing.sum()
    changing[:] = 2
    assert work.total(changing) == changing.sum()
    small = freeze(np.ones(10, np.uint8))
    assert work.total(small) == 10
    assert [count for count in sent if count] == [changing.nbytes, changing.nbytes, 10]


@needs_memfd
def test_arrays_are_let_go_with_their_owner():
    library = Library()
    array = large()
    number, sealed = library.sealed(array)
    assert library.sealed(array)[0] == number
    descriptor = sealed.descriptor
    del array, sealed
    gc.collect()
    assert library._known == {}
    with pytest.raises(OSError):
        os.fstat(descriptor)
    assert library.sealed(large())[0] != number


@pytest.mark.parametrize(
    "array",
    [
        np.ones(SMALLEST_BYTES, np.uint8),
        freeze(np.ones(10, np.uint8)),
        freeze(np.full(SMALLEST_BYTES, None)),
        freeze(np.ones(SMALLEST_BYTES, ">i4")),
    ],
    ids=["can change", "small", "objects", "foreign byte order"],
)
def test_only_large_arrays_of_numbers_that_stay_are_shared(array):
    assert not is_shareable(array)


def test_answer_that_names_shared_weights_is_no_answer():
    from grader.submission.values import decode_snapshot

    with pytest.raises(wire.WireError):
        decode_snapshot(wire.Snapshot("{}", None, (wire.SharedArray("uint8", (1,), 1),)), [])
