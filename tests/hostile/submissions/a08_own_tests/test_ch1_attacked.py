open("@OUTSIDE@/@MARK@-tests", "w").close()
"""The chapter that is attacked"""


def test_it():
    """It is right."""
