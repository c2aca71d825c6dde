"""Hostile submissions of chapter 2: each attacks in one function and is right elsewhere."""

from __future__ import annotations

from classroom import Work, chapter_functions, source_of

from grader.layout import find_course

# Name of the attack -> the function that attacks, and its code.
ATTACKS = {
    "ends the process": ("normalize", "import os; os._exit(0)"),
    "never returns": ("normalize", "while True: pass"),
    "takes all memory": ("normalize", "return [bytearray(2**28) for _ in range(1000)]"),
    "prints without end": ("normalize", "while True: print('x' * 10000)"),
    "forks without end": ("normalize", "import os\n    while True: os.fork()"),
    "reads what is not its own": ("evaluate_model", "return open('/etc/shadow').read()"),
    "claims an accuracy": ("evaluate_model", "return 0.0, 1.0"),
    "fills the disk": ("normalize", "open('/tmp/full', 'wb').write(bytes(2**34))"),
    "calls out": ("predict_digit", "import socket; socket.create_connection(('192.0.2.1', 80), 5)"),
    "patches Keras": ("fit_model", "import keras; keras.Model.fit = lambda *a, **k: None; return model.fit(images)"),
}


def make_hostile(work: Work, turn: int) -> Work:
    """Return a submission under the same name that attacks; attacks take turns."""
    function, attack = list(ATTACKS.values())[turn % len(ATTACKS)]
    assert function in chapter_functions()
    master = find_course().master("ch2_first_model").read_text(encoding="utf-8")
    head = source_of(master, function).split("\n", 1)[0]
    return Work(work.name, "hostile", {function: f"{head}\n    {attack}"}, "")
