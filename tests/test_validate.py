"""`grader validate` finds each promise that a chapter breaks, with file, line and the command that repairs."""

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.course.chapter_proofs import ChapterProofs
from grader.course.errors import CourseError
from grader.course.new import new_chapter
from grader.course.release import release
from grader.course.trial import Trial
from grader.course.validate import answer_proofs, validate
from grader.layout import find_course

CHAPTER = "ch1_mirror"


@pytest.fixture
def course(tmp_path):
    course = find_course(tmp_path / "own")
    new_chapter(course, CHAPTER)
    return course


@pytest.fixture
def trial(course, warm_sandbox):
    return Trial(course, CHAPTER, warm_sandbox)


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def ask_for_a_floor(course):
    old = "def test_shape_stays(submission, digits)"
    change(course.checks_of(CHAPTER), old, old.replace("digits)", "digits, floor)"))


def words(proof):
    return "\n".join(map(str, proof.flaws))


def test_new_chapter_keeps_all_promises(trial):
    proofs = list(validate(trial))
    assert [words(proof) for proof in proofs] == [""] * len(proofs)
    assert [proof.subject for proof in proofs] == [
        *("files", "translations", "hints", "exercises", "solution", "floors", "mistakes", "checks", "variants")
    ]


@pytest.mark.parametrize("place", ["master", "checks_of", "mistakes", "variants"])
def test_missing_file_is_named(course, trial, place):
    path = getattr(course, place)(CHAPTER)
    path.unlink()
    [proof] = validate(trial)
    assert f"{path}: the file is missing" in words(proof)


def test_missing_exercise_is_named_with_the_command(course, trial):
    (course.exercises / f"{CHAPTER}.ipynb").unlink()
    [proof] = validate(trial)
    assert f"{CHAPTER}.ipynb: the file is missing" in words(proof)
    assert f"next step: grader release {CHAPTER}" in words(proof)


@pytest.mark.parametrize("place", ["checks_of", "mistakes", "variants"])
def test_broken_file_is_named_with_its_line(course, trial, place):
    path = getattr(course, place)(CHAPTER)
    path.write_text("x = 1\ndef broken(:\n", encoding="utf-8")
    [proof] = validate(trial)
    assert f"{path}:2: " in words(proof)


def test_answer_to_no_function_is_named_with_its_line(course, trial):
    path = change(course.mistakes(CHAPTER), "def mirror__upside_down(", "def miror__upside_down(")
    [proof] = validate(trial)
    assert f"{path}:8: `miror__upside_down` stands for no function" in words(proof)


def test_missing_translation_is_named(course, trial):
    change(course.checks_of(CHAPTER), '"""What was on the left', '"""What stood on the left')
    proof = ChapterProofs(trial).prove_translations()
    assert "a sentence is not translated" in words(proof)
    assert "What stood on the left is on the right." in words(proof)
    assert "a sentence is not said any more" in words(proof)


def test_function_without_hints_is_named_with_what_to_write(course, trial):
    master = course.master(CHAPTER)
    text = master.read_text(encoding="utf-8")
    begin = text.index('# %% [markdown] lang="en" tags=["hints"]')
    master.write_text(text[:begin] + text[text.index('# %% [markdown] lang="en"\n# ## All') :], encoding="utf-8")
    line = text.splitlines().index("def mirror(images):")
    proof = ChapterProofs(trial).prove_hints()
    assert words(proof).count(f"{master}:{line}: `mirror` has no hints in language ") == 2
    assert 'expected:  a cell `# %% [markdown] lang="zh" tags=["hints"]` with `# mirror` and a list' in words(proof)


def test_hint_that_is_the_answer_is_named(course, trial):
    change(course.master(CHAPTER), "the last one gets the step -1.", "so write `images[:, :, ::-1]`.")
    proof = ChapterProofs(trial).prove_hints()
    assert "a hint for `mirror` holds a line of its solution" in words(proof)
    assert "got:       images[:, :, ::-1]" in words(proof)


def test_hints_that_are_not_well_formed_are_named_with_their_line(course, trial):
    text = course.master(CHAPTER).read_text(encoding="utf-8")
    line = next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith("# 3. In the"))
    change(course.master(CHAPTER), "# 3. In the", "# 4. In the")
    [proof] = validate(trial)
    assert f"{course.master(CHAPTER)}:{line}: the hints are not numbered" in words(proof)


def test_stale_exercise_is_named_with_the_command(course, trial):
    change(course.master(CHAPTER), "# Run the next cell to see", "# Run the cell below to see")
    proof = ChapterProofs(trial).prove_exercises()
    assert words(proof).count("the exercise is not current") == 2
    assert f"next step: grader release {CHAPTER}" in words(proof)


def test_exercise_that_gives_the_answer_away_is_found(course, trial):
    master = course.master(CHAPTER)
    change(master, "    ### BEGIN SOLUTION\n", "    mirrored = images[:, :, ::-1]\n    ### BEGIN SOLUTION\n")
    change(
        master,
        "    return images[:, :, ::-1]\n    ### END SOLUTION",
        "    pass\n    ### END SOLUTION\n    return mirrored",
    )
    release(master, course.exercises)
    proof = ChapterProofs(trial).prove_exercises()
    assert "is not only to do" in words(proof)
    assert f"{course.checks_of(CHAPTER)}:" in words(proof)


def test_solution_that_fails_is_named_with_the_check(course, trial):
    change(course.checks_of(CHAPTER), "has_shape(3, 28, 28)", "has_shape(3, 28, 29)")
    proof = ChapterProofs(trial).prove_solution()
    assert f"{course.checks_of(CHAPTER)}:12: the reference does not pass this check" in words(proof)
    assert "wrong shape" in words(proof)


def test_floor_that_is_asked_for_and_missing_is_named(course, trial):
    change(
        course.checks_of(CHAPTER),
        "def test_shape_stays(submission, digits)",
        "def test_shape_stays(submission, digits, floor)",
    )
    proof = ChapterProofs(trial).prove_floors()
    assert f"next step: grader calibrate {CHAPTER}" in words(proof)


def test_floor_of_other_versions_is_named(course, trial):
    change(
        course.checks_of(CHAPTER),
        "def test_shape_stays(submission, digits)",
        "def test_shape_stays(submission, digits, floor)",
    )
    course.floors(CHAPTER).parent.mkdir()
    course.floors(CHAPTER).write_text(
        '{"0": {"mean": 1, "spread": 0, "floor": 1, "seeds": 3, "accuracies": [1, 1, 1], '
        '"versions": {"keras": "1.0"}, "source": "sample"}}',
        encoding="utf-8",
    )
    proof = ChapterProofs(trial).prove_floors()
    assert "calibrated with other versions" in words(proof)
    assert "keras 1.0" in words(proof)


def test_mistake_that_passes_is_named(course, trial):
    path = change(course.mistakes(CHAPTER), "return images[:, ::-1]", "return images[:, :, ::-1]")
    proof = answer_proofs(trial, "mirror__upside_down").prove_mistakes()
    assert f"{path}:8: mirror__upside_down passes all checks" in words(proof)
    assert f"grader validate {CHAPTER} --only mirror__upside_down" in words(proof)


def test_mistake_that_is_taken_for_another_is_named(course, trial):
    path = course.mistakes(CHAPTER)
    twin = '\n\ndef mirror__again(images):\n    """Upside down once more."""\n    return images[:, ::-1]\n'
    path.write_text(path.read_text(encoding="utf-8") + twin, encoding="utf-8")
    proof = answer_proofs(trial, "mirror__again").prove_mistakes()
    assert "mirror__again fails, but is not named" in words(proof)


def test_mistake_without_a_sentence_is_named(course, trial):
    change(course.mistakes(CHAPTER), "Keep the shape (n, 28, 28).", "Keep the shape")
    proof = answer_proofs(trial, "mirror__flat_rows").prove_mistakes()
    assert "says too much or too little" in words(proof)


def test_check_that_no_mistake_fails_is_named(course, trial):
    path = course.mistakes(CHAPTER)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("def mirror__flat_rows")].rstrip() + "\n", encoding="utf-8")
    proof = answer_proofs(trial).prove_coverage()
    assert words(proof).count("no known mistake fails this check") == 1
    assert f"{course.checks_of(CHAPTER)}:12: " in words(proof)


def test_variant_that_loses_points_is_named_with_the_check(course, trial):
    path = change(course.variants(CHAPTER), "np.flip(images, axis=2)", "np.flip(images, axis=1)")
    proof = answer_proofs(trial, "mirror__by_numpy").prove_variants()
    assert f"{path}:9: mirror__by_numpy loses points" in words(proof)
    assert f"{course.checks_of(CHAPTER)}:" in words(proof)


def test_function_without_two_variants_is_named(course, trial):
    path = course.variants(CHAPTER)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("def mirror__picture_by_picture")].rstrip() + "\n", encoding="utf-8")
    assert "`mirror` has 1 other right answers" in words(answer_proofs(trial).prove_variants())


def test_function_without_checks_is_named(course, trial):
    path = course.checks_of(CHAPTER)
    path.write_text(path.read_text(encoding="utf-8").replace('task("mirror"', 'task("miror"'), encoding="utf-8")
    with pytest.raises(CourseError, match="no check of `mirror` was run"):
        answer_proofs(trial, "mirror__upside_down").prove_mistakes()


def test_command_prints_each_proof_and_counts_what_is_to_repair(course):
    done = CliRunner().invoke(app, ["validate", CHAPTER, "--course", str(course.root), "--only", "mirror__by"])
    assert done.exit_code == 0, done.output
    assert "✓ variants" in done.stdout
    course.variants(CHAPTER).unlink()
    done = CliRunner().invoke(app, ["validate", CHAPTER, "--course", str(course.root)])
    assert done.exit_code == 1
    assert "✗ files" in done.stdout
    assert "1 to repair" in done.stderr
