"""What work is worth: the standing of each exercise, the table of all standings, and what graders decide.

standings    computes standings from attempts and overrides, for every page and export
completion   students × exercises, sorted and filtered
deciding     overrides, and re-checks on the live cluster
regrading    re-grades from stored evidence, after a check was corrected
"""
