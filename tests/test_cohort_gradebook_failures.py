"""What can go wrong with a gradebook: one clear message, nothing lost, and it goes on afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text, update

from grader.cohort.gradebook import GradebookError, NewerGradebook, connecting, open_gradebook
from grader.cohort.gradebook.addresses import address_of
from grader.cohort.gradebook.connecting import connect_to, writing
from grader.cohort.gradebook.migrating import SCRIPTS, upgrade
from grader.cohort.gradebook.schema import METADATA, RESULTS, REVISIONS, VERSION_TABLE
from grader.cohort.gradings import Conditions, Grading
from grader.cohort.submitted import Learner, Submitted
from grader.errors import PARTS
from grader.messages import render

LONG_ENOUGH_TO_FILL = 900_000
PASSWORDS = ["horse battery@staple", "horse%20battery%40staple", "horse", "battery", "staple"]


def submitted(name, content=b"x = 1\n"):
    return Submitted(Learner(name), 1, {"ch1_x.py": content}, f"class.zip/{name}")


def noise(size):
    """Return bytes that no compression makes smaller."""
    return os.urandom(size)


def words_of(error: GradebookError) -> str:
    assert all(getattr(error.feedback, part) is not None for part in PARTS)
    assert error.__cause__ is None and (error.__context__ is None or error.__suppress_context__)
    return " | ".join(render(getattr(error.feedback, part), "en") for part in PARTS)


def fails(call, *arguments):
    """Return the words with which the call fails."""
    with pytest.raises(GradebookError) as told:
        call(*arguments)
    return words_of(told.value)


@pytest.fixture
def place(tmp_path):
    """Return a gradebook of two submissions, one of which is graded."""
    path = tmp_path / "gradebook.sqlite"
    with open_gradebook(path) as book:
        fill(book)
    return path


def fill(book):
    for name in ("ada", "bob"):
        book.take_in(submitted(name), ["ch1_x"])
    (job,) = book.claim("one", 1, 60, Conditions())
    assert book.keep("one", job.grading_id, Grading(None, None, "kept"))
    book.override("bob", "ch1_x", 3, "fine", "w", "y")


def check_filled(book):
    assert [line.chapters["ch1_x"] for line in book.submissions()] == ["done", "waiting"]
    assert [work.grading.checks_digest for work in book.works()] == ["kept"]
    assert [one.points for one in book.overrides()] == [3]


# ---------------------------------------------------------------- no room, no right, no database


def test_full_gradebook_keeps_what_it_has_and_goes_on_with_more_room(place):
    with open_gradebook(place) as book:
        limit = [sqlite3.connect(place).execute("PRAGMA page_count").fetchone()[0] + 5]
        event.listen(book._engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {limit[0]}"))
        book._engine.dispose()
        (job,) = book.claim("one", 1, 60, Conditions())
        large = Grading(None, None, "d", noise(LONG_ENOUGH_TO_FILL).hex())
        for call in (
            lambda: book.keep("one", job.grading_id, large),
            lambda: book.take_in(submitted("eve", noise(10**6)), []),
        ):
            told = fails(call)
            assert "no room left" in told and "Make room on the disk" in told and "database or disk is full" in told
        assert book.waiting() == 1 and len(book.submissions()) == 2 and len(list(book.works())) == 1
        assert len(book.learners()) == 2, "half a submission was stored"
        limit[0] = 10**6
        book._engine.dispose()
        assert book.keep("one", job.grading_id, large) and book.waiting() == 0
        assert book.work(job.grading_id).grading == large


@pytest.fixture
def small_disk(tmp_path):
    """Return the folder of a disk of 1 MiB, and a function that mounts it anew with other options."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options):
        return subprocess.run(["mount", *options, str(folder)], capture_output=True, timeout=20).returncode == 0

    if os.getuid() != 0 or sys.platform != "linux" or not mount(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]):
        pytest.skip("only root can mount a small disk")
    yield folder, lambda option: mount(["-o", f"remount,{option}"])
    subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=20)


def test_full_disk_keeps_what_is_there_and_goes_on_with_more_room(small_disk):
    folder, remount = small_disk
    place = folder / "gradebook.sqlite"
    with open_gradebook(place) as book:
        fill(book)
        (job,) = book.claim("one", 1, 60, Conditions())
        large = Grading(None, None, "d", noise(LONG_ENOUGH_TO_FILL).hex())
        for _ in range(2):
            assert "no room left" in fails(book.keep, "one", job.grading_id, large)
            assert [work.grading.checks_digest for work in book.works()] == ["kept"] and book.waiting() == 1
        assert remount("size=16m")
        assert book.keep("one", job.grading_id, large)
    with open_gradebook(place) as book:
        assert book.work(job.grading_id).grading == large
    assert sqlite3.connect(place).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_disk_without_room_for_the_copy_leaves_an_old_gradebook_as_it_was(small_disk):
    folder, remount = small_disk
    place = folder / "gradebook.sqlite"
    make_old(place)
    free = os.statvfs(folder)
    (folder / "ballast").write_bytes(bytes(free.f_bavail * free.f_bsize - 70_000))
    before = place.read_bytes()
    assert "no room left" in fails(open_gradebook, place)
    assert place.read_bytes() == before and not list(folder.glob("*.part*")) and not list(folder.glob("*.0001"))
    assert remount("size=16m")
    with open_gradebook(place) as book:
        check_filled(book)


def test_disk_that_became_read_only_is_told(small_disk):
    folder, remount = small_disk
    with open_gradebook(folder / "gradebook.sqlite") as book:
        fill(book)
    assert remount("ro")
    assert "may not be opened, or not be written" in fails(open_gradebook, folder / "gradebook.sqlite")


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is closed to root")
def test_closed_file_is_told(place):
    place.chmod(0)
    assert "may not be opened" in fails(open_gradebook, place)


def test_folder_that_is_not_there_is_told(tmp_path):
    assert "may not be opened" in fails(open_gradebook, tmp_path / "none" / "gradebook.sqlite")


def test_file_that_another_program_holds_is_told_after_a_while(place, monkeypatch):
    monkeypatch.setattr(connecting, "BUSY_S", 0.1)
    other = sqlite3.connect(place, isolation_level=None)
    with open_gradebook(place) as book:
        other.execute("BEGIN IMMEDIATE")
        told = fails(book.take_in, submitted("eve"), ["ch1_x"])
        assert "another program holds it" in told and "database is locked" in told
        check_filled(book)
        other.execute("ROLLBACK")
        book.take_in(submitted("eve"), ["ch1_x"])
    other.close()


def test_rows_that_another_program_holds_are_told_after_a_while_on_postgresql(postgresql, monkeypatch):
    monkeypatch.setattr(connecting, "BUSY_S", 1)
    place = postgresql()
    with open_gradebook(place) as book, open_gradebook(place) as other, other._writing() as connection:
        connection.execute(text("LOCK TABLE learners"))
        assert "another program holds it" in fails(book.take_in, submitted("eve"), ["ch1_x"])


def test_lost_connection_is_told_and_nothing_is_half_written(postgresql):
    place = postgresql()
    with open_gradebook(place) as book, open_gradebook(place) as other:
        fill(book)
        (job,) = book.claim("one", 1, 60, Conditions())

        def cut(connection, cursor, statement, *_):
            if statement.startswith("INSERT INTO results"):
                pid = connection.connection.dbapi_connection.info.backend_pid
                with other._reading() as second:
                    second.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))

        event.listen(book._engine, "before_cursor_execute", cut)
        told = fails(book.keep, "one", job.grading_id, Grading(None, None, "new"))
        assert "not to be reached" in told and "it goes on" in told
        event.remove(book._engine, "before_cursor_execute", cut)
        assert book.waiting() == 1 and [work.grading.checks_digest for work in book.works()] == ["kept"]
        assert book.keep("one", job.grading_id, Grading(None, None, "new")) and book.waiting() == 0


def test_read_only_database_is_told_on_postgresql(postgresql):
    place = postgresql()
    with open_gradebook(place) as book:

        def close(raw, record):
            raw.execute("SET default_transaction_read_only = on")
            raw.commit()

        event.listen(book._engine, "connect", close)
        book._engine.dispose()
        assert "not be written" in fails(book.take_in, submitted("eve"), [])


# ---------------------------------------------------------------- addresses and passwords


@pytest.mark.parametrize(
    "change, words",
    [
        (("staple@/", "stable@/"), "password authentication failed"),
        (("/postgres?", "/none?"), 'database "none" does not exist'),
        (("teacher:", "nobody:"), "password authentication failed"),
        (("host=/", "host=/none/"), "No such file or directory"),
    ],
    ids=["password", "database", "user", "host"],
)
def test_database_that_cannot_be_opened_is_told_without_the_password(postgresql, change, words):
    place = postgresql().replace(*change)
    told = fails(open_gradebook, place)
    assert words in told and "not to be reached" in told and "postgresql://***@/" in told
    assert not [word for word in [*PASSWORDS, "stable"] if word in told]


def test_password_shows_nowhere(postgresql):
    place = postgresql()
    with open_gradebook(place) as book:
        assert "***" in book.shown
        shown = [book.shown, repr(book), fails(book.work, 1)]
        book.take_in(submitted("ada"), ["ch1_x"])
        with pytest.raises(GradebookError) as told, book._reading() as connection:
            connection.execute(text("SELECT 'horse battery@staple'::int"))
        shown.append(words_of(told.value))
    assert not [word for word in PASSWORDS for one in shown if word in one]


@pytest.mark.parametrize(
    "typed",
    [
        "postgresql://t:geheim@@host/db",
        "postgresql://t:ge@heim/x@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?user=t&password=geheim",
        "postgresql//t:geheim@host/db",
        "postgresql:/t:geheim@host/db",
        "postgres:t:geheim@host",
        "postgresql://t:geheim@127.0.0.1:port/db",
        "mysql://t:geheim@host/db",
        "postgresql+asyncpg://t:geheim@host/db",
        "https://t:geheim@host/db",
        "sqlite://",
        "sqlite:///:memory:",
        "://",
    ],
)
def test_address_that_is_none_is_told_without_the_password(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = fails(open_gradebook, typed)
    assert "geheim" not in told and "heim" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("typed", ["sqlite:///{}/g.sqlite", "{}/g.sqlite", "{}/%40 年 ?.sqlite", "{}/postgres.sqlite"])
def test_path_and_url_of_a_file_are_files(typed, tmp_path):
    typed = typed.format(tmp_path)
    with open_gradebook(typed) as book:
        book.take_in(submitted("ada"), [])
    (found,) = [path for path in tmp_path.iterdir() if path.suffix == ".sqlite"]
    assert str(found) == typed.removeprefix("sqlite:///")


def test_name_that_begins_like_a_database_is_a_file_beside_us(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert address_of("postgres-course.sqlite").file and address_of("C:/course/g.sqlite").file
    open_gradebook("gradebook.sqlite").close()
    assert (tmp_path / "gradebook.sqlite").is_file()


def test_gradebook_that_is_not_there_is_not_made_where_it_is_to_be_read(fresh_place, tmp_path):
    place = fresh_place()
    for _ in range(2):
        with pytest.raises(GradebookError, match="There is no gradebook at") as told:
            open_gradebook(place, create=False)
        assert "grader grade" in words_of(told.value)
    assert list(tmp_path.iterdir()) == []


def test_postgresql_without_its_package_is_told(postgresql, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    told = fails(open_gradebook, postgresql())
    assert 'pip install -e ".[class]"' in told and "horse" not in told


# ---------------------------------------------------------------- what is in the file


@pytest.mark.parametrize("content", [b"name,points\nada,7\n" * 500, b"SQLite format 3\0" + b"\xff" * 5000])
def test_file_that_is_no_database_is_told_and_left_alone(tmp_path, content):
    place = tmp_path / "grades.csv"
    place.write_bytes(content)
    assert "cannot be read" in fails(open_gradebook, place)
    assert place.read_bytes() == content


def test_folder_is_told(tmp_path):
    assert "may not be opened" in fails(open_gradebook, tmp_path)


def test_database_of_another_program_is_left_alone(tmp_path):
    place = tmp_path / "firefox.sqlite"
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE bookmarks (x)")
    told = fails(open_gradebook, place)
    assert "a database of something else" in told and "bookmarks" in told
    assert [row[0] for row in sqlite3.connect(place).execute("SELECT name FROM sqlite_master")] == ["bookmarks"]


def test_file_that_ends_early_is_told(place):
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = place.read_bytes()
    place.write_bytes(content[: len(content) // 2])

    def read():
        with open_gradebook(place) as book:
            return book.submissions(), list(book.works()), book.overrides()

    assert "cannot be read" in fails(read)


def test_result_that_was_damaged_is_told(place):
    with open_gradebook(place) as book:
        with book._writing() as connection:
            connection.execute(update(RESULTS).values(packed=b"\x00damaged"))
        assert "cannot be read" in fails(lambda: list(book.works()))


# ---------------------------------------------------------------- revisions


def make_old(place):
    """Make a gradebook of the first revision with something in it."""
    address = address_of(place)
    engine = connect_to(address)
    with writing(engine).begin() as connection:
        upgrade(connection, REVISIONS[0])
    with open_old(engine, address) as book:
        fill(book)


def open_old(engine, address):
    """Return a gradebook that stays as old as it is."""
    from grader.cohort.gradebook.gradebook import Gradebook

    return Gradebook(engine, address)


def revision_of(book):
    with book._reading() as connection:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one()


def test_gradebook_of_the_first_revision_is_brought_up_with_all_it_has(fresh_place):
    place = fresh_place()
    make_old(place)
    with open_gradebook(place) as book:
        check_filled(book)
        assert revision_of(book) == REVISIONS[-1]
        with pytest.raises(GradebookError), book._writing() as connection:
            connection.execute(text("DELETE FROM overrides"))


def test_copy_of_an_older_gradebook_is_kept_beside_it(tmp_path):
    place = tmp_path / "gradebook.sqlite"
    make_old(place)
    place.chmod(0o640)
    open_gradebook(place).close()
    copy = tmp_path / "gradebook.sqlite.0001"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o640
    address = address_of(copy)
    with open_old(connect_to(address), address) as book:
        assert revision_of(book) == "0001"
        check_filled(book)
    assert not list(tmp_path.glob("*.part*"))


def test_migration_that_fails_changes_nothing(fresh_place, monkeypatch):
    place = fresh_place()
    make_old(place)

    def fail(connection):
        upgrade(connection)
        connection.execute(text("SELECT * FROM no_such_table"))

    monkeypatch.setattr("grader.cohort.gradebook.migrating.upgrade", fail)
    assert "no_such_table" in fails(open_gradebook, place)
    address = address_of(place)
    with open_old(connect_to(address), address) as book:
        assert revision_of(book) == "0001"
        check_filled(book)
    monkeypatch.undo()
    with open_gradebook(place) as book:
        check_filled(book)


def test_newer_gradebook_is_refused_and_left_alone(fresh_place):
    place = fresh_place()
    with open_gradebook(place) as book:
        fill(book)
        with book._writing() as connection:
            connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        with pytest.raises(NewerGradebook, match="written by a newer grader") as told:
            open_gradebook(place)
        assert "9999" in words_of(told.value) and "pip install -e ." in words_of(told.value)
        check_filled(book)
        assert revision_of(book) == "9999"


def test_migrations_end_in_the_tables_that_the_grader_knows(fresh_place):
    with open_gradebook(fresh_place()) as book, book._reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []


def test_revisions_are_those_of_the_scripts():
    scripts = [script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()]
    assert tuple(reversed(scripts)) == REVISIONS


def test_copied_gradebook_is_a_gradebook(place, tmp_path):
    copy = tmp_path / "年.sqlite"
    shutil.copy(place, copy)
    with open_gradebook(copy) as book:
        check_filled(book)


def test_database_of_another_encoding_is_refused(postgresql, monkeypatch):
    place = postgresql()
    latin = place.replace("/postgres?", "/latin?")
    with open_gradebook(place) as book, book._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
        raw.execute(text("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"))
    assert "cannot hold every name" in fails(open_gradebook, latin.split("&options")[0])


def test_settings_that_keep_what_is_stored(place):
    with open_gradebook(place) as book, book._reading() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
