"""Write lessons/embedded/jars.sha256 anew, after COORDINATES changed: `python -m tests.list_jars`. It needs Maven.

Maven itself decides which versions belong together, as the jars' POMs are written for it. A folder of its own keeps
what it fetches: nothing in the list comes from somebody's ~/.m2.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from pathlib import Path

from lessons.embedded.jars import COORDINATES, LIST_PATH

LIST_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:list"
# "   org.slf4j:slf4j-api:jar:1.7.36:compile:/tmp/…/slf4j-api-1.7.36.jar -- module org.slf4j [auto]"
LISTED = re.compile(
    r"^ +(?P<name>[^: ]+:[^: ]+):jar:(?P<version>[^: ]+):\w+:(?P<path>.+?\.jar)(?: -- .*)?$", re.MULTILINE
)


def project(coordinates: tuple[str, ...]) -> str:
    """The POM of a project that needs these."""
    needed = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        for group, artifact, version in (coordinate.split(":") for coordinate in coordinates)
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>kafkaclass</groupId><artifactId>jars</artifactId>"
        f"<version>1</version><dependencies>{needed}</dependencies></project>"
    )


def list_jars(folder: Path) -> list[str]:
    """The lines of jars.sha256, in the order of Maven's class path."""
    (folder / "pom.xml").write_text(project(COORDINATES))
    options = ["-DincludeScope=runtime", "-DoutputAbsoluteArtifactFilename=true", "-DoutputFile=list"]
    subprocess.run(
        ["mvn", "-B", "-q", f"-Dmaven.repo.local={folder / 'm2'}", LIST_GOAL, *options], cwd=folder, check=True
    )
    return [
        f"{hashlib.sha256(Path(jar['path']).read_bytes()).hexdigest()}  {jar['name']}:{jar['version']}"
        for jar in LISTED.finditer((folder / "list").read_text())
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        LIST_PATH.write_text("\n".join(["# Written by `python -m tests.list_jars`.", *list_jars(Path(name)), ""]))
