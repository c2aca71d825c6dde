"""Files that are written whole or not at all."""

import os
import stat
import sys

import pytest

from grader.whole_file import keep_whole, write_whole


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_pieces_become_one_file_and_nothing_is_left_beside_it(tmp_path):
    file = tmp_path / "marks.csv"
    file.write_bytes(b"older and much longer than what comes")
    write_whole(file, b"one ", memoryview(b"two "), bytearray(b"three"))
    assert file.read_bytes() == b"one two three"
    assert list(tmp_path.iterdir()) == [file]


def test_name_as_long_as_the_system_allows_can_be_written(tmp_path):
    file = tmp_path / ("数" * 85)
    write_whole(file, b"content")
    assert file.read_bytes() == b"content"


def test_what_was_there_stays_when_the_new_content_breaks_off(tmp_path):
    file = tmp_path / "report.html"
    file.write_bytes(b"older")
    with pytest.raises(TypeError):
        write_whole(file, b"begun", None)
    assert file.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [file]


def test_draft_of_a_failed_write_is_taken_away(tmp_path):
    folder = tmp_path / "target"
    folder.mkdir()
    with pytest.raises(OSError):
        write_whole(folder, b"content")
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_rights_stay_and_what_is_kept_is_for_its_owner_alone(tmp_path):
    before = os.umask(0o022)
    try:
        mine, new, kept = tmp_path / "mine", tmp_path / "new", tmp_path / "below" / "kept"
        mine.write_bytes(b"")
        mine.chmod(0o640)
        write_whole(mine, b"content")
        write_whole(new, b"content")
        keep_whole(kept, b"content")
        assert [mode_of(path) for path in (mine, new, kept)] == [0o640, 0o644, 0o600]
    finally:
        os.umask(before)


def test_keeping_where_nothing_can_be_written_is_no_error(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    keep_whole(file / "below" / "kept", b"content")
    assert file.read_bytes() == b"" and list(tmp_path.iterdir()) == [file]
