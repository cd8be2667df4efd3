"""The class at a glance: who is where, who is stuck, common misconceptions, and what was predicted.

    Overviews     those of the process: `of` for a page that is made now, `keep` for one that stays open
    overview      the picture itself, and who keeps it
    seats         reads seats: standings, what was done lately, verdicts, predictions
    place         where a seat is, and whether it is stuck there: pure
    summary       what is common: misconceptions and predictions: pure

Why it is so
------------
A class of three hundred changes every second, but only a few seats of it: fifteen acts a second when each acts once in
twenty. So what was read of a seat is kept, and read again when the seat has changed (`lessons.classroom.changes`). What
rests on time alone (ten minutes have passed) is worked out anew every few seconds from what is kept. All of it is
derived: whoever ends the process loses nothing.
"""

from lessons.classroom.overview.overview import ClassOverview, Overview, Overviews, SeatRow

__all__ = ["ClassOverview", "Overview", "Overviews", "SeatRow"]
