"""Classes and who is in them: what an instructor does to a class, and how one comes in.

seats      seats, personal codes, the door, one-time links
guessing   how long the answer to a wrong code waits
classes    another class, and its settings; due: until when, in which time zone
merging    two seats of one person become one
reset      what a seat or a class has on the cluster goes
tokens     a script's way in
"""
