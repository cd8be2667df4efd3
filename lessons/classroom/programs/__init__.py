"""What a program that runs in a page does, as acts: stored, told in the feed, counted by the limits, seen by the checks.

    open_client     a client of a program, as its seat's (clients.py)
    ProgramActs     one for each page that runs programs: `do` an act, begin one that sends, begin one that consumes
    sending.py      records that were sent one after the other, as one act
    consuming.py    a consumer from its subscription to its end, as one act for each topic

Why it is so
------------
An act by a form and the same act by a program are one row of one kind, so that an exercise can be done by either, and the
feed tells both. A form sends its records in one go. A program sends them one by one, and an act for each would tell the
class nine times what it did once: so records to one topic that follow each other are one act, which is stored before the
first of them leaves, and settled when their reports are in and the program has paused.
"""

from lessons.classroom.programs.acts import ProgramActs
from lessons.classroom.programs.clients import open_client

__all__ = ["ProgramActs", "open_client"]
