"""Wrong answers to chapter 7 that beginners really give, and what each of them should hear.

A docstring is read by the learner: what the code does, then what to do. Where two mistakes give the same result in
some call, the more specific one comes first. The functions of `solutions/ch7_own_digits.py` are defined beside these.
"""

import numpy as np

# ---------------------------------------------------------------- to_ink


def to_ink__negative(photo):
    """The result is the wrong way round: paper becomes 1 and ink becomes 0.
    The distance from the paper is large where there is ink; do not subtract it from 1.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return 1 - np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__paper_assumed_white(photo):
    """You measure the distance from pure white, 255. Real paper is yellowish, in shadow, or even black.
    Subtract what `estimate_paper` returns.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - 255.0) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__one_colour_for_the_whole_sheet(photo):
    """You compare all pixels with one single colour, so a dark corner of the sheet counts as ink.
    `estimate_paper` gives the paper's colour at each pixel: subtract that.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    paper = np.median(photo.reshape(-1, 3), axis=0)
    distance = np.sqrt(((photo - paper) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__colour_of_the_corner(photo):
    """You take the top left pixel for the whole paper, but the light is not the same everywhere.
    Subtract what `estimate_paper` returns.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - photo[0, 0].astype(float)) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__only_what_is_darker(photo):
    """Only what is darker than the paper counts as ink here, so chalk on a blackboard is lost.
    Square the differences: then brighter counts like darker.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt((np.maximum(estimate_paper(photo) - photo, 0) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__red_channel_alone(photo):
    """You look at the first channel alone, which is red, and there a red pen is as bright as the paper.
    Use all three: square the differences, add them up over the last axis, take the root.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.abs((photo - estimate_paper(photo))[:, :, 0])
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__blue_channel_alone(photo):
    """You look at the last channel alone, which is blue, and there a blue pen is as bright as the paper.
    Use all three: square the differences, add them up over the last axis, take the root.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.abs((photo - estimate_paper(photo))[:, :, 2])
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__differences_added_with_their_signs(photo):
    """You add the differences up instead of their squares, so that negative ones even cancel positive ones.
    Square them first, and take the root of the sum.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.abs((photo - estimate_paper(photo)).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__root_forgotten(photo):
    """The squares are added up, but the root is missing, so pale parts of a stroke become far too weak.
    Take `np.sqrt` of the sum.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = ((photo - estimate_paper(photo)) ** 2).sum(axis=-1)
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__squares_of_small_numbers(photo):
    """The differences are calculated in `uint8`, which has no negative numbers: -1 becomes 255.
    Subtract the paper as it is, without turning it into `uint8`.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    difference = photo - estimate_paper(photo).astype("uint8")
    distance = np.sqrt((difference.astype(float) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__divided_by_255(photo):
    """You divide the distances by 255, whatever the photo, so a pale pencil never becomes full ink.
    Divide by the largest distance of this photo.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return np.clip((distance / 255 - 0.3) / 0.4, 0, 1)


def to_ink__hard_limit(photo):
    """Everything becomes either 0 or 1, so the strokes get jagged edges.
    Let the ink rise evenly from 0 to 1 between the strengths 0.3 and 0.7.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return (distance / distance.max() > 0.5).astype(float)


def to_ink__noise_left_in(photo):
    """You return the strength itself, so the noise of the paper is still there.
    Subtract 0.3, divide by 0.4 and cut off what lies below 0 and above 1.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return distance / distance.max()


def to_ink__not_clipped(photo):
    """Paper gets negative numbers and full ink numbers above 1, because nothing cuts them off.
    Put `np.clip(..., 0, 1)` around the formula.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return (distance / distance.max() - 0.3) / 0.4


def to_ink__divided_by_0_7(photo):
    """You divide by 0.7, so full ink is reached at a strength of 1 only.
    The way from 0.3 to 0.7 is 0.4 long: divide by 0.4.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.7, 0, 1)


def to_ink__limit_not_subtracted(photo):
    """Below 0.3 you set 0, but above it the ink jumps at once instead of rising from 0.
    Subtract 0.3 before you divide by 0.4.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    strength = distance / distance.max()
    return np.where(strength <= 0.3, 0, np.where(strength >= 0.7, 1, strength))


def to_ink__gray_photos_forgotten(photo):
    """A gray photo has two axes and no channels, and `estimate_paper` needs three.
    Where `photo.ndim` is 2, stack the photo three times with `axis=-1`.
    """
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__channels_kept(photo):
    """The result still has three channels, one ink for each colour.
    Add the squares up over the last axis, so that one number for each pixel remains.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.abs(photo - estimate_paper(photo))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


def to_ink__from_0_to_255(photo):
    """The ink goes from 0 to 255 in whole numbers. That comes at the very end, in `prepare_photo`.
    Here it goes from 0 to 1.
    """
    if photo.ndim == 2:
        photo = np.stack([photo, photo, photo], axis=-1)
    distance = np.sqrt(((photo - estimate_paper(photo)) ** 2).sum(axis=-1))
    return np.round(np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1) * 255).astype("uint8")


def to_ink__photo_overwritten(photo):
    """The differences are written into the photo you were given, which loses its picture and all fractions.
    Give them a name of their own: `difference = photo - estimate_paper(photo)`.
    """
    colours = np.stack([photo, photo, photo], axis=-1) if photo.ndim == 2 else photo
    colours[...] = np.abs(colours - estimate_paper(colours))
    distance = np.sqrt((colours.astype(float) ** 2).sum(axis=-1))
    return np.clip((distance / distance.max() - 0.3) / 0.4, 0, 1)


# ---------------------------------------------------------------- crop_to_ink


def crop_to_ink__last_row_and_column_lost(ink):
    """The last row and the last column with ink are missing: a slice stops before its end.
    Add 1 to both ends.
    """
    rows = np.flatnonzero((ink > 0).any(axis=1))
    columns = np.flatnonzero((ink > 0).any(axis=0))
    return ink[rows[0] : rows[-1], columns[0] : columns[-1]]


def crop_to_ink__first_row_and_column_lost(ink):
    """The first row and the first column with ink are missing. Python counts from 0, so nothing has to be added there.
    Begin at `rows[0]` and `columns[0]`.
    """
    rows = np.flatnonzero((ink > 0).any(axis=1))
    columns = np.flatnonzero((ink > 0).any(axis=0))
    return ink[rows[0] + 1 : rows[-1] + 1, columns[0] + 1 : columns[-1] + 1]


def crop_to_ink__axes_swapped(ink):
    """Rows and columns are mixed up: `any(axis=1)` looks along each row and says which rows have ink.
    Use it for the rows, and `axis=0` for the columns.
    """
    rows = np.flatnonzero((ink > 0).any(axis=0))
    columns = np.flatnonzero((ink > 0).any(axis=1))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def crop_to_ink__only_rows(ink):
    """The empty rows are gone, but the empty columns are still there.
    Do the same for the columns, with `axis=0`.
    """
    rows = np.flatnonzero((ink > 0).any(axis=1))
    return ink[rows[0] : rows[-1] + 1]


def crop_to_ink__only_columns(ink):
    """The empty columns are gone, but the empty rows are still there.
    Do the same for the rows, with `axis=1`.
    """
    columns = np.flatnonzero((ink > 0).any(axis=0))
    return ink[:, columns[0] : columns[-1] + 1]


def crop_to_ink__only_strong_ink(ink):
    """Only numbers above 0.5 count as ink here, so the soft edge of the strokes is cut away.
    All that is above 0 belongs to the digit.
    """
    rows = np.flatnonzero((ink > 0.5).any(axis=1))
    columns = np.flatnonzero((ink > 0.5).any(axis=0))
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def crop_to_ink__margin_left(ink):
    """An empty pixel is left on each side. MNIST's box has no margin; the empty frame comes in `centre_by_mass`.
    Cut exactly at the first and the last row and column with ink.
    """
    rows = np.flatnonzero((ink > 0).any(axis=1))
    columns = np.flatnonzero((ink > 0).any(axis=0))
    return ink[max(0, rows[0] - 1) : rows[-1] + 2, max(0, columns[0] - 1) : columns[-1] + 2]


def crop_to_ink__cut_to_a_square(ink):
    """You cut a square, so a slim digit keeps empty paper beside it, or loses ink at the edge of the sheet.
    Rows and columns each have a first and a last position of their own.
    """
    rows = np.flatnonzero((ink > 0).any(axis=1))
    columns = np.flatnonzero((ink > 0).any(axis=0))
    side = max(np.ptp(rows), np.ptp(columns)) + 1
    return ink[rows[0] : rows[0] + side, columns[0] : columns[0] + side]


def crop_to_ink__empty_rows_inside_removed(ink):
    """Every empty row and column is taken out, also inside the digit, so its parts move together.
    Cut from the first to the last with ink, and keep all that lies between.
    """
    return ink[(ink > 0).any(axis=1)][:, (ink > 0).any(axis=0)]


def crop_to_ink__length_taken_for_the_end(ink):
    """The second number of a slice is where it ends, not how long it is.
    Write `ink[top:bottom, left:right]` with the position of the last row and column plus 1.
    """
    rows = np.flatnonzero((ink > 0).any(axis=1))
    columns = np.flatnonzero((ink > 0).any(axis=0))
    return ink[rows[0] : np.ptp(rows) + 1, columns[0] : np.ptp(columns) + 1]


def crop_to_ink__positions_returned(ink):
    """You return the four positions, but not the picture.
    Use them to cut: `return ink[top:bottom, left:right]`.
    """
    rows = np.flatnonzero((ink > 0).any(axis=1))
    columns = np.flatnonzero((ink > 0).any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


# ---------------------------------------------------------------- fit_to_box


def fit_to_box__stretched_to_a_square(ink):
    """Every digit is stretched to 20 x 20, so a slim 1 becomes a fat block.
    Multiply both sides by the same factor.
    """
    return resize(ink, 20, 20)


def fit_to_box__side_of_28(ink):
    """The longer side gets 28 pixels, so the digit fills the whole sheet and no margin is left.
    The box has 20 pixels; the sheet of 28 comes later.
    """
    height, width = ink.shape
    factor = 28 / max(height, width)
    return resize(ink, max(1, round(height * factor)), max(1, round(width * factor)))


def fit_to_box__shorter_side_of_20(ink):
    """The shorter side gets 20 pixels, so the longer one does not fit into the box.
    Divide 20 by the larger of the two sides, `max(height, width)`.
    """
    height, width = ink.shape
    factor = 20 / min(height, width)
    return resize(ink, max(1, round(height * factor)), max(1, round(width * factor)))


def fit_to_box__height_always_20(ink):
    """The height always becomes 20, so a digit that is wider than high does not fit into the box.
    Divide 20 by the larger of the two sides, `max(height, width)`.
    """
    height, width = ink.shape
    return resize(ink, 20, max(1, round(width * 20 / height)))


def fit_to_box__width_always_20(ink):
    """The width always becomes 20, so a digit that is higher than wide does not fit into the box.
    Divide 20 by the larger of the two sides, `max(height, width)`.
    """
    height, width = ink.shape
    return resize(ink, max(1, round(height * 20 / width)), 20)


def fit_to_box__cut_off_instead_of_rounded(ink):
    """`int` or `//` cuts the fraction off, so 7.9 becomes 7.
    Use `round(...)`.
    """
    height, width = ink.shape
    longer = max(height, width)
    return resize(ink, max(1, height * 20 // longer), max(1, width * 20 // longer))


def fit_to_box__rounded_up(ink):
    """The sides are rounded up, so 13.3 becomes 14.
    Round to the nearest whole number with `round(...)`.
    """
    height, width = ink.shape
    longer = max(height, width)
    return resize(ink, -(-height * 20 // longer), -(-width * 20 // longer))


def fit_to_box__sides_swapped(ink):
    """Height and width have changed places, so the digit is squeezed into the wrong shape.
    `resize` takes the height first, then the width.
    """
    height, width = ink.shape
    factor = 20 / max(height, width)
    return resize(ink, max(1, round(width * factor)), max(1, round(height * factor)))


def fit_to_box__transposed(ink):
    """The picture is mirrored along its diagonal: rows have become columns.
    Leave `.T` out.
    """
    height, width = ink.shape
    factor = 20 / max(height, width)
    return resize(ink, max(1, round(height * factor)), max(1, round(width * factor))).T


def fit_to_box__only_made_smaller(ink):
    """Large digits are made smaller, but small ones stay small.
    Let the factor be larger than 1, too: 20 divided by the longer side.
    """
    height, width = ink.shape
    factor = min(1, 20 / max(height, width))
    return resize(ink, max(1, round(height * factor)), max(1, round(width * factor)))


def fit_to_box__may_get_no_columns(ink):
    """A very slim stroke is rounded to a width of 0, and a picture without columns cannot be made.
    Take at least 1: `max(1, round(...))`.
    """
    height, width = ink.shape
    factor = 20 / max(height, width)
    return resize(ink, round(height * factor), round(width * factor))


def fit_to_box__filled_up_to_a_square(ink):
    """The size is right, but then you fill up with empty pixels to 20 x 20.
    Return the resized digit alone: the empty frame comes in `centre_by_mass`.
    """
    height, width = ink.shape
    factor = 20 / max(height, width)
    small = resize(ink, max(1, round(height * factor)), max(1, round(width * factor)))
    return np.pad(small, ((0, 20 - small.shape[0]), (0, 20 - small.shape[1])))


def fit_to_box__black_and_white(ink):
    """The small picture is turned into pure black and white, and loses its soft edges.
    Return what `resize` gives as it is.
    """
    height, width = ink.shape
    factor = 20 / max(height, width)
    return (resize(ink, max(1, round(height * factor)), max(1, round(width * factor))) > 0.5).astype(float)


def fit_to_box__multiplied_by_255(ink):
    """The ink is multiplied by 255 here. That comes at the very end, in `prepare_photo`.
    Return what `resize` gives as it is.
    """
    height, width = ink.shape
    factor = 20 / max(height, width)
    return resize(ink, max(1, round(height * factor)), max(1, round(width * factor))) * 255


# ---------------------------------------------------------------- centre_by_mass


def centre_by_mass__centred_by_its_box(small):
    """You put the middle of the box into the middle of the sheet. In a 7 most of the ink is at the top.
    Put the centre of mass there, which counts how much ink each row and column has.
    """
    height, width = small.shape
    top, left = (28 - height) // 2, (28 - width) // 2
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet


def centre_by_mass__same_margin_for_all(small):
    """Every digit gets a margin of 4 pixels at the top and at the left, whatever its shape.
    Work out its centre of mass, and move that to row 14 and column 14.
    """
    height, width = small.shape
    sheet = np.zeros((28, 28))
    sheet[4 : 4 + height, 4 : 4 + width] = small
    return sheet


def centre_by_mass__left_in_the_corner(small):
    """The digit lies in the top left corner of the sheet.
    Its top row belongs to row `round(14 - centre_row)`. Check the sign, and the division by the total ink.
    """
    height, width = small.shape
    sheet = np.zeros((28, 28))
    sheet[:height, :width] = small
    return sheet


def centre_by_mass__rows_and_columns_swapped(small):
    """The digit is moved down by what belongs to the columns, and to the right by what belongs to the rows.
    `sum(axis=1)` gives the ink of each row: use it for the top.
    """
    height, width = small.shape
    centre_row = (small.sum(axis=1) * np.arange(height)).sum() / small.sum()
    centre_column = (small.sum(axis=0) * np.arange(width)).sum() / small.sum()
    top = np.clip(round(14 - centre_column), 0, 28 - height)
    left = np.clip(round(14 - centre_row), 0, 28 - width)
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet


def centre_by_mass__every_inked_pixel_counts_alike(small):
    """Every pixel with ink counts the same, the faint edge as much as the middle of a stroke.
    Multiply the row numbers by the amount of ink.
    """
    height, width = small.shape
    rows, columns = np.nonzero(small)
    top = np.clip(round(14 - rows.mean()), 0, 28 - height)
    left = np.clip(round(14 - columns.mean()), 0, 28 - width)
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet


def centre_by_mass__counted_from_one(small):
    """You count rows and columns from 1, so the digit comes out one pixel too high and too far left.
    Count from 0: `np.arange(height)`.
    """
    height, width = small.shape
    centre_row = (small.sum(axis=1) * np.arange(1, height + 1)).sum() / small.sum()
    centre_column = (small.sum(axis=0) * np.arange(1, width + 1)).sum() / small.sum()
    top = np.clip(round(14 - centre_row), 0, 28 - height)
    left = np.clip(round(14 - centre_column), 0, 28 - width)
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet


def centre_by_mass__cut_off_instead_of_rounded(small):
    """`int` cuts the fraction off, so 6.9 becomes 6 and the digit may lie nearly a whole pixel off.
    Use `round(...)`.
    """
    height, width = small.shape
    centre_row = (small.sum(axis=1) * np.arange(height)).sum() / small.sum()
    centre_column = (small.sum(axis=0) * np.arange(width)).sum() / small.sum()
    top = np.clip(int(14 - centre_row), 0, 28 - height)
    left = np.clip(int(14 - centre_column), 0, 28 - width)
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet


def centre_by_mass__rolled_around(small):
    """With `np.roll` what leaves the sheet at one side comes back in at the other.
    Limit the top and the left side with `np.clip`, and put the digit there with a slice.
    """
    height, width = small.shape
    centre_row = (small.sum(axis=1) * np.arange(height)).sum() / small.sum()
    centre_column = (small.sum(axis=0) * np.arange(width)).sum() / small.sum()
    sheet = np.zeros((28, 28))
    sheet[:height, :width] = small
    return np.roll(sheet, (round(14 - centre_row), round(14 - centre_column)), axis=(0, 1))


def centre_by_mass__may_leave_the_sheet(small):
    """A digit with nearly all its ink in one corner would stick out of the sheet, and NumPy refuses.
    Keep the top between 0 and `28 - height`, the left side between 0 and `28 - width`.
    """
    height, width = small.shape
    centre_row = (small.sum(axis=1) * np.arange(height)).sum() / small.sum()
    centre_column = (small.sum(axis=0) * np.arange(width)).sum() / small.sum()
    top, left = round(14 - centre_row), round(14 - centre_column)
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet


def centre_by_mass__padded_all_around(small):
    """You add 4 empty pixels on each side, which gives 28 x 28 only where the digit is 20 x 20.
    Make a sheet with `np.zeros((28, 28))`, and put the digit on it by its centre of mass.
    """
    return np.pad(small, 4)


def centre_by_mass__enlarged_to_28(small):
    """The digit is stretched over the whole sheet.
    Make an empty sheet with `np.zeros((28, 28))` and put the digit on it, at the size it has.
    """
    return resize(small, 28, 28)


def centre_by_mass__sheet_of_whole_numbers(small):
    """The sheet is of type `uint8`, which cannot hold fractions: all ink below 1 becomes 0.
    Leave the type out: `np.zeros((28, 28))`.
    """
    height, width = small.shape
    centre_row = (small.sum(axis=1) * np.arange(height)).sum() / small.sum()
    centre_column = (small.sum(axis=0) * np.arange(width)).sum() / small.sum()
    top = np.clip(round(14 - centre_row), 0, 28 - height)
    left = np.clip(round(14 - centre_column), 0, 28 - width)
    sheet = np.zeros((28, 28), "uint8")
    sheet[top : top + height, left : left + width] = small
    return sheet


def centre_by_mass__digit_overwritten(small):
    """`small /= ...` changes the digit you were given, and then all its ink together is only 1.
    Divide the sums by the total instead.
    """
    height, width = small.shape
    small /= small.sum()
    top = np.clip(round(14 - (small.sum(axis=1) * np.arange(height)).sum()), 0, 28 - height)
    left = np.clip(round(14 - (small.sum(axis=0) * np.arange(width)).sum()), 0, 28 - width)
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    return sheet


# ---------------------------------------------------------------- straighten


def straighten__moved_the_wrong_way(ink):
    """The rows move with the slant instead of against it, so the digit leans twice as much.
    Subtract: `height - round(slant * down)`.
    """
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = np.clip((ink * down * across).sum() / (ink * down * down).sum(), -1, 1)
    height, width = ink.shape
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height + round(slant * (row - centre_row))
        sheet[row, start : start + width] = ink[row]
    return sheet


def straighten__not_moved(ink):
    """Every row lies in the middle of the sheet, so the digit leans as before.
    Move each row by `round(slant * down)`, where `down` is its row number minus `centre_row`.
    """
    height = len(ink)
    return np.pad(ink, ((0, 0), (height, height)))


def straighten__divided_by_the_wrong_sum(ink):
    """The first sum is divided by that of `ink * across * across`, which says how wide the digit is.
    Divide by the sum of `ink * down * down`.
    """
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = np.clip((ink * down * across).sum() / (ink * across * across).sum(), -1, 1)
    height, width = ink.shape
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - round(slant * (row - centre_row))
        sheet[row, start : start + width] = ink[row]
    return sheet


def straighten__divided_by_all_ink(ink):
    """The first sum is divided by the total ink, so the rows move much too far.
    Divide by the sum of `ink * down * down`.
    """
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    slant = np.clip((ink * (rows - centre_row) * (columns - centre_column)).sum() / ink.sum(), -1, 1)
    height, width = ink.shape
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - round(slant * (row - centre_row))
        sheet[row, start : start + width] = ink[row]
    return sheet


def straighten__middle_of_the_photo(ink):
    """You measure from the middle of the photo, but the digit rarely stands there.
    Measure from the centre of mass of the ink.
    """
    rows, columns = np.indices(ink.shape)
    height, width = ink.shape
    down, across = rows - height / 2, columns - width / 2
    slant = np.clip((ink * down * across).sum() / (ink * down * down).sum(), -1, 1)
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - round(slant * (row - height / 2))
        sheet[row, start : start + width] = ink[row]
    return sheet


def straighten__counted_from_the_top(ink):
    """The movement is counted from the top row of the photo instead of from the centre of mass.
    Use `down`, which is the row number minus `centre_row`.
    """
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = np.clip((ink * down * across).sum() / (ink * down * down).sum(), -1, 1)
    height, width = ink.shape
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - round(slant * row)
        sheet[row, start : start + width] = ink[row]
    return sheet


def straighten__not_limited(ink):
    """A stroke that nearly lies down has a slant far above 1, and its rows are torn apart.
    Keep the slant between -1 and 1 with `np.clip(slant, -1, 1)`.
    """
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = (ink * down * across).sum() / (ink * down * down).sum()
    height, width = ink.shape
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - round(slant * (row - centre_row))
        sheet[row, start : start + width] = ink[row]
    return sheet


def straighten__cut_off_instead_of_rounded(ink):
    """`int` cuts the fraction off, so most rows are moved a little too little.
    Use `round(slant * down)`.
    """
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = np.clip((ink * down * across).sum() / (ink * down * down).sum(), -1, 1)
    height, width = ink.shape
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - int(slant * (row - centre_row))
        sheet[row, start : start + width] = ink[row]
    return sheet


def straighten__rolled_around(ink):
    """The sheet keeps its old width: what leaves at one side is lost, or with `np.roll` comes back in at the other.
    Make a wider sheet with `np.zeros` and put each row into it with a slice.
    """
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = np.clip((ink * down * across).sum() / (ink * down * down).sum(), -1, 1)
    return np.array([np.roll(line, -round(slant * (row - centre_row))) for row, line in enumerate(ink)])


def straighten__ink_overwritten(ink):
    """`ink /= ...` changes the ink you were given, and it becomes very faint.
    Divide the sums by the total ink instead.
    """
    ink /= ink.sum()
    rows, columns = np.indices(ink.shape)
    centre_row, centre_column = (ink * rows).sum() / ink.sum(), (ink * columns).sum() / ink.sum()
    down, across = rows - centre_row, columns - centre_column
    slant = np.clip((ink * down * across).sum() / (ink * down * down).sum(), -1, 1)
    height, width = ink.shape
    sheet = np.zeros((height, width + 2 * height))
    for row in range(height):
        start = height - round(slant * (row - centre_row))
        sheet[row, start : start + width] = ink[row]
    return sheet


# ---------------------------------------------------------------- prepare_photo


def prepare_photo__negative(photo):
    """The picture is the wrong way round: MNIST has 0 for paper and 255 for ink.
    Do not subtract it from 255.
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return 255 - np.round(picture / picture.max() * 255).astype("uint8")


def prepare_photo__not_straightened(photo):
    """The step `straighten` is missing, so slanted digits stay slanted.
    Call it between `to_ink` and `crop_to_ink`.
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(to_ink(photo))))
    return np.round(picture / picture.max() * 255).astype("uint8")


def prepare_photo__straightened_after_cropping(photo):
    """After `straighten` the sheet has wide empty sides, and nothing cuts them off any more.
    Call `straighten` first and `crop_to_ink` after it.
    """
    picture = centre_by_mass(fit_to_box(straighten(crop_to_ink(to_ink(photo)))))
    return np.round(picture / picture.max() * 255).astype("uint8")


def prepare_photo__not_cropped(photo):
    """The step `crop_to_ink` is missing, so the whole sheet is made small and the digit with it.
    Call it between `straighten` and `fit_to_box`.
    """
    picture = centre_by_mass(fit_to_box(straighten(to_ink(photo))))
    return np.round(picture / picture.max() * 255).astype("uint8")


def prepare_photo__not_centred(photo):
    """The step `centre_by_mass` is missing, so the picture is as small as the box of the digit.
    Call it after `fit_to_box`: it makes the sheet of 28 x 28.
    """
    picture = fit_to_box(crop_to_ink(straighten(to_ink(photo))))
    return np.round(picture / picture.max() * 255).astype("uint8")


def prepare_photo__centred_by_its_box(photo):
    """The digit is put on the sheet with equal margins instead of by its centre of mass.
    Call `centre_by_mass`.
    """
    small = fit_to_box(crop_to_ink(straighten(to_ink(photo))))
    height, width = small.shape
    top, left = (28 - height) // 2, (28 - width) // 2
    sheet = np.zeros((28, 28))
    sheet[top : top + height, left : left + width] = small
    picture = sheet
    return np.round(picture / picture.max() * 255).astype("uint8")


def prepare_photo__stretched_over_the_sheet(photo):
    """The digit is stretched to 28 x 28: no margin, and a slim 1 becomes a fat block.
    Call `fit_to_box` and then `centre_by_mass`.
    """
    picture = resize(crop_to_ink(straighten(to_ink(photo))), 28, 28)
    return np.round(picture / picture.max() * 255).astype("uint8")


def prepare_photo__only_made_small(photo):
    """The photo is only made gray and small, with paper and shadows and the digit wherever it was.
    Call your five functions one after another.
    """
    gray = photo if photo.ndim == 2 else photo.mean(axis=-1)
    return np.round(resize(gray, 28, 28)).astype("uint8")


def prepare_photo__left_from_0_to_1(photo):
    """The numbers still go from 0 to 1. MNIST has whole numbers from 0 to 255.
    Multiply by 255, round, and turn them into `uint8`.
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return picture / picture.max()


def prepare_photo__left_as_floats(photo):
    """The values are right, but they are not of type `uint8`.
    Add `.astype("uint8")` at the very end.
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return np.round(picture / picture.max() * 255)


def prepare_photo__whole_numbers_too_early(photo):
    """The numbers from 0 to 1 become `uint8` before they are multiplied by 255, so only 0 and 255 are left.
    Multiply and round first; `astype("uint8")` comes last.
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return (picture / picture.max()).astype("uint8") * 255


def prepare_photo__pale_pens_stay_pale(photo):
    """A thin pen gets pale when it is made small, and here it stays so.
    Divide by `picture.max()` before you multiply by 255.
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return np.round(picture * 255).astype("uint8")


def prepare_photo__multiplied_by_256(photo):
    """You multiply by 256, but `uint8` ends at 255: the darkest ink becomes 0.
    Multiply by 255.
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return (picture / picture.max() * 256).astype("int64").astype("uint8")


def prepare_photo__batch_of_one(photo):
    """The picture has an extra axis in front. That comes in `predict_photo`.
    Return the shape (28, 28).
    """
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return np.round(picture / picture.max() * 255).astype("uint8")[np.newaxis]


def prepare_photo__photo_overwritten(photo):
    """You write into the photo you were given, here by making all bright pixels white.
    Leave it as it is: `to_ink` finds the paper by itself.
    """
    photo[photo > 180] = 255
    picture = centre_by_mass(fit_to_box(crop_to_ink(straighten(to_ink(photo)))))
    return np.round(picture / picture.max() * 255).astype("uint8")


# ---------------------------------------------------------------- predict_photo


def predict_photo__not_prepared(model, photo):
    """The photo goes to the model as it is, but the model takes pictures of 28 x 28 only.
    Call `prepare_photo` first.
    """
    return int(np.argmax(model.predict(photo[np.newaxis], verbose=0)[0]))


def predict_photo__only_made_small(model, photo):
    """The photo is only made gray and small, which the model has never seen.
    Call your `prepare_photo`.
    """
    gray = photo if photo.ndim == 2 else photo.mean(axis=-1)
    return int(np.argmax(model.predict(resize(gray, 28, 28)[np.newaxis], verbose=0)[0]))


def predict_photo__no_batch(model, photo):
    """The model takes a batch of pictures, and a single one is none.
    Make a batch of one: `picture[np.newaxis]`.
    """
    return int(np.argmax(model.predict(prepare_photo(photo), verbose=0)))


def predict_photo__divided_by_255(model, photo):
    """You divide by 255, and the model does it once more, so the picture is nearly black.
    Give it the picture as `prepare_photo` returns it.
    """
    picture = prepare_photo(photo) / 255
    return int(np.argmax(model.predict(picture[np.newaxis], verbose=0)[0]))


def predict_photo__negative(model, photo):
    """You turn the picture into its negative, but the model knows bright ink on black, as `prepare_photo` returns it.
    Do not subtract it from 255.
    """
    picture = 255 - prepare_photo(photo)
    return int(np.argmax(model.predict(picture[np.newaxis], verbose=0)[0]))


def predict_photo__transposed(model, photo):
    """The picture is mirrored along its diagonal before the model sees it.
    Leave `.T` out.
    """
    picture = prepare_photo(photo).T
    return int(np.argmax(model.predict(picture[np.newaxis], verbose=0)[0]))


def predict_photo__probabilities_returned(model, photo):
    """You return all ten probabilities.
    The digit is the position of the largest: `int(np.argmax(...))`.
    """
    return model.predict(prepare_photo(photo)[np.newaxis], verbose=0)[0]


def predict_photo__largest_probability(model, photo):
    """You return how sure the model is, not of which digit.
    `np.argmax` gives the position of the largest probability, `max` its value.
    """
    return float(model.predict(prepare_photo(photo)[np.newaxis], verbose=0)[0].max())


def predict_photo__array_of_one(model, photo):
    """You return an array that holds one digit.
    Take the only row, `probabilities[0]`, and make an `int` of the result.
    """
    return np.argmax(model.predict(prepare_photo(photo)[np.newaxis], verbose=0), axis=1)


def predict_photo__least_likely(model, photo):
    """This is the digit that the model thinks least likely.
    Use `np.argmax` instead of `np.argmin`.
    """
    return int(np.argmin(model.predict(prepare_photo(photo)[np.newaxis], verbose=0)[0]))


def predict_photo__counted_from_one(model, photo):
    """You add 1 to the position, but the first of the ten probabilities belongs to the digit 0.
    The position itself is the digit.
    """
    return int(np.argmax(model.predict(prepare_photo(photo)[np.newaxis], verbose=0)[0])) + 1
