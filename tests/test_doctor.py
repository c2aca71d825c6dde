"""`grader doctor`: what it sees, what it advises, and that nothing crashes for want of Linux."""

import importlib.metadata
import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.course.catalogue import extract
from grader.doctor import arena, cli, machine, sandboxes, systems, table
from grader.doctor.corpus import Corpus, read_corpus
from grader.doctor.findings import Finding, State
from grader.messages import render, say, verbatim
from grader.results import Verdict
from grader.sandbox.confine import Level

FINE = Finding(State.GOOD, verbatim("training"), verbatim("fine"))


@pytest.fixture
def doctor(monkeypatch):
    """Run `grader doctor` without training; return its exit status and words."""
    monkeypatch.setattr(cli, "train_tiny_model", lambda: FINE)

    def run(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["doctor", *options], env={"COLUMNS": "200"})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        return done.exit_code, " ".join(done.output.split())

    return run


def words_of(findings) -> str:
    return " | ".join(
        render(words, "en") for f in findings for words in (f.about, f.words, f.advice) if words is not None
    )


def test_whole_examination_of_this_machine():
    done = CliRunner().invoke(app, ["doctor", "--quick", "--lang", "en"], env={"COLUMNS": "200"})
    words = " ".join(done.output.split())
    assert done.exit_code == 0, words
    for library in ("tensorflow", "keras", "numpy", "matplotlib"):
        assert importlib.metadata.version(library) in words
    assert "TensorFlow trains a small model" in words and "All is well" in words
    assert "Attacks" not in words


def test_chinese_speaks_chinese(doctor):
    _, words = doctor("--quick", "--lang", "zh")
    assert "这台机器" in words and "This machine" not in words


def test_every_sentence_of_the_doctor_has_a_translation():
    said = [text for text, file in extract(Path(__file__).parents[1]).items() if file.startswith("grader/doctor/")]
    assert len(said) > 40
    assert [text for text in said if "{" not in text and render(say(text), "zh") == text] == []


def test_unknown_language_is_a_usage_error(doctor):
    status, words = doctor("--lang", "xx")
    assert status == 2 and "one of en, zh" in words


def test_missing_library_is_named_with_the_command_that_installs_it(doctor, monkeypatch):
    def version(name):
        if name == "keras":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(machine.importlib.metadata, "version", version)
    status, words = doctor("--quick", "--lang", "en")
    assert status == 1
    assert "python -m pip install keras" in words and "Something is missing" in words


def test_old_python_is_named(doctor, monkeypatch):
    monkeypatch.setattr(machine, "OLDEST_PYTHON", (9, 9))
    status, words = doctor("--quick", "--lang", "en")
    assert status == 1 and "Install Python 9.9 or newer." in words


@pytest.mark.parametrize("what, constant", [("disk", "NEEDED_DISK_MIB"), ("memory", "NEEDED_MEMORY_MIB")])
def test_too_little_room_is_named(doctor, monkeypatch, what, constant):
    monkeypatch.setattr(machine, constant, 10**9)
    status, words = doctor("--quick", "--lang", "en")
    assert status == 1 and f"✗ {what}" in words and "1000000000 MiB are needed" in words


def test_data_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert "not here yet" in words_of(machine.look_at_machine())
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").touch()
    assert "mnist.npz" in words_of(machine.look_at_machine())


@pytest.mark.parametrize(
    "release, advice",
    [
        ("ID=ubuntu\nID_LIKE=debian\n", "sudo apt install fonts-noto-cjk"),
        ("ID=fedora\n", "sudo dnf install google-noto-sans-cjk-fonts"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "sudo dnf install"),
        ("ID=arch\n", "from your distribution"),
    ],
)
def test_missing_font_has_advice_for_each_system(monkeypatch, tmp_path, release, advice):
    (tmp_path / "os-release").write_text(release)
    monkeypatch.setattr(systems, "OS_RELEASE", tmp_path / "os-release")
    monkeypatch.setattr(machine, "font_cache", lambda: tmp_path)
    machine._font_families.cache_clear()
    try:
        words = words_of(machine.look_at_machine())
    finally:
        machine._font_families.cache_clear()
    assert "empty boxes" in words and advice in words


def test_broken_list_of_fonts_is_no_crash(monkeypatch, tmp_path):
    (tmp_path / "fontlist-v1.json").write_text('{"ttflist": [{}, 3]}')
    monkeypatch.setattr(machine, "font_cache", lambda: tmp_path)
    machine._font_families.cache_clear()
    assert machine._font_families() == frozenset()
    machine._font_families.cache_clear()


def test_training_that_fails_is_told_with_its_reason(monkeypatch):
    monkeypatch.setattr(machine, "TINY_MODEL", b"def train():\n    raise ValueError('no such device')\n")
    finding = machine.train_tiny_model()
    assert finding.state is State.BAD and "no such device" in words_of([finding])


# ---------------------------------------------------------------- the sandbox, and systems that have less


@pytest.fixture
def weak(monkeypatch):
    """Let the strongest level be the one of a process."""
    monkeypatch.setattr(sandboxes, "strongest_level", lambda: Level.PROCESS)
    monkeypatch.setattr(cli, "strongest_level", lambda: Level.PROCESS)


@pytest.mark.parametrize("platform", ["darwin", "win32", "cygwin"])
def test_other_systems_get_a_plain_sentence(doctor, weak, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(machine, "font_cache", lambda: None)
    status, words = doctor("--lang", "en")
    assert status == 0
    assert "Namespaces exist on Linux alone." in words
    assert "so the attacks are not tried" in words
    assert "Landlock" not in words


def test_windows_that_cannot_fork_gets_a_plain_sentence(doctor, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(os, "fork")
    for module in (sandboxes, cli):
        monkeypatch.setattr(module, "strongest_level", lambda: Level.NONE)
    status, words = doctor("--lang", "en")
    assert status == 0 and "ran inside the grader itself" in words


def test_missing_bubblewrap_is_named(weak, monkeypatch, tmp_path):
    (tmp_path / "os-release").write_text("ID=debian\n")
    monkeypatch.setattr(systems, "OS_RELEASE", tmp_path / "os-release")
    monkeypatch.setattr(sandboxes.shutil, "which", lambda name: None)
    words = words_of(sandboxes.look_at_sandbox())
    assert "bubblewrap (`bwrap`) is not installed" in words and "sudo apt install bubblewrap" in words


@pytest.mark.parametrize(
    "file, value, reason",
    [
        ("sys/kernel/apparmor_restrict_unprivileged_userns", "1\n", "AppArmor keeps"),
        ("sys/user/max_user_namespaces", "0\n", "switched off"),
        ("sys/kernel/unprivileged_userns_clone", "0\n", "switched off"),
        ("sys/kernel/nothing", "0\n", "cannot make its namespaces"),
    ],
)
def test_reason_for_a_weaker_level_is_read_from_the_system(weak, monkeypatch, tmp_path, file, value, reason):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(value)
    monkeypatch.setattr(sandboxes, "PROC", tmp_path)
    monkeypatch.setattr(sandboxes.shutil, "which", lambda name: "/usr/bin/bwrap")
    assert reason in words_of(sandboxes.look_at_sandbox())


def test_kernel_without_anything_is_no_crash(monkeypatch, tmp_path):
    monkeypatch.setattr(sandboxes, "PROC", tmp_path)
    monkeypatch.setattr(sandboxes, "landlock_version", lambda: 0)
    words = words_of(sandboxes.look_at_sandbox())
    assert "Landlock | not in this kernel" in words and "seccomp | not in this kernel" in words
    assert "version 2 is not there" in words


@pytest.mark.skipif(os.getuid() == 0 and not os.access("/", os.W_OK), reason="root may write everywhere")
def test_cgroup_of_ones_own_is_recognised(monkeypatch, tmp_path):
    # As on systems that have both versions: the second is mounted in a folder of its own.
    own = tmp_path / "unified" / "user" / "session"
    own.mkdir(parents=True)
    for name in ("cgroup.procs", "cgroup.subtree_control"):
        (own / name).touch()
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "cgroup").write_text("1:memory:/\n0::/user/session\n")
    (tmp_path / "self" / "mounts").write_text(
        f"cgroup {tmp_path}/memory cgroup rw 0 0\ncgroup2 {tmp_path}/unified cgroup2 rw 0 0\n"
    )
    monkeypatch.setattr(sandboxes, "PROC", tmp_path)
    assert "with a group that this user may divide" in words_of(sandboxes.look_at_sandbox())


# ---------------------------------------------------------------- the attacks


def outcome(case, *breaches):
    return arena.Outcome(case, Level.PROCESS, Verdict.FAIL, "", tuple(map(verbatim, breaches)), 0.1)


@pytest.fixture
def three(weak, monkeypatch):
    """Three cases: held back, let through as the table says, and let through against it."""
    cases = read_corpus().cases
    known = next(case for case in cases if "process" in case.gets_through)
    held = [case for case in cases if "process" not in case.gets_through]
    outcomes = [outcome(held[0]), outcome(known, "as known"), outcome(held[1], "a surprise")]
    monkeypatch.setattr(cli, "_run", lambda corpus: iter(outcomes))
    return outcomes


def test_each_attack_has_a_line_and_a_surprise_is_bad(doctor, three):
    status, words = doctor("--lang", "en")
    assert status == 1
    assert f"✓ {three[0].case.attack}" in words and three[0].case.title in words
    assert "as known" in words and "✗ " in words and "a surprise" in words
    assert f"1 of {len(read_corpus().cases)} held back." in words


def test_what_the_table_knows_is_not_bad(doctor, three, monkeypatch):
    monkeypatch.setattr(cli, "_run", lambda corpus: iter(three[:2]))
    assert doctor("--lang", "en")[0] == 0


def test_title_is_in_the_language_asked_for(doctor, three):
    assert three[0].case.title_zh in doctor("--lang", "zh")[1]


def test_without_the_projects_folder_it_says_so(doctor, monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "read_corpus", lambda: Corpus(tmp_path, ()))
    status, words = doctor("--lang", "en")
    assert status == 0 and "The attacks are not here" in words


def test_attacks_are_really_run(doctor, monkeypatch):
    corpus = read_corpus()
    few = [case for case in corpus.cases if case.name in ("a01_quit", "a14_reads_a_neighbour", "a27_returns_nothing")]
    monkeypatch.setattr(cli, "read_corpus", lambda: Corpus(corpus.root, tuple(few)))
    status, words = doctor("--lang", "en")
    assert status == 0, words
    assert all(case.title in words for case in few)


def test_table_is_written_between_its_marks_only(doctor, tmp_path):
    file = tmp_path / "SECURITY.md"
    file.write_text(f"before\n{table.BEGIN}\nSTALE ROW\n{table.END}\nafter\n")
    assert doctor("--write-table", str(file))[0] == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "STALE ROW" not in text and "| A27 |" in text


def test_file_that_cannot_hold_the_table_is_named(doctor, tmp_path):
    status, words = doctor("--write-table", str(tmp_path / "nowhere.md"))
    assert status == 1 and "nowhere.md" in words
