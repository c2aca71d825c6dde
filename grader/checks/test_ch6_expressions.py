"""Chapter 6: Reading faces"""

import numpy as np
import pytest

from grader.expect import expect
from grader.expect.faces import expect_recognition, predicted_emotions
from grader.messages import say
from grader.submission.values import TextFile

# What the chapter asks for.
EMOTIONS, SIDE = 7, 48
EPOCHS, BATCH_SIZE = 12, 32
PARAMETERS = 151_431
LAYERS = (
    ("Conv2D", 32, "relu"),
    ("MaxPooling2D", 0, ""),
    ("Conv2D", 64, "relu"),
    ("MaxPooling2D", 0, ""),
    ("Dense", 128, "relu"),
    ("Dense", EMOTIONS, "softmax"),
)
HEADER = "emotion,pixels,Usage"
PARTS = ("Training", "PublicTest", "PrivateTest")

# What a training is asked to do shows with few faces. Not a multiple of 32, so that the last batch is a smaller one.
FIT_FACES = 70
# Weights and shares are single divisions; numbers rounded to six digits pass.
VALUE_TOLERANCE = 1e-5
# Softmax in float32 over seven outputs.
SUM_TOLERANCE = 1e-4
# The reference's largest output before training averages 0.15 to 0.18 (20 seeds), and 0.85 to 1 with pixels up to 255.
UNSURE = 0.5
# With all weight on one emotion the reference answers it to all faces; with balanced weights to 30 % at most (4 seeds).
STEERED_SHARE = 0.9
# Surprise: one face in nine, here and in FER-2013, and not the middle place, which stays when weights are turned round.
STEERED_EMOTION = 5
AGREEING_FACES = 100

FUNCTIONS = ("read_faces", "class_weights", "build_face_model", "fit_faces", "recall_per_class")


# ---------------------------------------------------------------- read_faces


def row_of(image, emotion, part="Training"):
    """Return a whole row of the file."""
    return f"{emotion},{pixels_of(image)},{part}"


def pixels_of(image):
    return " ".join(map(str, image.reshape(-1).tolist()))


def file_of(rows, end="\n", header=HEADER):
    """Return an open file with these rows below the header."""
    return TextFile("".join(f"{line}{end}" for line in (header, *rows)))


def parts_of(returned):
    return expect(returned).has_parts("images", "labels", "usage", "broken")


@pytest.fixture(scope="module")
def whole(faces):
    """Six whole rows, of all three parts, and the faces in them: the first and the last emotion, black and white."""
    split = faces.test.first(6)
    images, labels = split.images.copy(), split.labels.copy()
    images[0, 0, :2], labels[:2] = (0, 255), (0, EMOTIONS - 1)
    usage = [PARTS[number] for number in (0, 0, 2, 1, 0, 1)]
    rows = [row_of(*face) for face in zip(images, labels, usage, strict=True)]
    return rows, images, labels, usage


def broken_rows(image):
    """Return rows that are broken in one way each."""
    good, more = pixels_of(image), pixels_of(image[:1])
    numbers = good.split()
    return [
        f"3,{' '.join(numbers[:-1])},Training",
        f"3,{good} 7,Training",
        f"3,{' '.join([*numbers[:1000], 'x', *numbers[1001:]])},Training",
        f"3,{' '.join(['256', *numbers[1:]])},Training",
        f"3,{' '.join([*numbers[:-1], '-1'])},Training",
        f"3,{good}",
        f"3,{good},Training,{more}",
        f"7,{good},Training",
        f"-1,{good},Training",
        f"happy,{good},Training",
        f"3,{good},Test",
        "3,,Training",
        "",
    ]


@pytest.fixture(scope="module")
def flawed(whole, faces):
    """Whole rows with broken ones between them, and the numbers of the broken lines."""
    rows = [(row, False) for row in whole[0]]
    for number, broken in enumerate(broken_rows(faces.test.images[6])):
        rows.insert(2 + number + number // 3, (broken, True))
    lines = [number for number, (_, is_broken) in enumerate(rows, start=2) if is_broken]
    return [row for row, _ in rows], lines


@pytest.mark.task("read_faces", points=2)
def test_four_things_are_returned(submission, whole):
    """Four things come back: images, labels, usage and broken lines."""
    parts_of(submission.read_faces(file_of(whole[0])))


@pytest.mark.task("read_faces", points=3)
def test_images_are_48_by_48_bytes(submission, whole):
    """Each face becomes a picture of 48 x 48 pixels of type uint8."""
    images, *_ = parts_of(submission.read_faces(file_of(whole[0])))
    expect(images).has_shape(len(whole[0]), SIDE, SIDE)
    expect(images).has_dtype("uint8")


@pytest.mark.task("read_faces", points=4)
def test_every_pixel_stands_in_its_place(submission, whole):
    """Every pixel has its value and stands in its place."""
    images, *_ = parts_of(submission.read_faces(file_of(whole[0])))
    expect(images).equals(whole[1], relative=0, absolute=0)


@pytest.mark.task("read_faces", points=3)
def test_labels_are_the_emotions(submission, whole):
    """The labels are the emotions of the faces, as whole numbers."""
    _, labels, *_ = parts_of(submission.read_faces(file_of(whole[0])))
    expect(labels).holds_whole_numbers()
    expect(labels).equals(whole[2], relative=0, absolute=0)


@pytest.mark.task("read_faces", points=2)
def test_usage_says_where_each_face_belongs(submission, whole):
    """The usage says for each face which part of the data it belongs to."""
    *_, usage, _ = parts_of(submission.read_faces(file_of(whole[0])))
    expect(usage).lists(whole[3], say("the usage of each face"))


@pytest.mark.task("read_faces", points=4)
@pytest.mark.hidden
def test_broken_lines_are_skipped(submission, whole, flawed):
    """Broken lines are skipped, and every whole face around them is kept."""
    images, labels, usage, _ = parts_of(submission.read_faces(file_of(flawed[0])))
    expect(images).equals(whole[1], relative=0, absolute=0)
    expect(labels).equals(whole[2], relative=0, absolute=0)
    expect(usage).lists(whole[3], say("the usage of each face"))


@pytest.mark.task("read_faces", points=3)
def test_broken_lines_are_numbered(submission, whole, faces):
    """The numbers of the broken lines are returned; the header is line 1."""
    files, lines = [], ((3, 6), (2, 5, 10))
    for kinds, places in zip(((0, 12), (3, 7, 10)), lines, strict=True):
        rows, broken = list(whole[0]), broken_rows(faces.test.images[6])
        for kind, place in zip(kinds, places, strict=True):
            rows.insert(place - 2, broken[kind])
        files.append(file_of(rows))
    # All answers first: those to one of the files alone do not tell one mistake from another.
    answers = [submission.read_faces(file) for file in files]
    for answer, expected in zip(answers, lines, strict=True):
        *_, numbers = parts_of(answer)
        expect(numbers).lists(expected, say("the numbers of the broken lines"))


@pytest.mark.task("read_faces", points=2)
def test_quotation_marks_and_line_ends_do_no_harm(submission, whole):
    """Quotation marks around a column and line ends of Windows do no harm."""
    quoted = ['"{}","{}","{}"'.format(*row.split(",")) for row in whole[0]]
    # All answers first: those to one of the files alone do not tell one mistake from another.
    answers = [submission.read_faces(file) for file in (file_of(whole[0], end="\r\n"), file_of(quoted))]
    for answer in answers:
        images, _, usage, broken = parts_of(answer)
        expect(broken).lists([], say("the numbers of the broken lines"))
        expect(images).equals(whole[1], relative=0, absolute=0)
        expect(usage).lists(whole[3], say("the usage of each face"))


@pytest.mark.task("read_faces", points=1)
def test_open_file_and_list_are_read_alike(submission, whole):
    """An open file and a list of lines are read alike."""
    file = file_of(whole[0])
    for lines in (file, file.text.splitlines(keepends=True)):
        images, *_ = parts_of(submission.read_faces(lines))
        expect(images).has_shape(len(whole[0]), SIDE, SIDE)


# ---------------------------------------------------------------- class_weights

# The rarest occurs twice: where it occurs once, 1 / count and the weight over the largest weight are the same.
ALL_EMOTIONS = np.array([3, 0, 3, 6, 4, 3, 2, 5, 1, 6, 4, 3, 0, 6, 3, 4, 1, 5, 2])
SOME_EMOTIONS = np.array([3, 3, 3, 0, 5, 3, 5, 0])


@pytest.mark.task("class_weights", points=2)
def test_there_is_a_weight_for_each_emotion(submission):
    """There are seven weights, whichever emotions occur."""
    for labels in (ALL_EMOTIONS, SOME_EMOTIONS):
        expect(submission.class_weights(labels)).has_shape(EMOTIONS)


@pytest.mark.task("class_weights", points=4)
def test_rare_emotions_weigh_more(submission, reference):
    """Each weight is as the formula says: the rarer the emotion, the larger."""
    expected = reference.class_weights(ALL_EMOTIONS)
    expect(submission.class_weights(ALL_EMOTIONS)).equals_with_gaps(expected, absolute=VALUE_TOLERANCE)


@pytest.mark.task("class_weights", points=3)
def test_missing_emotion_weighs_nothing(submission, reference):
    """An emotion that does not occur gets the weight 0, and the others are not disturbed by it."""
    for labels in (SOME_EMOTIONS, np.array([6, 6, 6]), np.array([3, 3, 3, 6])):
        expected = reference.class_weights(labels)
        expect(submission.class_weights(labels)).equals_with_gaps(expected, absolute=VALUE_TOLERANCE)


@pytest.mark.task("class_weights", points=2)
def test_mean_weight_of_the_faces_is_one(submission, faces):
    """The mean weight of all faces is 1."""
    for labels in (faces.train.labels, SOME_EMOTIONS):
        expect(submission.class_weights(labels)).averages_to_one_over(labels, absolute=VALUE_TOLERANCE)


@pytest.mark.task("class_weights", points=3)
@pytest.mark.hidden
def test_other_labels_get_right_weights_too(submission, reference):
    """Other labels get the right weights, too."""
    labels = np.random.default_rng(6).choice([1, 2, 4, 5], size=300, p=[0.05, 0.2, 0.35, 0.4])
    expected = reference.class_weights(labels)
    expect(submission.class_weights(labels)).equals_with_gaps(expected, absolute=VALUE_TOLERANCE)


# ---------------------------------------------------------------- build_face_model


@pytest.mark.task("build_face_model", points=2)
def test_model_takes_pictures(submission):
    """The model takes pictures of 48 x 48 pixels."""
    expect(submission.build_face_model()).takes_pictures_of(SIDE, SIDE)


@pytest.mark.task("build_face_model", points=6)
def test_layers_are_the_chapters(submission):
    """The layers are those of the chapter, in their order."""
    expect(submission.build_face_model()).computes_with(LAYERS)


@pytest.mark.task("build_face_model", points=3)
def test_model_has_the_right_number_of_parameters(submission):
    """The model has 151,431 parameters."""
    expect(submission.build_face_model()).has_parameters(PARAMETERS)


@pytest.mark.task("build_face_model", points=3)
def test_outputs_are_seven_probabilities(submission, faces):
    """The outputs for each picture are seven probabilities."""
    model = expect(submission.build_face_model()).is_built()
    expect(model).gives_probabilities(faces.test.first(20).images, EMOTIONS, absolute=SUM_TOLERANCE)


@pytest.mark.task("build_face_model", points=3)
def test_model_scales_the_pixels_itself(submission, faces):
    """The model scales the pixels itself, from 0 to 255 down to 0 to 1."""
    expect(submission.build_face_model()).is_unsure(faces.test.first(50).images, at_most=UNSURE)


@pytest.mark.task("build_face_model", points=3)
def test_model_is_compiled_for_whole_number_labels(submission):
    """The model is compiled with adam, sparse categorical cross-entropy and accuracy."""
    model = submission.build_face_model()
    expect(model).is_compiled_with_optimizer("adam")
    expect(model).is_compiled_with_loss("sparse_categorical_crossentropy")
    expect(model).is_compiled_with_metric("accuracy")
    expect(model).has_a_loss_that_fits_its_outputs()


# ---------------------------------------------------------------- fit_faces


@pytest.fixture(scope="module")
def untrained(reference):
    return reference.build_face_model()


@pytest.fixture(scope="module")
def few(faces):
    return faces.train.first(FIT_FACES)


@pytest.fixture
def fitted(submission, reference, untrained, few):
    """What fit_faces does with the reference's model and weights."""
    return submission.fit_faces.once(untrained, few.images, few.labels, reference.class_weights(few.labels))


def epochs_of(outcome):
    """Return how many epochs ran, so that a wrong number of them costs only the check that asks for it."""
    return len(expect(outcome.value).is_history().epochs)


@pytest.mark.task("fit_faces", points=2)
@pytest.mark.limits(seconds=120)
def test_history_of_the_training_is_returned(fitted):
    """The History is returned, with loss and accuracy."""
    expect(fitted.value).has_curves("loss", "accuracy")


@pytest.mark.task("fit_faces", points=2)
@pytest.mark.limits(seconds=120)
def test_there_are_twelve_epochs(fitted):
    """Training runs for 12 epochs."""
    expect(fitted.value).has_epochs(EPOCHS)


@pytest.mark.task("fit_faces", points=2)
@pytest.mark.limits(seconds=120)
def test_batches_hold_32_faces(fitted):
    """The faces go through the model in batches of 32."""
    expect(fitted).used_batches_of(BATCH_SIZE, samples=fitted.observation.training.samples // max(1, epochs_of(fitted)))


@pytest.mark.task("fit_faces", points=3)
@pytest.mark.limits(seconds=120)
def test_all_faces_are_learned_from(fitted, few):
    """All faces are learned from, as they are and each with its own label."""
    expect(fitted).trained_on_all_faces(few.images, few.labels, epochs_of(fitted))


@pytest.mark.task("fit_faces", points=2)
@pytest.mark.limits(seconds=120)
def test_loss_goes_down(fitted):
    """The loss falls."""
    expect(fitted.value).has_a_falling_curve("loss")


@pytest.mark.task("fit_faces", points=2)
@pytest.mark.limits(seconds=120)
def test_model_that_was_passed_in_has_learned(fitted, untrained):
    """The model that was passed in has learned."""
    expect(fitted).changed_the_weights_of(untrained)


@pytest.mark.task("fit_faces", points=5)
@pytest.mark.limits(seconds=120)
def test_weights_steer_the_training(submission, untrained, few):
    """The weights steer the training: where only one emotion counts, the model learns to answer it."""
    weights = np.eye(EMOTIONS)[STEERED_EMOTION]
    outcome = submission.fit_faces.once(untrained, few.images, few.labels, weights)
    expect(outcome).answers_mostly(few.images, STEERED_EMOTION, STEERED_SHARE)


# ---------------------------------------------------------------- recall_per_class

# All seven occur and are answered, and no recall equals the precision or the accuracy.
TRUE = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6])
ANSWERED = np.array([0, 0, 0, 3, 3, 1, 2, 0, 2, 6, 5, 3, 3, 3, 3, 4, 3, 5, 5, 2, 0, 0, 1, 6, 0])


@pytest.mark.task("recall_per_class", points=2)
def test_there_is_a_recall_for_each_emotion(submission):
    """There are seven numbers, whichever emotions occur."""
    for labels, predictions in ((TRUE, ANSWERED), (SOME_EMOTIONS, SOME_EMOTIONS)):
        expect(submission.recall_per_class(labels, predictions)).has_shape(EMOTIONS)


@pytest.mark.task("recall_per_class", points=5)
def test_recall_is_the_share_of_an_emotions_faces(submission, reference):
    """Each recall is the share of an emotion's own faces that were recognised."""
    expected = reference.recall_per_class(TRUE, ANSWERED)
    expect(submission.recall_per_class(TRUE, ANSWERED)).equals_with_gaps(expected, absolute=VALUE_TOLERANCE)


@pytest.mark.task("recall_per_class", points=3)
def test_emotion_that_no_face_shows_has_no_recall(submission, reference):
    """An emotion that no face shows has the recall nan, also when it was answered."""
    answered = np.array([3, 3, 4, 0, 5, 3, 6, 3])
    expected = reference.recall_per_class(SOME_EMOTIONS, answered)
    expect(submission.recall_per_class(SOME_EMOTIONS, answered)).equals_with_gaps(expected, absolute=VALUE_TOLERANCE)


@pytest.mark.task("recall_per_class", points=4)
@pytest.mark.hidden
def test_recall_is_right_for_other_answers_too(submission, reference):
    """It is right for other labels and answers, too, the worst and the best among them."""
    generator = np.random.default_rng(66)
    labels = generator.choice([0, 1, 2, 3, 5, 6], size=200)
    predictions = np.where(generator.random(200) < 0.6, labels, generator.integers(0, EMOTIONS, 200))
    predictions[labels == 1], predictions[labels == 5] = 0, 5
    expected = reference.recall_per_class(labels, predictions)
    expect(submission.recall_per_class(labels, predictions)).equals_with_gaps(expected, absolute=VALUE_TOLERANCE)


# ---------------------------------------------------------------- all together


def train_chain(work, faces):
    """Return what fit_faces does when all of `work`'s own functions come before it, on all training faces."""
    model = expect(work.build_face_model()).is_built()
    weights = expect(work.class_weights(faces.train.labels)).holds_numbers()
    outcome = work.fit_faces.once(model, faces.train.images, faces.train.labels, weights)
    expect(outcome.model).is_model()
    return outcome


def hidden_predictions(work, faces):
    """Return what a model trained by `work` answers to the hidden faces."""
    return predicted_emotions(work.do_once(train_chain, faces).model, faces.hidden.images, EMOTIONS)


def calibrated_accuracy(work, faces):
    """Return the share of hidden faces whose emotion a model trained by `work` names."""
    return float((hidden_predictions(work, faces) == faces.hidden.labels).mean())


@pytest.mark.task("all_together", points=6, functions=FUNCTIONS)
@pytest.mark.limits(seconds=1800)
def test_your_model_reads_hidden_faces(submission, faces, floor, picture):
    """Your functions together make a model that reads faces it has never seen."""
    predictions = hidden_predictions(submission, faces)
    outcome = submission.do_once(train_chain, faces)
    expect(outcome.value).has_curves("loss")
    picture.curves(outcome.value, accuracy=float((predictions == faces.hidden.labels).mean()))
    picture.measured(expect_recognition(predictions, faces.hidden.labels, floor))


@pytest.mark.task("all_together", points=4, functions=FUNCTIONS)
@pytest.mark.limits(seconds=1800)
def test_your_functions_fit_together(submission, reference, faces):
    """What read_faces returns goes into your model, and recall_per_class judges its answers rightly."""
    split = faces.test.first(AGREEING_FACES)
    rows = [row_of(*face) for face in zip(split.images, split.labels, strict=True)]
    images, labels, *_ = parts_of(submission.read_faces(file_of(rows)))
    expect(images).has_shape(len(rows), SIDE, SIDE)
    model = submission.do_once(train_chain, faces).model
    predictions = predicted_emotions(model, images, EMOTIONS)
    expected = reference.recall_per_class(split.labels, predictions)
    expect(submission.recall_per_class(labels, predictions)).equals_with_gaps(expected, absolute=VALUE_TOLERANCE)
