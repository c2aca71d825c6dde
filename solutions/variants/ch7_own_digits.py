"""Right answers to chapter 7, written differently: each must get full points.

`<function>__<variant>`: the docstring says how it differs from the master, whose functions it may use.
"""

import math

import numpy as np
from PIL import Image

# ---------------------------------------------------------------- to_ink


def to_ink__by_norm(photo):
    """Repeats a gray photo, and lets NumPy take the length of the differences."""
    colours = photo if photo.ndim == 3 else np.repeat(photo[..., None], 3, axis=2)
    distance = np.linalg.norm(colours - estimate_paper(colours), axis=2)
    return np.interp(distance / np.max(distance), [0.3, 0.7], [0, 1])


def to_ink__channel_by_channel(photo):
    """Adds up the squares in a loop, in float32."""
    if len(photo.shape) == 2:
        photo = np.dstack((photo, photo, photo))
    paper = estimate_paper(photo).astype("float32")
    squares = np.zeros(photo.shape[:2], "float32")
    for channel in range(3):
        squares += (photo[:, :, channel].astype("float32") - paper[:, :, channel]) ** 2
    distance = squares**0.5
    ink = (distance / distance.max() - 0.3) / 0.4
    ink[ink < 0] = 0
    ink[ink > 1] = 1
    return ink


def to_ink__limits_as_distances(photo):
    """Puts the two limits in terms of the largest distance."""
    if photo.ndim != 3:
        photo = np.broadcast_to(photo[:, :, np.newaxis], (*photo.shape, 3))
    difference = np.asarray(photo, float) - estimate_paper(photo)
    distance = np.sqrt(np.sum(np.square(difference), axis=-1))
    low, high = 0.3 * distance.max(), 0.7 * distance.max()
    return np.minimum(1, np.maximum(0, (distance - low) / (high - low)))


# ---------------------------------------------------------------- crop_to_ink


def crop_to_ink__positions_of_all_ink(ink):
    """Takes the smallest and largest positions of all pixels with ink."""
    rows, columns = np.nonzero(ink)
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def crop_to_ink__by_argmax(ink):
    """Looks for the first ink from both ends, and returns a copy in float32."""
    rows, columns = ink.max(axis=1) > 0, ink.max(axis=0) > 0
    top, left = np.argmax(rows), np.argmax(columns)
    bottom, right = len(rows) - np.argmax(rows[::-1]), len(columns) - np.argmax(columns[::-1])
    return ink[top:bottom, left:right].astype("float32")


def crop_to_ink__side_by_side(ink):
    """Takes empty rows away one by one, and turns the picture for each of the four sides."""
    for _ in range(4):
        while not ink[0].any():
            ink = ink[1:]
        ink = np.rot90(ink)
    return ink


# ---------------------------------------------------------------- fit_to_box


def fit_to_box__two_cases(ink):
    """Treats tall and wide digits separately."""
    height, width = ink.shape
    if height >= width:
        return resize(ink, 20, max(round(20 * width / height), 1))
    return resize(ink, max(round(20 * height / width), 1), 20)


def fit_to_box__by_pillow(ink):
    """Rounds by adding a half, and resizes by averaging areas."""
    longer = max(ink.shape)
    height, width = (max(1, math.floor(side / longer * 20 + 0.5)) for side in ink.shape)
    return np.asarray(Image.fromarray(ink.astype(np.float32)).resize((width, height), Image.Resampling.BOX))


def fit_to_box__sharper(ink):
    """Resizes with a sharper method, and cuts off what overshoots."""
    sides = np.maximum(1, np.rint(np.array(ink.shape) * 20 / max(ink.shape)).astype(int))
    image = Image.fromarray(ink.astype("float32"))
    return np.clip(np.array(image.resize((int(sides[1]), int(sides[0])), Image.Resampling.BICUBIC)), 0, 1)


# ---------------------------------------------------------------- centre_by_mass


def centre_by_mass__by_average(small):
    """Lets NumPy take the weighted average, and pads the digit."""
    height, width = small.shape
    row = np.average(np.arange(height), weights=small.sum(axis=1))
    column = np.average(np.arange(width), weights=small.sum(axis=0))
    top = min(max(int(np.rint(14 - row)), 0), 28 - height)
    left = min(max(int(np.rint(14 - column)), 0), 28 - width)
    return np.pad(small, ((top, 28 - height - top), (left, 28 - width - left)))


def centre_by_mass__pixel_by_pixel(small):
    """Adds up in loops, and rounds by adding a half; the sheet is float32."""
    height, width = len(small), len(small[0])
    total = rows = columns = 0.0
    for row in range(height):
        for column in range(width):
            total += small[row, column]
            rows += row * small[row, column]
            columns += column * small[row, column]
    top = max(0, min(28 - height, math.floor(14.5 - rows / total)))
    left = max(0, min(28 - width, math.floor(14.5 - columns / total)))
    sheet = np.zeros((28, 28), np.float32)
    sheet[top : top + height, left : left + width] = small
    return sheet


# ---------------------------------------------------------------- straighten


def straighten__with_weights(ink):
    """Takes weighted averages of the pixels with ink alone."""
    height = len(ink)
    rows, columns = np.nonzero(ink)
    weights = ink[rows, columns]
    centre_row, centre_column = np.average(rows, weights=weights), np.average(columns, weights=weights)
    covariance = np.average((rows - centre_row) * (columns - centre_column), weights=weights)
    slant = min(max(covariance / np.average((rows - centre_row) ** 2, weights=weights), -1), 1)
    shifts = np.rint(slant * (np.arange(height) - centre_row)).astype(int)
    return np.array([np.pad(line, (height - s, height + s)) for line, s in zip(ink, shifts, strict=True)])


def straighten__rolled_with_room(ink):
    """Makes room first and then rolls each row, which wraps around nothing but empty paper."""
    height, width = ink.shape
    y = np.arange(height)[:, np.newaxis]
    x = np.arange(width)[np.newaxis]
    total = ink.sum()
    y = y - (ink * y).sum() / total
    x = x - (ink * x).sum() / total
    slant = float(np.clip((ink * x * y).sum() / (ink * y**2).sum(), -1, 1))
    sheet = np.pad(ink, ((0, 0), (height, height))).astype("float32")
    for row, down in enumerate(y.ravel()):
        sheet[row] = np.roll(sheet[row], -int(np.rint(slant * down)))
    return sheet


# ---------------------------------------------------------------- prepare_photo


def prepare_photo__step_by_step(photo):
    """Goes through the steps in a loop."""
    picture = photo
    for step in (to_ink, straighten, crop_to_ink, fit_to_box, centre_by_mass):
        picture = step(picture)
    return np.rint(255 * picture / np.max(picture)).astype(np.uint8)


def prepare_photo__fractions_cut_off(photo):
    """Stretches before centring, and cuts fractions off after adding a half."""
    small = fit_to_box(crop_to_ink(straighten(to_ink(photo.copy()))))
    picture = centre_by_mass(small / small.max())
    return (picture * 255 + 0.5).astype("uint8")


# ---------------------------------------------------------------- predict_photo


def predict_photo__called_directly(model, photo):
    """Calls the model itself instead of predict, and gives the shape in full."""
    outputs = model(prepare_photo(photo).reshape(1, 28, 28))
    return int(np.argmax(outputs))


def predict_photo__numpy_number(model, photo):
    """Returns a whole number of NumPy's."""
    return model.predict(np.array([prepare_photo(photo)]), verbose=0).argmax(axis=1)[0]
