"""Names of learners' files that any disk and any server takes, whatever a learner is called. Trusted side."""

from __future__ import annotations

import hashlib
import re

# The tilde stands in no plain name, so that nobody's plain name is what another one's is made into.
PLAIN = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
# Windows keeps these for devices, with any ending.
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9])(\..*)?")
OTHERS = re.compile(r"[^a-z0-9_-]+")
DIGEST = 16


def file_name(learner_id: str) -> str:
    """Return the name of a learner's page: his own where it is harmless, else part of it and a digest of it all."""
    if PLAIN.fullmatch(learner_id) and not DEVICES.fullmatch(learner_id) and not learner_id.endswith("."):
        return f"{learner_id}.html"
    digest = hashlib.sha256(learner_id.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]
    readable = OTHERS.sub("-", learner_id.lower())[:40].strip("-_")
    return f"{readable or 'learner'}~{digest}.html"
