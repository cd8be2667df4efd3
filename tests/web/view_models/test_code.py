import re
from html import unescape

from django.utils.html import strip_tags

from lessons.web.view_models.code import Code

PYTHON = """\
import time

if time:
    while True:
        print("<a>", "'", "&")
"""


def test_code_is_drawn_line_by_line_with_each_sign_of_it():
    drawn = Code(PYTHON, "").python_html
    assert unescape(strip_tags(drawn)) == PYTHON
    assert re.findall(r"in-(\d)", drawn) == ["0", "0", "0", "1", "2"]
