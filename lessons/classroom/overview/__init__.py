"""The class at a glance: who is where, who is stuck, what most of them take for true, and what they predicted.

    overview_of(klass).look()   → Overview     the one picture of all pages of this process that look at this class
    seats                     reads seats: standings, what was done lately, verdicts, predictions
    place                     where a seat is, and whether it is stuck there: pure
    summary                   what is common: misconceptions and predictions: pure

Why it is so
------------
A class of three hundred changes every second, but only a few seats of it: fifteen acts a second when each acts once in
twenty. So what was read of a seat is kept, three small queries tell whose is old, and only those are read again. What
rests on time alone (ten minutes have passed) is worked out anew at each look, from what is kept. All of it is derived:
whoever ends the process loses nothing.
"""

from lessons.classroom.overview.overview import ClassOverview, Overview, SeatRow, overview_of

__all__ = ["ClassOverview", "Overview", "SeatRow", "overview_of"]
