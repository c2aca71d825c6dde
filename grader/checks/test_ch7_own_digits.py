"""Chapter 7: Your own handwriting"""

import numpy as np
import pytest

from grader.data import Split
from grader.expect import expect
from grader.expect.accuracy import accuracy_of, expect_accuracy
from grader.messages import say
from grader.photos import render_photos
from grader.submission.submission import DEFAULT_SEED

FUNCTIONS = (
    "to_ink",
    "crop_to_ink",
    "fit_to_box",
    "centre_by_mass",
    "straighten",
    "prepare_photo",
    "predict_photo",
)
# What the chapter asks for.
SIDE, BOX, CENTRE = 28, 20, 14

# Hidden digits that are photographed to measure accuracy: the spread over seeds is then about one in a hundred.
PHOTOS = 300
# Photos of test digits that the reports draw from.
DRAWN_PHOTOS = 60
HIDDEN_PHOTOS = 12
PREDICTED_PHOTOS = 12
# Pixels of the painted photos for each of a digit's own, the empty rows above it, and the empty columns to its left.
ENLARGED, ABOVE, BESIDE = 5, 20, 35
NOISE = 2.0

WHITE, CREAM, BLACK, SLATE = (245, 245, 245), (245, 235, 210), (30, 30, 30), (40, 50, 60)
# Each of them nearly vanishes in one channel of white paper, or in the average of the three.
COLOURED_PENS = ((30, 40, 235), (230, 40, 50), (60, 225, 70))
PALE = (170, 170, 175)

# float32 in place of float64 changes the amount of ink by less than 1e-5, one grey step of one pixel by 5e-3 or more.
INK_TOLERANCE = 1e-3
# Numbers that are only moved to another place stay exactly the same, also where they become float32.
MOVED_TOLERANCE = 1e-6
# On average over a digit of at most 20 x 20: other good ways of resizing (by area, cubic) differ by up to 0.05, the
# same digit without its soft edges by 0.1 and more.
RESIZED_DIFFERENCE = 0.065
# The nearest pixel is at most half a pixel away; rounding to whole grey values adds a little.
CENTRE_TOLERANCE, ROUNDED_CENTRE_TOLERANCE = 0.5001, 0.55
# Whole pixels leave a slant of up to one pixel over the height of the digit.
SLANT_TOLERANCE = 0.03
# The faint edge of a stroke may round to 0.
BOX_TOLERANCE = 1
# In grey values, on average over 784 pixels, most of them paper. Functions that passed their own checks differ by up to
# 6 (resized by area); digits left slanted, or centred by their box, by 9 to 44 on most of the photos.
PHOTO_DIFFERENCE = 9.0


def paint(image, pen, paper, light=None):
    """Return a photo of a digit on a sheet, (210, 210, 3) uint8, with sharp edges and a little noise."""
    return paint_strokes(enlarge(image), pen, paper, light)


def paint_strokes(strokes, pen, paper, light=None):
    """Return a photo of these strokes, 0 to 1 and at most 140 x 140."""
    ink = np.zeros((210, 210, 1))
    height, width = strokes.shape
    ink[ABOVE : ABOVE + height, BESIDE : BESIDE + width, 0] = strokes
    photo = np.array(paper) + ink * (np.array(pen, float) - paper)
    if light is not None:
        photo *= light[:, :, np.newaxis]
    photo += np.random.default_rng(1).normal(0, NOISE, photo.shape)
    return np.clip(np.round(photo), 0, 255).astype(np.uint8)


def fine_seven():
    """Return the strokes of a large 7, two pixels thin."""
    strokes = np.zeros((140, 140))
    strokes[10:12, 20:110] = 1
    for row in range(12, 130):
        strokes[row, 108 - row // 2 : 110 - row // 2] = 1
    return strokes


def evening_light():
    """Return light that falls from 1 at the top left to 0.45 at the bottom right."""
    rows, columns = np.indices((210, 210)) / 209
    return 1 - 0.3 * rows - 0.25 * columns


def enlarge(image, times=ENLARGED):
    """Return the digit's ink, 0 to 1, with `times` pixels for each of its own."""
    return np.kron(image / 255, np.ones((times, times)))


def cut(ink):
    """Return the part of `ink` that its bounding box holds."""
    rows, columns = (np.flatnonzero((ink > 0).any(axis=axis)) for axis in (1, 0))
    return np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def lean(ink, slant):
    """Return `ink` with each row moved by `slant` columns for each row down, on a sheet with room for it."""
    height, width = ink.shape
    room = int(abs(slant) * height) + 2
    sheet = np.zeros((height, width + 2 * room))
    for row in range(height):
        start = room + round(slant * (row - height / 2))
        sheet[row, start : start + width] = ink[row]
    return sheet


def photos_of(split, seed):
    return list(render_photos(split.images, seed))


def expect_same(picture, expected):
    """The picture shows the same numbers, which were only moved or cut out."""
    expect(picture).has_size(*expected.shape)
    expect(picture).equals(expected, relative=0, absolute=MOVED_TOLERANCE)


# ---------------------------------------------------------------- to_ink


@pytest.mark.task("to_ink", points=2)
def test_ink_has_height_and_width_of_the_photo(submission, digits):
    """There is one number for each pixel of the photo, also where it is not square."""
    for rows, columns in ((150, 210), (210, 120)):
        photo = np.ascontiguousarray(paint(digits.train.images[0], BLACK, WHITE)[:rows, :columns])
        expect(submission.to_ink(photo)).has_size(rows, columns)


@pytest.mark.task("to_ink", points=1)
def test_ink_lies_between_zero_and_one(submission, digits):
    """Every number lies between 0 and 1."""
    expect(submission.to_ink(paint(digits.train.images[0], BLACK, CREAM))).lies_within(0, 1)


@pytest.mark.task("to_ink", points=2)
def test_dark_ink_on_bright_paper_is_found(submission, reference, digits):
    """Dark ink on bright paper is found."""
    for paper in (WHITE, CREAM):
        photo = paint(digits.train.images[1], BLACK, paper)
        expect(submission.to_ink(photo)).equals(reference.to_ink(photo), relative=0, absolute=INK_TOLERANCE)


@pytest.mark.task("to_ink", points=2)
def test_bright_ink_on_dark_paper_is_found(submission, reference, digits):
    """Bright ink on dark paper is found as well."""
    photo = paint(digits.train.images[2], WHITE, SLATE)
    expect(submission.to_ink(photo)).equals(reference.to_ink(photo), relative=0, absolute=INK_TOLERANCE)


@pytest.mark.task("to_ink", points=3)
def test_pens_of_any_colour_are_found(submission, reference, digits):
    """Blue, red and green pens are found equally well."""
    photos = [paint(digits.train.images[3], pen, WHITE) for pen in COLOURED_PENS]
    # All calls first: one photo alone does not tell one mistake from another.
    for photo, ink in [(photo, submission.to_ink(photo)) for photo in photos]:
        expect(ink).equals(reference.to_ink(photo), relative=0, absolute=INK_TOLERANCE)


@pytest.mark.task("to_ink", points=2)
def test_gray_photos_are_accepted(submission, reference, digits):
    """A gray photo, which has no channels, works too."""
    photo = np.ascontiguousarray(paint(digits.train.images[4], BLACK, WHITE)[:, :, 1])
    expect(submission.to_ink(photo)).equals(reference.to_ink(photo), relative=0, absolute=INK_TOLERANCE)


@pytest.mark.task("to_ink", points=3)
def test_shadow_is_not_taken_for_ink(submission, reference, digits):
    """A dark corner is not taken for ink."""
    photo = paint(digits.train.images[5], (30, 45, 150), CREAM, evening_light())
    expect(submission.to_ink(photo)).equals(reference.to_ink(photo), relative=0, absolute=INK_TOLERANCE)


@pytest.mark.task("to_ink", points=2)
def test_pale_ink_becomes_full_ink(submission, reference, digits):
    """A pale pencil becomes full ink, too."""
    photo = paint(digits.train.images[6], PALE, WHITE)
    expect(submission.to_ink(photo)).equals(reference.to_ink(photo), relative=0, absolute=INK_TOLERANCE)


@pytest.mark.task("to_ink", points=1)
def test_photo_stays_as_it_was(submission, digits):
    """The photo passed in stays as it was."""
    outcome = submission.to_ink.call(paint(digits.train.images[7], BLACK, WHITE))
    # To do nothing at all leaves it unchanged, too.
    expect(outcome.value).has_size(210, 210)
    expect(outcome).left_its_arguments_unchanged()


# ---------------------------------------------------------------- crop_to_ink


def on_sheet(ink, above, below, left, right):
    return np.pad(ink, ((above, below), (left, right)))


@pytest.mark.task("crop_to_ink", points=5)
def test_box_reaches_from_first_to_last_ink(submission, digits):
    """The box reaches from the first row and column with ink to the last, both included."""
    for image, margins in zip(digits.train.images, ((3, 40, 12, 7), (25, 9, 2, 31)), strict=False):
        ink = cut(enlarge(image, 3))
        ink[len(ink) // 2] = 0  # what the first and the last row hold between them belongs to the box
        expect_same(submission.crop_to_ink(on_sheet(ink, *margins)), ink)


@pytest.mark.task("crop_to_ink", points=3)
def test_faint_ink_belongs_to_the_box(submission):
    """Faint ink belongs to the box as well: all that is above 0."""
    ink = np.full((9, 14), 0.02)
    ink[3:6, 2:9] = 0.9
    expect_same(submission.crop_to_ink(on_sheet(ink, 6, 11, 8, 4)), ink)


@pytest.mark.task("crop_to_ink", points=3)
def test_ink_may_touch_the_edge_of_the_sheet(submission, digits):
    """Ink that touches the edges of the sheet is not lost."""
    ink = cut(enlarge(digits.train.images[2], 2))
    for margins in ((0, 0, 0, 0), (0, 5, 9, 0), (7, 0, 0, 3)):
        expect_same(submission.crop_to_ink(on_sheet(ink, *margins)), ink)


@pytest.mark.task("crop_to_ink", points=2)
def test_thin_strokes_are_cut_out_too(submission):
    """A stroke that is one pixel wide, or one pixel high, is cut out too."""
    inks = [np.linspace(0.3, 1, rows * columns).reshape(rows, columns) for rows, columns in ((17, 1), (1, 12), (2, 3))]
    # All calls first: one stroke alone does not tell one mistake from another.
    for ink, box in [(ink, submission.crop_to_ink(on_sheet(ink, 4, 9, 11, 6))) for ink in inks]:
        expect_same(box, ink)


# ---------------------------------------------------------------- fit_to_box


def stroke(height, width):
    """Return a picture of this size with more ink at the top and at the left."""
    rows, columns = np.indices((height, width))
    return 1 - 0.6 * rows / height - 0.3 * columns / width


def expect_sides(submission, sides):
    """Each stroke of a size in `sides` becomes one of the size it stands for."""
    # All calls first, with a tall and a wide one among them: one alone does not tell one mistake from another.
    smalls = [submission.fit_to_box(stroke(*before)) for before in (*sides, (50, 30), (30, 50))]
    for small, after in zip(smalls, sides.values(), strict=False):
        expect(small).has_size(*after)


@pytest.mark.task("fit_to_box", points=3)
def test_tall_digits_become_20_pixels_high(submission):
    """Tall digits become 20 pixels high, and their width keeps its proportion."""
    expect_sides(submission, {(100, 40): (BOX, 8), (60, 45): (BOX, 15)})


@pytest.mark.task("fit_to_box", points=3)
def test_wide_digits_become_20_pixels_wide(submission):
    """Wide digits become 20 pixels wide, and their height keeps its proportion."""
    expect_sides(submission, {(70, 100): (14, BOX), (48, 64): (15, BOX)})


@pytest.mark.task("fit_to_box", points=1)
def test_small_digits_are_enlarged(submission):
    """Digits that are smaller than 20 pixels are enlarged."""
    expect_sides(submission, {(10, 7): (BOX, 14), (4, 8): (10, BOX)})


@pytest.mark.task("fit_to_box", points=2)
def test_other_side_is_rounded_to_the_nearest(submission):
    """The shorter side is rounded to the nearest whole number."""
    expect_sides(submission, {(9, 6): (BOX, 13), (57, 90): (13, BOX)})


@pytest.mark.task("fit_to_box", points=1)
def test_thin_stroke_keeps_one_pixel(submission):
    """The stroke of a thin pen keeps at least one pixel."""
    expect_sides(submission, {(300, 6): (BOX, 1), (6, 300): (1, BOX)})


@pytest.mark.task("fit_to_box", points=3)
def test_picture_stays_the_same_in_small(submission, reference, digits):
    """The small picture shows the same digit, with numbers from 0 to 1."""
    inks = [*(cut(enlarge(image)) for image in digits.train.images[:3]), stroke(30, 50)]
    # All calls first: one digit alone does not tell one mistake from another.
    for ink, small in [(ink, submission.fit_to_box(ink)) for ink in inks]:
        expect(small).resembles(reference.fit_to_box(ink), difference=RESIZED_DIFFERENCE)
        expect(small).lies_within(0, 1)


# ---------------------------------------------------------------- centre_by_mass


@pytest.fixture(scope="module")
def small_digits(reference, digits):
    """Digits as fit_to_box returns them."""
    return [reference.fit_to_box(cut(enlarge(image))) for image in digits.train.images[:6]]


@pytest.mark.task("centre_by_mass", points=2)
def test_sheet_has_28_by_28_pixels(submission, small_digits):
    """The sheet has 28 x 28 pixels, whatever the shape of the digit."""
    for small in (*small_digits[:2], stroke(20, 3)):
        expect(submission.centre_by_mass(small)).has_size(SIDE, SIDE)


@pytest.mark.task("centre_by_mass", points=5)
def test_centre_of_mass_is_in_the_middle(submission, small_digits):
    """The centre of mass comes to row 14 and column 14, to the nearest pixel."""
    top_heavy, right_heavy = stroke(20, 12) ** 2, stroke(9, 20)[:, ::-1] ** 2
    smalls = (*small_digits, top_heavy, np.ascontiguousarray(right_heavy))
    # All calls first: one digit alone does not tell one mistake from another.
    for sheet in [submission.centre_by_mass(small) for small in smalls]:
        expect(sheet).has_centre_of_mass(CENTRE, CENTRE, absolute=CENTRE_TOLERANCE)


@pytest.mark.task("centre_by_mass", points=3)
def test_whole_digit_lies_on_the_sheet(submission, small_digits):
    """The whole digit lies on the sheet, unchanged, and nothing else."""
    for small in small_digits[:3]:
        expect_same(cut_out(submission.centre_by_mass(small)), cut(small))


def cut_out(sheet):
    """Return the part with ink of a result; a sheet without any ink fails."""
    expect(sheet).has_size(SIDE, SIDE)
    expect(sheet).has_ink()
    return cut(sheet)


@pytest.mark.task("centre_by_mass", points=3)
def test_digit_never_leaves_the_sheet(submission, reference):
    """A digit with nearly all its ink in one corner stays on the sheet as a whole."""
    corner = np.zeros((20, 16))
    corner[:8] = corner[-1, 0] = 0.01
    corner[:4, :4] = 1
    smalls = [np.ascontiguousarray(small) for side in (corner, corner.T) for small in (side, side[::-1, ::-1])]
    # All calls first: one digit alone does not tell one mistake from another.
    for small, sheet in [(small, submission.centre_by_mass(small)) for small in smalls]:
        expect_same(sheet, reference.centre_by_mass(small))


@pytest.mark.task("centre_by_mass", points=1)
def test_small_digit_stays_as_it_was(submission, small_digits):
    """The digit passed in stays as it was."""
    outcome = submission.centre_by_mass.call(small_digits[0])
    expect(outcome.value).has_size(SIDE, SIDE)
    expect(outcome).left_its_arguments_unchanged()


# ---------------------------------------------------------------- straighten


@pytest.mark.task("straighten", points=2)
def test_sheet_has_room_at_both_sides(submission, digits):
    """The sheet has as many rows as the ink, and room at both sides."""
    for ink in (enlarge(digits.train.images[0], 2), on_sheet(enlarge(digits.train.images[1], 1), 3, 4, 9, 0)):
        height, width = ink.shape
        expect(submission.straighten(ink)).has_size(height, width + 2 * height)


@pytest.mark.task("straighten", points=4)
def test_slanted_digits_become_upright(submission, digits):
    """Digits that lean to the right or to the left become upright."""
    # All calls first: one digit alone does not tell one mistake from another.
    inks = [lean(enlarge(digits.train.images[number], 3), slant) for number, slant in ((0, 0.3), (1, -0.4), (2, 0.1))]
    for sheet in [submission.straighten(ink) for ink in inks]:
        expect(sheet).is_upright(absolute=SLANT_TOLERANCE)


@pytest.mark.task("straighten", points=3)
def test_each_row_is_moved_as_a_whole(submission, reference, digits):
    """Each row moves as a whole to its place, with all its ink."""
    written = [lean(enlarge(digits.train.images[number], 3), slant) for number, slant in ((3, -0.3), (4, 0.2))]
    # In a hair line each pixel counts for much: who mixes a pixel with the sum over all of them is found out here.
    for ink in (*written, lean(np.ones((9, 1)), -0.7)):
        expect_same(submission.straighten(ink), reference.straighten(ink))


@pytest.mark.task("straighten", points=2)
def test_upright_digits_stay_as_they_are(submission):
    """What is upright already stays as it is, in the middle of the sheet."""
    ink = on_sheet(np.full((24, 5), 0.8), 6, 10, 14, 3)
    height = len(ink)
    expect_same(submission.straighten(ink), on_sheet(ink, 0, 0, height, height))


@pytest.mark.task("straighten", points=2)
def test_slant_is_limited(submission, reference):
    """A stroke that nearly lies down is moved by at most one column a row."""
    # All calls first: one stroke alone does not tell one mistake from another.
    inks = [lean(np.ones((21, 6)), slant) for slant in (1.8, -1.8)]
    for ink, sheet in [(ink, submission.straighten(ink)) for ink in inks]:
        expect_same(sheet, reference.straighten(ink))


@pytest.mark.task("straighten", points=1)
def test_ink_passed_in_stays_as_it_was(submission, digits):
    """The ink passed in stays as it was."""
    ink = lean(enlarge(digits.train.images[5], 2), 0.2)
    height, width = ink.shape
    outcome = submission.straighten.call(ink)
    expect(outcome.value).has_size(height, width + 2 * height)
    expect(outcome).left_its_arguments_unchanged()


# ---------------------------------------------------------------- prepare_photo


@pytest.mark.task("prepare_photo", points=1)
def test_picture_has_28_by_28_pixels_of_uint8(submission, digits):
    """The picture has 28 x 28 pixels of type uint8."""
    for photo in photos_of(digits.train.first(2), seed=1):
        picture = submission.prepare_photo(photo)
        expect(picture).has_size(SIDE, SIDE)
        expect(picture).has_dtype("uint8")


@pytest.mark.task("prepare_photo", points=2)
def test_paper_is_0_and_darkest_ink_255(submission, digits):
    """Paper becomes 0 and the darkest ink 255, on bright and on dark paper."""
    photos = [paint(digits.train.images[0], *colours) for colours in ((BLACK, WHITE), (WHITE, SLATE), (PALE, WHITE))]
    photos.append(paint_strokes(fine_seven(), BLACK, WHITE))
    # All calls first: one photo alone does not tell one mistake from another.
    for picture in [submission.prepare_photo(photo) for photo in photos]:
        expect(picture).spans(0, 255)


@pytest.mark.task("prepare_photo", points=2)
def test_digit_fills_a_box_of_20(submission, digits):
    """The longer side of the digit has 20 pixels, however large it was written."""
    for photo in photos_of(digits.train.first(4), seed=2):
        expect(submission.prepare_photo(photo)).fills_a_box_of(BOX, absolute=BOX_TOLERANCE)


@pytest.mark.task("prepare_photo", points=2)
def test_digit_is_centred_by_its_mass(submission, digits):
    """The centre of mass is in the middle, wherever the digit stood."""
    for photo in photos_of(digits.train.first(4), seed=3):
        expect(submission.prepare_photo(photo)).has_centre_of_mass(CENTRE, CENTRE, absolute=ROUNDED_CENTRE_TOLERANCE)


@pytest.mark.task("prepare_photo", points=4)
@pytest.mark.hidden
def test_hidden_photos_become_digits(submission, reference, digits):
    """Photos you have not seen, with all kinds of pens, paper and light, become digits as MNIST has them."""
    photos = photos_of(digits.hidden.first(HIDDEN_PHOTOS), seed=4)
    # All calls first: one photo alone does not tell one mistake from another.
    for photo, picture in [(photo, submission.prepare_photo(photo)) for photo in photos]:
        expect(picture).resembles(reference.prepare_photo(photo), difference=PHOTO_DIFFERENCE)


@pytest.mark.task("prepare_photo", points=1)
def test_prepared_photo_stays_as_it_was(submission, digits):
    """The photo passed in stays as it was."""
    outcome = submission.prepare_photo.call(paint(digits.train.images[1], BLACK, CREAM))
    expect(outcome.value).has_size(SIDE, SIDE)
    expect(outcome).left_its_arguments_unchanged()


# ---------------------------------------------------------------- predict_photo


@pytest.fixture(scope="module")
def reader(reference, digits):
    """The network of the chapter's tools, trained on all training images."""
    return reference.train_reader(digits.train.images, digits.train.labels)


@pytest.mark.task("predict_photo", points=2)
def test_one_whole_number_is_returned(submission, digits, reader):
    """One photo in, one whole number out."""
    expect(submission.predict_photo(reader, paint(digits.test.images[0], BLACK, WHITE))).is_whole_number()


@pytest.mark.task("predict_photo", points=4)
@pytest.mark.hidden
def test_most_likely_digit_is_returned(submission, reference, digits, reader):
    """The answer is the digit that the model finds most likely on the prepared photo."""
    photos = photos_of(digits.hidden.first(PREDICTED_PHOTOS), seed=5)
    outputs = reader.predict(np.stack([reference.prepare_photo(photo) for photo in photos]))
    # All answers first: one wrong digit alone does not tell one mistake from another.
    answers = [submission.predict_photo(reader, photo) for photo in photos]
    for answer, row in zip(answers, outputs, strict=True):
        expect(answer).equals_digit(int(row.argmax()))


# ---------------------------------------------------------------- all together


def prepare_all(work, photos):
    """Return the pictures `work` makes of `photos`: (n, 28, 28) uint8."""
    pictures = []
    for photo in photos:
        picture = work.prepare_photo(photo)
        expect(picture).has_size(SIDE, SIDE)
        expect(picture).has_dtype("uint8")
        pictures.append(picture)
    return np.stack(pictures)


def photo_accuracy(work, reader, digits, seed):
    """Return the share of photos of hidden digits that `reader` reads right after `work` prepared them."""
    hidden = digits.hidden.first(PHOTOS)
    return accuracy_of(reader.predict(prepare_all(work, photos_of(hidden, seed))), hidden.labels)


def calibrated_accuracy(work, digits):
    """Return the accuracy on photos where `work` trains the reader, too. Its seed changes both training and photos."""
    reader = work.train_reader(digits.train.images, digits.train.labels)
    return photo_accuracy(work, reader, digits, work.seed)


@pytest.mark.task("all_together", points=6, functions=FUNCTIONS)
@pytest.mark.limits(seconds=60)
def test_photos_of_hidden_digits_are_read(submission, reference, digits, reader, floor, picture):
    """A trained model reads your pictures of photos nearly as well as the digits themselves."""
    test = digits.test.first(DRAWN_PHOTOS)
    photos = photos_of(test, DEFAULT_SEED)
    for draw, work in ((picture.learner, submission), (picture.reference, reference)):
        pictures = prepare_all(work, photos)
        draw(None, reader.predict(pictures), Split(pictures, test.labels))
    hidden = digits.hidden.first(PHOTOS)
    clean = accuracy_of(reader.predict(hidden.images), hidden.labels)
    on_photos = expect_accuracy(photo_accuracy(submission, reader, digits, DEFAULT_SEED), floor)
    picture.measured(
        say("{photos}; the same digits without photographing them: {clean}", photos=on_photos, clean=f"{clean:.3f}")
    )


@pytest.mark.task("all_together", points=4, functions=FUNCTIONS)
@pytest.mark.limits(seconds=60)
def test_your_functions_agree_with_each_other(submission, digits, reader):
    """predict_photo says what the model says of the picture that your prepare_photo makes."""
    photos = photos_of(digits.test.first(6), seed=6)
    outputs = reader.predict(prepare_all(submission, photos))
    for photo, row in zip(photos, outputs, strict=True):
        expect(submission.predict_photo(reader, photo)).equals_digit(int(row.argmax()))
