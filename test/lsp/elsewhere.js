// Loaded in front of the server by a test: another platform, no /proc, and a koffi that must not be loaded.

import fs from "node:fs";
import Module, { syncBuiltinESMExports } from "node:module";

Object.defineProperty(process, "platform", { value: "win32" });
for (const name of ["readFileSync", "openSync", "statSync", "readdirSync", "existsSync"]) {
  const real = fs[name];
  fs[name] = (path, ...rest) => {
    if (String(path).startsWith("/proc")) throw new Error(`${name} of ${path}`);
    return real(path, ...rest);
  };
}
syncBuiltinESMExports();
const load = Module._load;
Module._load = (request, ...rest) => {
  if (request.includes("koffi") || request.endsWith(".node")) throw new Error(`${request} is loaded`);
  return load(request, ...rest);
};
