"""Messages between students and staff.

hands           a student asks, staff answer
announcements   messages from instructors to the whole class
notifications   both, as open pages get them
"""
