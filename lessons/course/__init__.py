"""The lessons: one folder each, with `lesson.md` (what is read) and `checks.py` (what is checked).

Why it is so
------------
A check is in two halves. `observe` reads the cluster and the seat's acts and returns plain JSON: the evidence, which is
stored. `judge` is a pure function of that evidence and of the seat's seed: a grader can run it again years later,
without the cluster, after the check was mended. Exercise ids and points never change once a class has used them.

A new lesson is a copied folder.
"""
