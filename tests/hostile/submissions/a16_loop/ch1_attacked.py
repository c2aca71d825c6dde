def scale(images):
    return images / 300


def total(numbers):
    return int(numbers.sum())
