#!/usr/bin/env python3
"""The way in: `python3 manage.py up` runs a class, `python3 manage.py test` tests it; the rest is Django's."""

import os
import sys

# No newer syntax in this file: an old Python must get as far as this sentence.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("kafkaclass needs Python 3.11 or newer; this one (%s) is older." % sys.executable)  # noqa: UP031
if os.name == "nt":
    sys.exit("kafkaclass runs on Linux and macOS; on Windows, run it inside WSL2.")

if __name__ == "__main__":
    from kafkaclass import bootstrap

    bootstrap.prepare(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafkaclass.settings")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
