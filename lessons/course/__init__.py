"""The lessons: one folder each, with `lesson.md` (the text) and `checks.py` (the checks).

Why it is so
------------
A check has two halves. `observe` reads the cluster and the seat's acts and returns plain JSON: the evidence, which is
stored. `judge` is a pure function of that evidence and of the seat's seed. So a grader can run it again years later,
without the cluster, after somebody has corrected the check. Exercise ids and points never change once a class has used
them.

To add a lesson, copy a folder.
"""
