"""Messages between students and staff.

hands           a student asks, staff answer
announcements   messages from instructors to the whole class
decisions       what staff changed, in words for the student
notifications   all of these, as open pages get them
"""
