"""Wrong answers to chapter 6 that beginners really give, and what each of them should hear.

A docstring is read by the learner: what the code does, then what to do. Where two mistakes give the same result in
some call, the more specific one comes first. The functions of `solutions/ch6_expressions.py` are defined beside these.
"""

import csv

import keras
import numpy as np

# ---------------------------------------------------------------- read_faces


def read_faces__stops_at_a_broken_line(lines):
    """The first line that is not as expected ends the reading with an error, and all faces behind it are lost.
    Catch the `ValueError` with `try` and `except`, note the line, and go on.
    """
    faces, labels, usage = [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number > 1:
            emotion, pixels, part = columns
            faces.append([int(pixel) for pixel in pixels.split()])
            labels.append(int(emotion))
            usage.append(part)
    return np.array(faces, dtype="uint8").reshape(-1, 48, 48), np.array(labels), usage, []


def read_faces__ends_at_a_broken_line(lines):
    """`break` leaves the loop at the first broken line, so the whole faces behind it are lost.
    Write `continue`, which goes on with the next line.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            break
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
            break
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__header_not_counted(lines):
    """The numbers of the broken lines are one too small: the header is a line, too.
    It is line 1, so the first line below it is line 2: `enumerate(..., start=1)`, header included.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number - 1)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number - 1)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__header_taken_for_a_broken_line(lines):
    """The header is listed among the broken lines, because "emotion" is no number.
    Leave the first line out before you judge any.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__broken_lines_only_counted(lines):
    """The last value says how many lines are broken, but nobody can find and repair them by that.
    Return a list of their numbers.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, len(broken)


def read_faces__broken_lines_forgotten(lines):
    """Only three things come back, so nobody learns which lines were broken.
    Write `return images, labels, usage, broken`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage


def read_faces__no_list_of_broken_lines(lines):
    """Broken lines are skipped, but never noted: the list stays empty.
    Append the line's number to `broken` wherever you skip one.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__range_of_pixels_not_tested(lines):
    """A pixel of 256 or -1 is not noticed: made to `uint8`, it silently turns into 0 or 255.
    Test that all pixels lie between 0 and 255 before you change their type.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces).astype("uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__number_of_pixels_not_tested(lines):
    """Nobody counts the pixels, and a line with 2303 of them makes no picture.
    Test `len(face) == 48 * 48` before you take it for a face.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and min(face, default=0) >= 0 and max(face, default=0) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__emotion_not_tested(lines):
    """An emotion of 7 or -1 is taken as it is, though there are only the emotions 0 to 6.
    Test that it is one of them: `label in range(7)`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__usage_not_tested(lines):
    """A usage that does not exist is taken as it is.
    Test that it is one of the three in `PARTS`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__line_end_left_on(lines):
    """The last column still has the end of the line on it, and "Training" with a line end is none of `PARTS`.
    Let `csv.reader(lines)` take the lines apart: it takes the line ends off.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, line in enumerate(lines, start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = line.split(",")
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__split_at_commas(lines):
    """Splitting at the commas works as long as no program puts quotation marks around a column.
    `csv.reader(lines)` takes them off.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, line in enumerate(lines, start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = line.strip().split(",")
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__lines_of_an_open_file_counted_out(lines):
    """`lines[1:]` cuts the first line off a list, but an open file cannot be cut.
    Go through `lines` in a loop, and skip the first one there.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines[1:]), start=2):
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__next_line_of_a_list(lines):
    """`next(lines)` takes the header off an open file, but a list does not know `next`.
    Skip the first line in the loop, or make `reader = csv.reader(lines)` first and write `next(reader)`.
    """
    faces, labels, usage, broken = [], [], [], []
    next(lines)
    for number, columns in enumerate(csv.reader(lines), start=2):
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__only_training(lines):
    """Only the faces for training are kept.
    Return all whole faces; `usage` tells later which of them are for what.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part == "Training":
            faces.append(face)
            labels.append(label)
            usage.append(part)
        elif part not in PARTS or label not in range(7) or len(face) != 2304 or min(face) < 0 or max(face) > 255:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__scaled(lines):
    """The pixels are divided by 255 here already. In this chapter the model does that itself.
    Leave them as whole numbers of type `uint8`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="float32").reshape(-1, 48, 48) / 255
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__left_as_int64(lines):
    """The values are right, but each pixel takes eight bytes instead of one.
    Give `np.array` the type: `dtype="uint8"`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces).reshape(-1, 48, 48)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__left_in_rows(lines):
    """Each face is still one row of 2304 numbers.
    Make pictures of them: `.reshape(-1, 48, 48)`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8")
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__with_a_channel_axis(lines):
    """The pictures have the shape (n, 48, 48, 1).
    The axis for the one colour is added inside the model; here it is `.reshape(-1, 48, 48)`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48, 1)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__transposed(lines):
    """Rows and columns have changed places, so each face lies on its side.
    The pixels come row after row, which `.reshape(-1, 48, 48)` reads as it should; turn nothing.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48).transpose(0, 2, 1)
    return images, np.array(labels, dtype="int64"), usage, broken


def read_faces__images_left_a_list(lines):
    """The faces come back as a list, and a list has no shape.
    Make an array of it: `np.array(faces, dtype="uint8").reshape(-1, 48, 48)`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
        return faces, np.array(labels, dtype="int64"), usage, broken


def read_faces__labels_left_as_text(lines):
    """The labels are texts such as "3", with which nobody can calculate.
    Turn each one into a whole number with `int(...)`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(emotion)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, np.array(labels), usage, broken


def read_faces__labels_left_a_list(lines):
    """The labels come back as a list, but comparing or counting them all at once takes an array.
    Write `np.array(labels)`.
    """
    faces, labels, usage, broken = [], [], [], []
    for number, columns in enumerate(csv.reader(lines), start=1):
        if number == 1:
            continue
        try:
            emotion, pixels, part = columns
            label, face = int(emotion), [int(pixel) for pixel in pixels.split()]
        except ValueError:
            broken.append(number)
            continue
        if label in range(7) and len(face) == 2304 and min(face) >= 0 and max(face) <= 255 and part in PARTS:
            faces.append(face)
            labels.append(label)
            usage.append(part)
        else:
            broken.append(number)
    images = np.array(faces, dtype="uint8").reshape(-1, 48, 48)
    return images, labels, usage, broken


# ---------------------------------------------------------------- class_weights


def class_weights__not_divided_by_the_number_of_emotions(labels):
    """The number of emotions is missing below the line, so the faces weigh far more than 1 on average.
    Divide n by `k * counts`.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = len(labels) / counts[counts > 0]
    return weights


def class_weights__one_over_the_count(labels):
    """One divided by the count makes the rare weigh more, but all weights are far too small.
    The formula has n above the line, and the number of emotions below it, too.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = 1 / counts[counts > 0]
    return weights


def class_weights__share_of_each_emotion(labels):
    """These are the shares of the emotions, so the frequent ones weigh most. It should be the other way round.
    The count belongs below the line: n / (k * count).
    """
    return np.bincount(labels, minlength=7) / len(labels)


def class_weights__upside_down(labels):
    """The formula is upside down, so the frequent emotions weigh most.
    n belongs above the line, the count below it.
    """
    counts = np.bincount(labels, minlength=7)
    return (counts > 0).sum() * counts / len(labels)


def class_weights__always_seven_emotions(labels):
    """You always divide by 7, also where fewer emotions occur; then the mean weight is not 1.
    Count those that occur: `(counts > 0).sum()`.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = len(labels) / (7 * counts[counts > 0])
    return weights


def class_weights__always_seven_and_divided_by_zero(labels):
    """You always divide by 7, and by 0 for an emotion that does not occur, which gives `inf`.
    Count those that occur with `(counts > 0).sum()`, and fill in their weights only.
    """
    counts = np.bincount(labels, minlength=7)
    return len(labels) / (7 * counts)


def class_weights__divided_by_zero(labels):
    """For an emotion that does not occur this divides by 0, which gives `inf` and would spoil the training.
    Fill in the weights of those that occur only: `weights[counts > 0] = ...`.
    """
    counts = np.bincount(labels, minlength=7)
    return len(labels) / ((counts > 0).sum() * counts)


def class_weights__missing_counted_as_one(labels):
    """An emotion that does not occur is treated as if there were one face of it, so it gets the largest weight of all.
    Its weight is 0.
    """
    counts = np.bincount(labels, minlength=7)
    return len(labels) / ((counts > 0).sum() * np.maximum(counts, 1))


def class_weights__missing_is_nan(labels):
    """An emotion that does not occur gets `nan`, and one `nan` spoils a whole training.
    Its weight is 0: begin with `np.zeros(7)`.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.full(7, np.nan)
    weights[counts > 0] = len(labels) / ((counts > 0).sum() * counts[counts > 0])
    return weights


def class_weights__too_short(labels):
    """The array ends with the last emotion that occurs.
    Give `np.bincount` the argument `minlength=7`, so that there are always seven.
    """
    counts = np.bincount(labels)
    weights = np.zeros(len(counts))
    weights[counts > 0] = len(labels) / ((counts > 0).sum() * counts[counts > 0])
    return weights


def class_weights__only_for_those_that_occur(labels):
    """There are weights only for the emotions that occur, so place 1 need not belong to emotion 1 any more.
    Return seven numbers, with 0 where an emotion is missing.
    """
    _, counts = np.unique(labels, return_counts=True)
    return len(labels) / (len(counts) * counts)


def class_weights__one_for_each_face(labels):
    """You return one weight for each face instead of one for each emotion.
    Leave out `[labels]` at the end.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = len(labels) / ((counts > 0).sum() * counts[counts > 0])
    return weights[labels]


def class_weights__sum_is_one(labels):
    """The weights are divided by their sum, so they add up to 1 and the faces weigh less than 1 on average.
    Leave them as the formula gives them.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = len(labels) / ((counts > 0).sum() * counts[counts > 0])
    return weights / weights.sum()


def class_weights__largest_is_one(labels):
    """The weights are divided by the largest one, so the faces weigh less than 1 on average.
    Leave them as the formula gives them.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = len(labels) / ((counts > 0).sum() * counts[counts > 0])
    return weights / weights.max()


def class_weights__dictionary(labels):
    """What comes back is a dictionary. `fit` will want one, but `fit_faces` makes it.
    Return the array of seven numbers.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = len(labels) / ((counts > 0).sum() * counts[counts > 0])
    return dict(enumerate(weights))


def class_weights__left_a_list(labels):
    """The numbers are right, but they come back as a list.
    Make an array of it with `np.array(...)`.
    """
    counts = np.bincount(labels, minlength=7)
    occurring = (counts > 0).sum()
    return [float(len(labels) / (occurring * count)) if count else 0.0 for count in counts]


def class_weights__rounded(labels):
    """The weights are whole numbers, and everything behind the point is lost.
    Divide with `/`, not with `//`, and do not change the type.
    """
    counts = np.bincount(labels, minlength=7)
    weights = np.zeros(7)
    weights[counts > 0] = len(labels) // ((counts > 0).sum() * counts[counts > 0])
    return weights


# ---------------------------------------------------------------- build_face_model


def build_face_model__not_scaled():
    """The pixels go in as numbers up to 255, and the first guesses of the model are wild.
    Put `keras.layers.Rescaling(1 / 255)` behind the input.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__scaled_the_wrong_way():
    """`Rescaling(255)` multiplies the pixels by 255 instead of dividing.
    Write `Rescaling(1 / 255)`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__strides_left_out():
    """Without `strides=2` the first convolution looks at every place, which costs four times the work.
    Give the first `Conv2D` the argument `strides=2`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__small_filters_first():
    """The filters of the first convolution are 3 x 3.
    There they are 5 x 5; only the second one has 3 x 3.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 3, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__filters_swapped():
    """The two convolutions have changed places: 64 filters come first, then 32.
    Begin with 32: there are fewer simple shapes than combinations of them.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(64, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__padded():
    """`padding="same"` puts an edge of zeros around the picture, so that the maps stay larger.
    Leave `padding` out.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__one_convolution():
    """There is only one convolution, so the model knows simple shapes and no combinations of them.
    Add the second one, with 64 filters, and its pooling.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__no_pooling():
    """There is no pooling, so the maps stay large and the model gets far too many parameters.
    Put `MaxPooling2D()` behind each convolution.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__pooled_by_average():
    """The pooling takes averages, which washes thin lines out.
    Take `MaxPooling2D()`, which keeps the strongest answer.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.AveragePooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.AveragePooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__no_convolution():
    """This is the model of chapter 2, with dense layers only: it has to learn each place of a mouth anew.
    Put the two convolutions with their pooling in front.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__no_hidden_layer():
    """The dense layer with 128 units is missing between `Flatten` and the last layer.
    Add `Dense(128, activation="relu")`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__no_activation_in_the_convolutions():
    """The convolutions have no activation.
    Give both `activation="relu"`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__with_dropout():
    """There is a Dropout layer. It is a good idea with more epochs.
    Here the model has none.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__ten_outputs():
    """The model has ten outputs, as for digits.
    There are seven emotions: `Dense(7, activation="softmax")`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__sigmoid_at_the_end():
    """The last layer has `sigmoid`, which judges each emotion by itself: the outputs do not add up to 1.
    Take `softmax`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__no_activation_at_the_end():
    """The last layer has no activation, so it gives plain sums instead of probabilities.
    Add `activation="softmax"`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__pictures_of_digits():
    """The model takes pictures of 28 x 28 pixels, as for digits.
    Faces have 48 x 48: `keras.Input(shape=(48, 48))`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__three_colours():
    """The model takes pictures in three colours, but the faces are grey.
    Write `keras.Input(shape=(48, 48))` and `Reshape((48, 48, 1))`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__never_compiled():
    """The model is built, but it has not been told how to learn.
    Call `model.compile(...)` before you return it.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    return model


def build_face_model__compile_returned():
    """`return model.compile(...)` returns nothing, because `compile` itself gives nothing back.
    Compile in one line, and write `return model` in the next.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    return model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])


def build_face_model__one_hot_loss():
    """`categorical_crossentropy` expects seven numbers for each label, but ours are plain numbers such as 3.
    Write `sparse_` in front of it.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__from_logits():
    """`from_logits=True` tells the loss that softmax is still to come, but your last layer has it already.
    Write `loss="sparse_categorical_crossentropy"`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
    )
    return model


def build_face_model__sgd():
    """The optimizer is SGD, which needs far more epochs.
    Take `adam`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_face_model__no_metrics():
    """No metric is named, so training shows nothing but the loss.
    Add `metrics=["accuracy"]`.
    """
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Reshape((48, 48, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


# ---------------------------------------------------------------- fit_faces


def fit_faces__no_weights(model, images, labels, weights):
    """The weights do not reach `fit`, so the rare faces count no more than before.
    Add `class_weight=dict(enumerate(weights))`.
    """
    return model.fit(images, labels, epochs=12, batch_size=32, verbose=0)


def fit_faces__weights_as_they_are(model, images, labels, weights):
    """`class_weight` gets an array, but Keras wants a dictionary.
    `dict(enumerate(weights))` makes one.
    """
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=weights, verbose=0)


def fit_faces__weights_of_emotions_for_faces(model, images, labels, weights):
    """`sample_weight` wants one weight for each face, and gets seven.
    Take `class_weight=dict(enumerate(weights))`.
    """
    return model.fit(images, labels, epochs=12, batch_size=32, sample_weight=weights, verbose=0)


def fit_faces__own_weights(model, images, labels, weights):
    """You work the weights out anew and ignore those that were passed in.
    Use the parameter `weights`: whoever calls the function decides.
    """
    own = class_weights(labels)
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(own)), verbose=0)


def fit_faces__weights_backwards(model, images, labels, weights):
    """The weights stand in the wrong order, so each emotion gets another one's.
    Place 0 is emotion 0: `dict(enumerate(weights))`.
    """
    backwards = dict(enumerate(weights[::-1]))
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=backwards, verbose=0)


def fit_faces__counted_from_one(model, images, labels, weights):
    """The emotions are counted from 1, so each gets the weight of its neighbour.
    They are counted from 0: `dict(enumerate(weights))`, without `start=1`.
    """
    shifted = dict(enumerate(weights, start=1))
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=shifted, verbose=0)


def fit_faces__part_held_back(model, images, labels, weights):
    """A fifth of the faces is held back for validation, and with it some of the rare ones.
    Leave `validation_split` out: the exam will be on other faces.
    """
    return model.fit(
        images,
        labels,
        epochs=12,
        batch_size=32,
        class_weight=dict(enumerate(weights)),
        validation_split=0.2,
        verbose=0,
    )


def fit_faces__epochs_left_out(model, images, labels, weights):
    """The model sees the faces only once, which is what Keras does when you do not say otherwise.
    Add `epochs=12`.
    """
    return model.fit(images, labels, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__five_epochs(model, images, labels, weights):
    """Training runs for five epochs, as in chapter 2.
    Faces are harder than digits: here there are 12.
    """
    return model.fit(images, labels, epochs=5, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__large_batches(model, images, labels, weights):
    """The batches hold 128 faces, as in chapter 2. With so few faces that makes too few steps.
    Write `batch_size=32`.
    """
    return model.fit(images, labels, epochs=12, batch_size=128, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__scaled_twice(model, images, labels, weights):
    """The images are divided by 255, and the model divides them once more: they become nearly black.
    Pass `images` on as they are.
    """
    return model.fit(images / 255, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__labels_shuffled(model, images, labels, weights):
    """The labels are shuffled without their pictures, so nearly every face gets a wrong one.
    Leave the order alone: `fit` shuffles both together.
    """
    labels = np.random.permutation(labels)
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__rare_faces_left_out(model, images, labels, weights):
    """Only the frequent emotions are trained on.
    The rare ones are what the weights are for: pass all faces on.
    """
    frequent = weights[labels] <= 1.5
    return model.fit(
        images[frequent],
        labels[frequent],
        epochs=12,
        batch_size=32,
        class_weight=dict(enumerate(weights)),
        verbose=0,
    )


def fit_faces__trained_another_model(model, images, labels, weights):
    """You build a new model and train that one, so the model that was passed in learns nothing.
    Call `fit` on the parameter `model`.
    """
    fresh = build_face_model()
    return fresh.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__fitted_twice(model, images, labels, weights):
    """`fit` is called twice, and the second call goes on from where the first one stopped: 24 epochs in all.
    Call it once and return what it gives you.
    """
    model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__learning_rate_far_too_large(model, images, labels, weights):
    """The model is compiled anew, with a learning rate so large that the loss explodes.
    Leave the model compiled as it is, and call `fit` only.
    """
    model.compile(keras.optimizers.SGD(learning_rate=1e6), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


def fit_faces__model_returned(model, images, labels, weights):
    """Training is fine, but the model comes back instead of the History. The model needs no return: it has changed.
    Write `return model.fit(...)`.
    """
    model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)
    return model


def fit_faces__nothing_returned(model, images, labels, weights):
    """Training is fine, but the History is lost, because nothing comes back.
    Write `return` in front of `model.fit(...)`.
    """
    model.fit(images, labels, epochs=12, batch_size=32, class_weight=dict(enumerate(weights)), verbose=0)


# ---------------------------------------------------------------- recall_per_class


def recall_per_class__precision(labels, predictions):
    """This is the precision: of the faces that were answered with an emotion, the share that shows it.
    Choose the faces by `labels`, not by `predictions`.
    """
    recalls = np.full(7, np.nan)
    for emotion in range(7):
        answered = predictions == emotion
        if answered.any():
            recalls[emotion] = np.mean(labels[answered] == emotion)
    return recalls


def recall_per_class__share_of_all_faces(labels, predictions):
    """You divide by the number of all faces, so even a perfect model gets small numbers.
    Divide by the number of faces that show the emotion.
    """
    return np.array([np.mean((labels == emotion) & (predictions == emotion)) for emotion in range(7)])


def recall_per_class__counts(labels, predictions):
    """You count the recognised faces, but 5 out of 5 is something else than 5 out of 500.
    Divide by the number of faces that show the emotion.
    """
    return np.array([np.sum((labels == emotion) & (predictions == emotion)) for emotion in range(7)])


def recall_per_class__accuracy_of_each_question(labels, predictions):
    """You count the faces of other emotions as right when they were not answered with this one, which nearly all are.
    Look only at the faces that show the emotion.
    """
    return np.array([np.mean((labels == emotion) == (predictions == emotion)) for emotion in range(7)])


def recall_per_class__accuracy_everywhere(labels, predictions):
    """All seven numbers are the accuracy over all faces.
    For each emotion choose its own faces first: `predictions[labels == emotion]`.
    """
    return np.full(7, np.mean(labels == predictions))


def recall_per_class__zero_for_missing(labels, predictions):
    """An emotion that no face shows gets 0, as if the model had failed on it.
    Nobody knows that: begin with `np.full(7, np.nan)`.
    """
    recalls = np.zeros(7)
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[emotion] = np.mean(predictions[shown] == emotion)
    return recalls


def recall_per_class__one_for_missing(labels, predictions):
    """An emotion that no face shows gets 1, as if the model knew it perfectly.
    Nobody knows that: begin with `np.full(7, np.nan)`.
    """
    recalls = np.ones(7)
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[emotion] = np.mean(predictions[shown] == emotion)
    return recalls


def recall_per_class__missing_left_out(labels, predictions):
    """There are numbers only for the emotions that occur, so place 1 need not belong to emotion 1 any more.
    Return seven, with `np.nan` where no face shows the emotion.
    """
    return np.array([np.mean(predictions[labels == emotion] == emotion) for emotion in np.unique(labels)])


def recall_per_class__one_number(labels, predictions):
    """One number comes back, the mean of the recalls.
    Return all seven: the mean hides what you want to see.
    """
    recalls = np.full(7, np.nan)
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[emotion] = np.mean(predictions[shown] == emotion)
    return np.nanmean(recalls)


def recall_per_class__share_of_wrong_answers(labels, predictions):
    """You return the share of faces that were not recognised.
    Recall is the share of those that were: `==`, not `!=`.
    """
    recalls = np.full(7, np.nan)
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[emotion] = np.mean(predictions[shown] != emotion)
    return recalls


def recall_per_class__in_percent(labels, predictions):
    """The recalls are given in percent.
    Leave them between 0 and 1.
    """
    recalls = np.full(7, np.nan)
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[emotion] = 100 * np.mean(predictions[shown] == emotion)
    return recalls


def recall_per_class__rounded_to_whole_numbers(labels, predictions):
    """Whole-number division leaves nothing between 0 and 1.
    Use `/`, not `//`.
    """
    recalls = np.full(7, np.nan)
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[emotion] = np.sum(predictions[shown] == emotion) // np.sum(shown)
    return recalls


def recall_per_class__left_a_list(labels, predictions):
    """The seven recalls are right, but they come back as a list.
    Make an array of them with `np.array(...)`.
    """
    recalls = []
    for emotion in range(7):
        shown = labels == emotion
        recalls.append(float(np.mean(predictions[shown] == emotion)) if shown.any() else float("nan"))
    return recalls


def recall_per_class__dictionary(labels, predictions):
    """What comes back is a dictionary with names.
    Return an array of seven numbers, emotion 0 first.
    """
    recalls = {}
    for emotion in range(7):
        shown = labels == emotion
        if shown.any():
            recalls[EMOTIONS[emotion]] = float(np.mean(predictions[shown] == emotion))
    return recalls
