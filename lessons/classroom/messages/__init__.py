"""What those who learn and those who teach say to each other.

hands        a student asks, somebody answers
announcements   words to the whole class
news         what open pages are told of both
"""
