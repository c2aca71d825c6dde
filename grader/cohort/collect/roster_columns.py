"""Which column of a roster means what, by the names that sites and schools give them. Trusted side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

# What the values are -> how columns with them are called, in what `_folded` makes of it.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (
        *("id", "studentid", "studentnumber", "studentno", "sid", "idnumber", "matriculationnumber", "matrikelnummer"),
        *("learnerid", "学号", "学生编号", "学籍号", "身份标识"),
    ),
    "identifier": ("identifier", "rosteridentifier", "编号", "标识号", "标识符", "kennung"),
    "canvas": ("canvasid", "canvasuserid", "canvas"),
    "moodle": ("moodleid", "moodle", "participant", "participantid", "participantnumber"),
    "sis_user": ("sisuserid", "sisid"),
    "sis_login": ("sisloginid",),
    "login": ("login", "loginid", "username", "user", "netid", "用户名"),
    "github": ("github", "githubusername", "githublogin", "githubid", "githubaccount", "githubname", "github用户名"),
    "gradescope": ("gradescope", "gradescopeid"),
    "name": ("name", "fullname", "student", "studentname", "learner", "vollständigername", "姓名", "全名", "学生"),
    "first": ("firstname", "givenname", "forename", "vorname", "名", "名字"),
    "last": ("lastname", "surname", "familyname", "nachname", "姓", "姓氏"),
    "email": (
        *("email", "emailaddress", "mail", "e mail", "emailadresse", "mailadresse"),
        *("邮箱", "电子邮箱", "电子邮件", "电子邮件地址", "邮箱地址", "email地址"),
    ),
    "section": ("section", "sections", "group", "groups", "class", "班级", "班", "小组", "组别", "组"),
}
# What identifies a learner on a site, and what may stand for an id of the class where it has none, best first.
SITE_IDS = ("canvas", "moodle", "sis_user", "sis_login", "login", "github", "gradescope")
INSTEAD_OF_ID = ("identifier", "sis_user", "sis_login", "login", "email", "canvas", "moodle", "github", "gradescope")
# "Participant 1234567" of Moodle's worksheet, in whatever language; some have no space before the number.
PARTICIPANT = re.compile(r"[^\d@]*[^\d@\s_.-](?: (\d{1,12})|(\d{5,12}))")
_MEANING = {name: meaning for meaning, names in NAMES.items() for name in names}


def meanings(header: Sequence[str]) -> dict[str, int]:
    """Return meaning -> place of its column; the first where several mean the same."""
    folded = [_folded(cell) for cell in header]
    found: dict[str, int] = {}
    for place, name in enumerate(folded):
        meaning = _MEANING.get(name)
        if meaning is not None:
            found.setdefault(meaning, place)
    if "githubusername" in folded:
        # Beside the name, GitHub Classroom's own roster has a number that appears nowhere else.
        found["github"] = folded.index("githubusername")
    if ("sis_user" in found or "sis_login" in found) and "id" in folded:
        # Canvas's own export: there, ID is Canvas's.
        found.setdefault("canvas", found.pop("id"))
    return found


def participant_of(identifier: str) -> str | None:
    """Return the number in an identifier of Moodle's worksheet; None where it is something else."""
    match = PARTICIPANT.fullmatch(identifier)
    return (match[1] or match[2]) if match else None


def _folded(cell: str) -> str:
    """Return a column's name without what is written in many ways: case, spaces, hyphens and what is in brackets."""
    text = unicodedata.normalize("NFKC", cell).casefold()
    text = re.sub(r"\(.*?\)", "", text)
    return re.sub(r"[\s_\-.:#*'’]+", "", text)
