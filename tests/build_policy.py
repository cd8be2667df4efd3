"""Write lessons/embedded/policy/seat-policy.jar anew, after its source changed: `python -m tests.build_policy`.

The Java that runs brokers has no compiler; Eclipse's is one jar that runs on it. The same source gives the same bytes.
"""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from pathlib import Path

from lessons.embedded.cluster import DEFAULT_JAR_DIR
from lessons.embedded.jars import Jar, fetch_class_path
from lessons.embedded.java import OLDEST_MAJOR, find_java
from lessons.embedded.laptops import POLICY_JAR

COMPILER = Jar(
    "org.eclipse.jdt:ecj:3.44.0",
    sha256="14c46ddc2e511c46c998da728f6a80f13a689c920f3832402f7ad150f6a6188d",
)
SOURCES = POLICY_JAR.parent
_BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)


def build(jar: Path, *, jar_dir: Path = DEFAULT_JAR_DIR, maven_url: str | None = None) -> None:
    """Raises: BrokerProblem, CalledProcessError."""
    [compiler] = fetch_class_path(jar_dir, say=print, jars=[COMPILER], maven_url=maven_url)
    kafka = fetch_class_path(jar_dir, say=print, maven_url=maven_url)
    with tempfile.TemporaryDirectory() as name:
        classes = Path(name)
        options = [
            "-source",
            str(OLDEST_MAJOR),
            "-target",
            str(OLDEST_MAJOR),
            "-g:none",
            "-cp",
            ":".join(map(str, kafka)),
        ]
        sources = [str(path.relative_to(SOURCES)) for path in sorted(SOURCES.rglob("*.java"))]
        command = [str(find_java().path), "-jar", str(compiler), *options, "-d", name, *sources]
        subprocess.run(command, cwd=SOURCES, check=True)
        with zipfile.ZipFile(jar, "w") as archive:
            for path in sorted(classes.rglob("*.class")):
                entry = zipfile.ZipInfo(path.relative_to(classes).as_posix(), _BEGINNING_OF_TIME)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    build(POLICY_JAR)
