// Makes the folder of one version from the npm package `pyodide`, unpacked: node build.mjs PACKAGE FOLDER
//
// The interpreter's files are copied as they are. The standard library is compiled ahead, by that very interpreter: it
// starts in half the time then. Each file gets a .gz beside it, which the web server sends in its place.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const AS_THEY_ARE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"];
const LIBRARY = "python_stdlib.zip";
const COMPILE = `
import io, py_compile, zipfile
source, target = zipfile.ZipFile("/tmp/library.zip"), io.BytesIO()
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as compiled:
    for name in sorted(source.namelist()):
        data = source.read(name)
        if name.endswith(".py"):
            with open("/tmp/module.py", "wb") as file:
                file.write(data)
            never = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile("/tmp/module.py", "/tmp/module.pyc", dfile="/lib/python3.14/" + name, doraise=True, invalidation_mode=never)
            name, data = name + "c", open("/tmp/module.pyc", "rb").read()
        compiled.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 9)
target.getvalue()
`;

const [from, to] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(pathToFileURL(join(from, "pyodide.mjs")));
const pyodide = await loadPyodide();
pyodide.FS.writeFile("/tmp/library.zip", readFileSync(join(from, LIBRARY)));
mkdirSync(to, { recursive: true });
writeFileSync(join(to, LIBRARY), pyodide.runPython(COMPILE).toJs());
for (const name of AS_THEY_ARE) copyFileSync(join(from, name), join(to, name));
for (const name of [...AS_THEY_ARE, LIBRARY]) writeFileSync(join(to, `${name}.gz`), gzipSync(readFileSync(join(to, name)), { level: 9 }));
