"""What hostile and broken hand-ins do to a class: they are refused by name, run nothing, and cost no other."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.cohort.collect import Collection, collect
from grader.cohort.collect.commits import head_of, open_commits
from grader.cohort.submitted import Refusal, Submitted
from grader.errors import InputError, four_parts
from grader.messages import render
from grader.submission.archive import MIB
from grader.submission.archive_names import printable

CHAPTERS = ("ch1_concepts", "ch2_first_model")
PY = "ch1_concepts.py"
GOOD = b"x = 1\n"


def write(path: Path, content: bytes = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        # Names that are there twice are meant.
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return path


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def told(refused: Refusal | InputError) -> str:
    parts = four_parts(refused.feedback)
    assert [part for part, _ in parts] == ["problem", "expected", "got", "next_step"]
    return " | ".join(render(message, "en") for _, message in parts)


def by_learner(path: Path, **options) -> dict[str, Submitted | Refusal]:
    with collect(path, CHAPTERS, **options) as collection:
        return {one.learner.id if one.learner else "": one for one in collection}


# ---------------------------------------------------------------- archives


def moodle(name: str, number: int) -> str:
    return f"{name}_{number}_assignsubmission_file_"


@pytest.mark.parametrize(
    "member, got",
    [
        ((link(PY), b"/etc/passwd"), "a link to another file"),
        (("../../" + PY, GOOD), "a name with `..`, which leads out of the folder"),
        ((PY.upper(), GOOD), "a name that some computers take for the same as"),
    ],
)
def test_what_one_learner_spoils_costs_no_other(member, got, tmp_path):
    """Both in the archive of the whole class and in the learner's own."""
    name, content = member
    spoilt = f"{moodle('Eve', 7)}/{name if isinstance(name, str) else name.filename}"
    of_class = link(spoilt) if isinstance(name, zipfile.ZipInfo) else spoilt
    own = zipped(tmp_path / "own.zip", (PY, GOOD), (name, content)).read_bytes()
    path = zipped(
        tmp_path / "class.zip",
        (f"{moodle('Ann', 5)}/{PY}", GOOD),
        (f"{moodle('Ben', 6)}/work.zip", own),
        (f"{moodle('Eve', 7)}/{PY}", GOOD),
        (of_class, content),
    )
    found = by_learner(path)
    assert found["5"].files == {PY: GOOD}
    assert got in told(found["6"]) and got in told(found["7"])
    assert "work.zip is refused for what it holds" in told(found["6"])
    assert not list(tmp_path.glob("ch1*"))


def test_link_that_is_no_chapters_file_is_no_ones_loss(tmp_path):
    path = zipped(
        tmp_path / "class.zip", (f"{moodle('Ann', 5)}/{PY}", GOOD), (link(f"{moodle('Ann', 5)}/data"), b"/etc")
    )
    assert by_learner(path)["5"].files == {PY: GOOD}


def test_folders_of_two_learners_that_differ_in_case_alone(tmp_path):
    path = zipped(tmp_path / "class.zip", (f"ann/{PY}", GOOD), (f"Ann/{PY}", b"other"), (f"bob/{PY}", GOOD))
    found = by_learner(path)
    assert found["ann"].files == found["bob"].files == {PY: GOOD}
    assert found[""].origin == f"class.zip/Ann/{PY}" and "take for the same as ann" in told(found[""])


def test_bomb_of_a_learner(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PY, bytes(40 * MIB))
    write(tmp_path / "class" / "eve" / "work.zip", inner.getvalue())
    write(tmp_path / "class" / "ann" / PY)
    found = by_learner(tmp_path / "class")
    assert "files of at most 100 times the archive's own size" in told(found["eve"])
    assert found["ann"].files == {PY: GOOD}


def test_archives_in_archives_are_opened_twice_and_no_further(tmp_path):
    content = GOOD
    name = PY
    for depth in range(4):
        zipped(tmp_path / f"{depth}.zip", (name, content))
        content, name = (tmp_path / f"{depth}.zip").read_bytes(), f"{depth}.zip"
        write(tmp_path / "class" / f"depth{depth}" / name, content)
    found = by_learner(tmp_path / "class")
    assert found["depth0"].files == found["depth1"].files == {PY: GOOD}
    assert "holds no chapter's file" in told(found["depth2"]) and "0.zip" in told(found["depth2"])
    assert isinstance(found["depth3"], Refusal)


@pytest.mark.parametrize("name", ["work.rar", "work.7z", "work.zip", "work.tar.gz"])
def test_what_is_no_archive(name, tmp_path):
    write(tmp_path / "eve" / name, b"no archive")
    write(tmp_path / "ann" / PY)
    found = by_learner(tmp_path)
    assert f"{name} cannot be unpacked." in told(found["eve"])
    assert found["ann"].files == {PY: GOOD}


@pytest.mark.parametrize("kind", ["zip", "zip of a stream", "tar", "tar.gz"])
def test_archive_of_a_class_that_ends_early_says_what_can_be_read(kind, tmp_path):
    members = [(f"{moodle('Ann', number)}/{PY}", os.urandom(4_000)) for number in range(1, 9)]
    path = tmp_path / f"class.{kind.split()[0]}"
    if kind.startswith("zip"):
        buffer = io.BytesIO()
        # Without going back, the sizes are written behind the files: so Moodle does it.
        stream = type("Stream", (), {"write": buffer.write, "flush": buffer.flush})() if "stream" in kind else buffer
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                archive.writestr(name, data)
        path.write_bytes(buffer.getvalue())
    else:
        with tarfile.open(path, "w:gz" if kind.endswith("gz") else "w") as archive:
            for name, data in members:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    whole = path.read_bytes()
    assert len(by_learner(path)) == 8
    path.write_bytes(whole[: len(whole) * 5 // 8])
    with pytest.raises(InputError) as refused:
        collect(path, CHAPTERS)
    sentence = told(refused.value)
    count = int(sentence.split(" files can be read")[0].split()[-1])
    assert 3 <= count <= 5
    assert f"class.{kind.split()[0]} cannot be unpacked." in sentence
    assert f"the last is {moodle('Ann', count)}/{PY}" in sentence


def test_archive_of_which_nothing_is_taken_says_why(tmp_path):
    with pytest.raises(InputError) as refused:
        collect(zipped(tmp_path / "class.zip", (f"ann\\{PY}", GOOD), (f"bob\\{PY}", GOOD)), CHAPTERS)
    assert "a name with a backslash" in told(refused.value)


def test_archive_of_which_nothing_can_be_read(tmp_path):
    with pytest.raises(InputError) as refused:
        collect(write(tmp_path / "class.zip", b"PK"), CHAPTERS)
    assert "files can be read" not in told(refused.value)


# ---------------------------------------------------------------- folders


def test_links_in_folders_are_never_followed(tmp_path):
    secret = write(tmp_path / "secret" / PY, b"secret")
    write(tmp_path / "class" / "ann" / PY)
    for learner, name, target in (("eve", PY, secret), ("fay", "work", secret.parent), ("gil", "w.zip", secret)):
        (tmp_path / "class" / learner).mkdir()
        (tmp_path / "class" / learner / name).symlink_to(target)
    (tmp_path / "class" / "hal").symlink_to(secret.parent, target_is_directory=True)
    found = by_learner(tmp_path / "class")
    assert set(found) == {"ann", "eve", "fay", "gil"}
    assert f"{PY} is not an ordinary file." in told(found["eve"]) and "a link to another file" in told(found["eve"])
    assert "1 files: work" in told(found["fay"]) and "1 files: w.zip" in told(found["gil"])


def test_pipe_is_not_waited_for(tmp_path):
    (tmp_path / "eve").mkdir()
    os.mkfifo(tmp_path / "eve" / PY)
    assert "something that is not a file" in told(by_learner(tmp_path)["eve"])


def test_file_that_is_too_large_to_be_a_chapter(tmp_path):
    write(tmp_path / "eve" / PY, b"#" * (2 * MIB))
    assert f"{PY} is too large to be a chapter." in told(by_learner(tmp_path)["eve"])


def test_folder_with_far_too_much_in_it(tmp_path, monkeypatch):
    for module in ("reading", "hands"):
        monkeypatch.setattr(f"grader.cohort.collect.{module}.MAX_ENTRIES", 20)
    for number in range(25):
        write(tmp_path / "class" / "eve" / f"{number}.txt")
        write(tmp_path / "class" / "fay" / str(number // 5) / f"{number}.txt")
    write(tmp_path / "class" / "ann" / PY)
    found = by_learner(tmp_path / "class")
    assert "class/eve holds too much." in told(found["eve"]) and "at most 20 files and folders" in told(found["eve"])
    assert "class/fay holds too much to be the work of a learner." in told(found["fay"])
    assert found["ann"].files == {PY: GOOD}


def test_folders_without_end(tmp_path):
    deep = tmp_path / "eve"
    for _ in range(60):
        deep /= "d"
    write(deep / PY)
    assert "holds no chapter's file" in told(by_learner(tmp_path)["eve"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_that_may_not_be_read(tmp_path):
    write(tmp_path / "eve" / PY)
    (tmp_path / "eve").chmod(0)
    assert "class/eve cannot be read" in told(by_learner(tmp_path)["eve"])


def test_class_folder_that_cannot_be_read(tmp_path, monkeypatch):
    write(tmp_path / "class" / "eve" / PY)

    def forbidden(folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.scandir", forbidden)
    with pytest.raises(InputError) as refused:
        collect(tmp_path / "class", CHAPTERS)
    assert "The folder class cannot be read." in told(refused.value) and "Permission denied" in told(refused.value)


@pytest.mark.parametrize(
    "name", ["=cmd()", "<script>alert(1)</script>".replace("/", ""), "a\nb\x1b[2J", "..x", "\u202eeve", "\xa0"]
)
def test_names_that_want_to_be_more(name, tmp_path):
    write(tmp_path / name / PY)
    write(tmp_path / "ann" / PY)
    found = list(collect(tmp_path, CHAPTERS))
    shown = {one.learner.id for one in found} | {one.origin for one in found}
    assert len(found) == (1 if name.startswith(".") else 2)
    assert all(text and text.isprintable() for text in shown - {f"{tmp_path.name}/\xa0"})


def test_name_that_is_not_in_utf8(tmp_path):
    write(tmp_path / os.fsdecode(b"\xff\xfe") / PY)
    (one,) = collect(tmp_path, CHAPTERS)
    assert isinstance(one, Submitted) and one.learner.id.encode() and one.origin.encode()


# ---------------------------------------------------------------- clones


@pytest.fixture
def clone(tmp_path) -> Path:
    folder = tmp_path / "clones" / "w-eve"
    write(folder / PY)
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "work")):
        git(folder, *words)
    return folder


def git(folder: Path, *words: str, stdin: bytes = b"") -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= dict.fromkeys(("GIT_COMMITTER_DATE", "GIT_AUTHOR_DATE"), "2024-03-01T17:30:00+08:00")
    environment |= dict.fromkeys(("GIT_COMMITTER_NAME", "GIT_AUTHOR_NAME"), "Eve")
    environment |= dict.fromkeys(("GIT_COMMITTER_EMAIL", "GIT_AUTHOR_EMAIL"), "eve@example.edu")
    command = ["git", *words]
    done = subprocess.run(
        command, cwd=folder, env=environment, input=stdin, capture_output=True, timeout=60, check=True
    )
    return done.stdout.decode().strip()


def time_of(clone: Path) -> str:
    with open_commits() as commits:
        at = commits.time_of(clone)
    return at.isoformat() if at else ""


AT = "2024-03-01T09:30:00+00:00"


def test_nothing_that_a_clone_names_is_run(clone, tmp_path):
    """Each of these has git itself run the program, when it is asked in the clone as usual: that is tried first."""
    ran = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    write(evil, f"#!/bin/sh\necho ran >> '{ran}'\n".encode())
    evil.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand", "gpg.program", "core.editor", "diff.external"):
        git(clone, "config", name, str(evil))
    git(clone, "config", "log.showSignature", "true")
    git(clone, "config", "alias.rev-list", f"!{evil}")
    git(clone, "config", "filter.evil.smudge", str(evil))
    git(clone, "config", "filter.evil.clean", str(evil))
    write(clone / ".gitattributes", b"* filter=evil diff=evil\n")
    for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change"):
        shutil.copy(evil, write(clone / ".git" / "hooks" / hook))
    commit = git(clone, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n", 1
    )
    signed = git(clone, "hash-object", "-t", "commit", "-w", "--stdin", stdin=commit.encode() + b"\n")
    write(clone / ".git" / "refs" / "heads" / "main", signed.encode() + b"\n")
    for words in (("status",), ("log", "-1")):
        ran.unlink(missing_ok=True)
        subprocess.run(["git", *words], cwd=clone, capture_output=True, timeout=60, check=False)
        assert ran.exists(), f"the attack is none: git {words[0]}"
    ran.unlink()
    (one,) = collect(clone.parent, CHAPTERS)
    assert (one.handed_in_at.isoformat(), one.files) == (AT, {PY: GOOD})
    assert not ran.exists()


def test_what_is_missing_in_a_clone_is_not_fetched(clone, tmp_path):
    ran = tmp_path / "ran"
    head = git(clone, "rev-parse", "HEAD")
    (clone / ".git" / "objects" / head[:2] / head[2:]).unlink()
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", str(clone)),
        ("remote.origin.uploadpack", f"touch '{ran}';"),
    ):
        git(clone, "config", name, value)
    subprocess.run(["git", "cat-file", "-t", head], cwd=clone, capture_output=True, timeout=60, check=False)
    assert ran.exists(), "the attack is none"
    ran.unlink()
    assert time_of(clone) == "" and not ran.exists()


def test_clones_of_all_ages(clone):
    assert time_of(clone) == AT
    git(clone, "pack-refs", "--all")
    git(clone, "gc", "-q")
    assert not (clone / ".git" / "refs" / "heads" / "main").exists() and time_of(clone) == AT
    git(clone, "checkout", "-q", "--detach")
    assert time_of(clone) == AT


@pytest.mark.parametrize("name", ['a:b "c', "back\\slash", "新课\n"])
def test_clone_below_any_folder(name, clone, tmp_path):
    moved = shutil.move(clone, tmp_path / name)
    assert time_of(Path(moved)) == AT


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"ref: refs/heads/../../../../secret",
        b"ref: refs/heads/link/secret",
        b"ref: /etc/passwd",
        b"ref: refs/heads/gone",
        b"--upload-pack=x",
        b"0" * 40,
        b"x" * 10_000,
    ],
)
def test_head_that_leads_astray(head, clone, tmp_path):
    digest = git(clone, "rev-parse", "HEAD")
    write(clone.parent / "secret", digest.encode())
    (clone / ".git" / "refs" / "heads" / "link").symlink_to(clone.parent, target_is_directory=True)
    write(clone / ".git" / "HEAD", head)
    assert head_of(clone / ".git") in (None, "0" * 40)
    assert time_of(clone) == ""


def test_folders_that_are_no_clone(clone, tmp_path):
    for name in ("link", "file"):
        write(tmp_path / name / PY)
    (tmp_path / "link" / ".git").symlink_to(clone / ".git")
    write(tmp_path / "file" / ".git", f"gitdir: {clone / '.git'}\n".encode())
    assert time_of(tmp_path / "link") == time_of(tmp_path / "file") == ""


@pytest.mark.parametrize("message", [b"a" * (80 * MIB), b""])
def test_commit_that_claims_too_much(message, clone):
    stamp = b"1709285400 +0800" if message else b"99999999999999999 +0000"
    tree = git(clone, "rev-parse", "HEAD^{tree}").encode()
    commit = b"tree %s\nauthor E <e> %s\ncommitter E <e> %s\n\n%s" % (tree, stamp, stamp, message)
    digest = git(clone, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=commit)
    write(clone / ".git" / "HEAD", digest.encode())
    assert time_of(clone) == ""


def test_git_that_hangs_is_given_up(clone, tmp_path, monkeypatch):
    slow = write(tmp_path / "bin" / "git", b"#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda name: str(slow))
    monkeypatch.setattr("grader.cohort.collect.commits.TIMEOUT_S", 0.2)
    assert time_of(clone) == ""


# ---------------------------------------------------------------- any tree at all

PARTS = st.sampled_from(
    [
        *(
            "ann",
            "bob",
            "李明",
            PY,
            "ch2_first_model-1.ipynb",
            "CH1_CONCEPTS.py",
            "exercises",
            "submitted",
            "submission_1",
        ),
        *(
            "timestamp.txt",
            "submission_metadata.yml",
            ".git",
            "HEAD",
            "objects",
            "refs",
            "work.zip",
            "w.tar.gz",
            "x.rar",
        ),
        *(
            "leeann_5_70_ch1_concepts.py",
            "leeann_LATE_5_71_w.zip",
            "Ann_5_assignsubmission_file_",
            "=1+1",
            "a\nb",
            "__MACOSX",
        ),
        *("Ann_5_assignsubmission_file_ch1_concepts.py", "Ann_6_assignsubmission_onlinetext_", "s1_ch1_concepts.py"),
    ]
) | st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
CONTENTS = st.sampled_from(
    [
        *(GOOD, b"", b"{}", b"ref: refs/heads/main", b"0" * 40, b"2024-03-01 09:30:00 UTC", b"PK\x03\x04", b"\x1f\x8b"),
        b"submission_1:\n  :submitters:\n  - :name: A\n    :sid: s1\n",
        b"a: &a [*a]\n",
    ]
) | st.binary(max_size=60)
TREES = st.dictionaries(st.lists(PARTS, min_size=1, max_size=4).map(tuple), CONTENTS, min_size=1, max_size=8)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tree=TREES, layout=st.sampled_from([None, None, "moodle", "canvas", "gradescope", "nbgrader", "github", "plain"])
)
def test_any_tree_is_collected_or_refused_in_words(tree, layout, tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    for parts, content in tree.items():
        try:
            write(root / "class" / Path(*(part for part in parts if part not in (".", ".."))), content)
        except OSError:
            continue
    try:
        collection = collect(root / "class", CHAPTERS, layout=layout)
    except InputError as refused:
        told(refused)
        return
    check_in_order(collection, set(tree.values()))


def check_in_order(collection: Collection, contents: set[bytes]) -> None:
    """Check what holds for whatever is collected: words for each refusal, and no bytes that were not handed in."""
    for one in collection:
        assert one.origin == printable(one.origin)
        if isinstance(one, Refusal):
            told(one)
        else:
            assert one.files and all(name.rpartition(".")[0] in CHAPTERS for name in one.files)
            assert one.attempt >= 1 and one.learner.id
            assert set(one.files.values()) <= contents


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, cut=st.floats(0, 1), above=st.sampled_from(["", "class/", "../", "/", "a\\"]))
def test_any_archive_whole_or_cut_is_collected_or_refused_in_words(tree, cut, above, tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    path = zipped(root / "class.zip", *((above + "/".join(parts), content) for parts, content in tree.items()))
    whole = path.read_bytes()
    for content in (whole, whole[: int(len(whole) * cut)]):
        path.write_bytes(content)
        try:
            with collect(path, CHAPTERS) as collection:
                check_in_order(collection, set(tree.values()))
        except InputError as refused:
            told(refused)
    assert list(root.iterdir()) == [path]
