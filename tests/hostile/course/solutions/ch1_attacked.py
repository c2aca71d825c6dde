# %% [markdown] lang=en
# # The chapter that is attacked
#
# Two small functions. Each submission of the corpus attacks the first and has the second right.

# %% code
import numpy as np

SECRET = "canary-in-the-solution-70616"


# %% code
def scale(images):
    """Divide every pixel by 255.

    Args:
        images: (n, 4) uint8.

    Returns:
        (n, 4) float32, 0 to 1.
    """
    ### BEGIN SOLUTION
    # canary-in-the-solution-70616
    return images.astype("float32") / np.float32(255)
    ### END SOLUTION


# %% code
def total(numbers):
    """Add the numbers up.

    Args:
        numbers: (n,) int64.

    Returns:
        One whole number.
    """
    ### BEGIN SOLUTION
    return int(numbers.sum())
    ### END SOLUTION
