"""The rules of the house are contracts in pyproject.toml; this runs them."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_imports_point_down_and_only_cluster_talks_to_kafka(capsys):
    kept = lint_imports() == EXIT_STATUS_SUCCESS
    assert kept, capsys.readouterr().out
