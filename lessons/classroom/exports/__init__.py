"""What leaves the app: tables for spreadsheets and other systems, and the card that a student takes home.

tables          rows of the completion table: CSV, JSON, Moodle
canvas          the same, matched to a gradebook that Canvas exported
card, signing   one student's record, signed, and checked without the app
"""
