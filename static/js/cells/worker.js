// The interpreter: Pyodide in a worker of its own, with one program's namespace and one socket.
//
//   page → start {files, vendorUrl, pythonUrl, socketUrl}   run {id, code, cell}   stop   shown {size}
//   page ← ready   failed {words}   output {runs, size}   stopped   done {id, end}
//
// `runs` are [stream, text] pairs in the order in which they were printed; the page says `shown` when they are.

import { ProgramSocket } from "./program_socket.js";
import { forgetStop, stop, wait, wake } from "./waits.js";

const PYTHON_FOLDER = "/lib/class";
let underWay = 0;
let runCell = null;

const actions = {
  start,
  run,
  stop() {
    stop();
    postMessage({ type: "stopped" });
  },
  shown({ size }) {
    underWay -= size;
    wake();
  },
};
onmessage = ({ data }) => actions[data.type](data);

async function start({ files, vendorUrl, pythonUrl, socketUrl }) {
  try {
    const [pyodide, modules] = await Promise.all([load(vendorUrl), program(pythonUrl)]);
    write(pyodide, modules);
    for (const [name, text] of Object.entries(files)) pyodide.FS.writeFile(name, text);
    pyodide.registerJsModule("_page", page(socketUrl));
    runCell = pyodide.runPython("import sys; sys.path.insert(0, '" + PYTHON_FOLDER + "'); import _kernel; _kernel.set_up(); _kernel.run");
    postMessage({ type: "ready" });
  } catch (error) {
    postMessage({ type: "failed", words: String(error) });
  }
}

async function load(vendorUrl) {
  const { loadPyodide } = await import(new URL("pyodide.mjs", vendorUrl));
  return loadPyodide({ indexURL: vendorUrl, lockFileContents: NO_PACKAGES });
}

const NO_PACKAGES = JSON.stringify({ info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten", python: "3.14.2", version: "314.0.7" }, packages: {} });

// The stand-in and the kernel, as [path, text] pairs.
async function program(pythonUrl) {
  const names = await (await fetched(new URL("files.json", pythonUrl))).json();
  return Promise.all(names.map(async (name) => [name, await (await fetched(new URL(name, pythonUrl))).text()]));
}

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} ${response.status}`);
  return response;
}

function write(pyodide, files) {
  for (const [name, text] of files) {
    const path = `${PYTHON_FOLDER}/${name}`;
    pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    pyodide.FS.writeFile(path, text);
  }
}

// What Python sees of the page, as its module `_page`.
function page(socketUrl) {
  return {
    wait,
    openSocket: () => new ProgramSocket(socketUrl, { onHeard: wake }),
    underWay: () => underWay,
    post(runs, size) {
      underWay += size;
      postMessage({ type: "output", runs: JSON.parse(runs), size });
    },
  };
}

async function run({ id, code, cell }) {
  forgetStop();
  const end = await runCell.callPromising(code, cell);
  postMessage({ type: "done", id, end: JSON.parse(end) });
}
