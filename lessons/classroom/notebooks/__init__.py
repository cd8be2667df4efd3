"""The notebooks of a seat: what was edited, what was printed, and what was uploaded.

work      what one cell has become: its source, its outputs, its number
storing   saving, resetting and bringing back
upload    a notebook file that somebody brings along
shown     a notebook as a page shows it and a file holds it: the course's cells or the uploaded ones, and the work

Why it is so
------------
A seat has at most one row for each notebook: the original one, its own (uploaded), and each lesson, whose cells are those
below its forms. A row holds what differs from the notebook, by the id of the cell. So an edited cell stays as it was
edited when the course's text changes, and every other cell follows the course.

Code runs in the student's browser and nowhere else. To the server both code and outputs are text: bounded in size, never
run, never looked into.
"""
