"""Classes and their people: how people join, and what an instructor can change.

seats      seats, personal codes, class codes
staff      instructors and graders, and their one-time links
guessing   how long the answer to a wrong code waits
classes    creating a class, and its settings
due        the due date in the class's time zone
merging    two seats of one person become one
reset      deleting what a seat or a class has on the cluster
tokens     API tokens
"""
