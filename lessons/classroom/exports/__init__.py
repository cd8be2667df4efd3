"""Files that people download: tables for spreadsheets and other systems, notebooks, and a student's evidence card.

tables          rows of the completion table: CSV, JSON, Moodle
roster          the people of a course, as Canvas or Moodle exported them, matched to seats
canvas          the table, for a gradebook that Canvas exported
notebook        lessons as notebooks, and a session as a notebook or a shell script
card, signing   one student's work, signed, and verified without the app
"""
