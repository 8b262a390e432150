// A descriptor that is closed when the thread that holds it ends, however that ends. Node stops a Worker in the middle of what
// it does and runs nothing of it any more, and a descriptor is the whole process's: a status socket would stay open, and the
// sandbox that is to end by its hang-up would live on with nobody to watch it. Node closes what a Worker opened by node:fs,
// number by number. So the descriptor is put in the place of such a file.

import { closeSync, openSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { Libc } from "./libc.ts";

export interface Tied {
  readonly fd: number;
  close(): void;
}

/** Takes the descriptor. It stays as it is where the process has no number left for another, if only for a moment. */
export function tieToThread(libc: Libc, fd: number): Tied {
  const untied = { fd, close: () => void libc.close(fd) };
  if (isMainThread) return untied; // its end is the process's
  let place: number;
  try {
    place = openSync("/dev/null", "r");
  } catch {
    return untied;
  }
  if (libc.replace(fd, place) !== place) {
    closeSync(place);
    return untied;
  }
  libc.close(fd);
  return { fd: place, close: () => closeSync(place) };
}
