"""What work is worth: how each exercise stands, the table of them, and what graders decide.

standings    the one fold of attempts and decisions, for every page and export
completion   students × exercises, sorted and filtered
deciding     overrides, and looking again at the live cluster
regrading    judging again what was seen, after a check was mended
"""
