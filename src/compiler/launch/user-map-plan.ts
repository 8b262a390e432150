// The maps of a sandbox's user namespace: the caller's own user and group, each to itself, and nobody else. An identity, because
// a program that finds itself root where it was not takes liberties that it does not have. The numbers are the caller's, so a
// launcher cannot hold them: the supervisor writes them down while it still is in the caller's namespace.

import { text } from "./datum.ts";
import { builtin, notNegative, result, system } from "./operation.ts";
import { address, type Datum, FRAME, type Operation, offset, word } from "./plan.ts";
import { FRAME_RESULT } from "./plan-format.gen.ts";
import { hideMemory, prctl } from "./privileges-plan.ts";
import { STEP } from "./steps.ts";

/** `1000 1000 1`: the kernel takes spaces behind it, so that every map is written in full by one exact result. */
const MAP_SIZE = 32;

const MAPS = [
  { name: "uid map", id: "geteuid", path: "/proc/self/uid_map", step: STEP.userMap },
  { name: "gid map", id: "getegid", path: "/proc/self/gid_map", step: STEP.groupMap },
] as const;

const SETGROUPS = "/proc/self/setgroups";
const DENY = "deny";
const COUNT = " 1";

/** In the supervisor. */
export function composeMaps(): Operation[] {
  return MAPS.flatMap(({ name, id }) => {
    const [length, number] = [address(`${name} length`), word(FRAME, FRAME_RESULT)];
    const decimal = builtin(STEP.ids, "decimal", [length, address(name), word("id")]);
    return [
      system(STEP.ids, id, [], [notNegative()]),
      builtin(STEP.ids, "store", [address("id"), number]),
      decimal,
      builtin(STEP.ids, "count", [length, 1]), // a space is there
      decimal,
      builtin(STEP.ids, "append", [length, address(name), offset(COUNT)]),
    ];
  });
}

/** In the new namespace. The files belong to root while the process is not dumpable; nothing secret is in its memory yet. */
export function writeMaps(): Operation[] {
  return [
    prctl(STEP.userMap, ["PR_SET_DUMPABLE", 1], [result(0)]),
    // Before the group map: a user who could drop a group could reach files that are closed to that group alone.
    ...write(STEP.setgroups, SETGROUPS, DENY, DENY.length),
    ...MAPS.flatMap(({ name, path, step }) => write(step, path, name, MAP_SIZE)),
    hideMemory(),
  ];
}

function write(step: string, path: string, datum: string, size: number): Operation[] {
  return [
    system(step, "openat", ["AT_FDCWD", address(path), "O_WRONLY | O_CLOEXEC", 0], [notNegative()]),
    system(step, "write", [word(FRAME, FRAME_RESULT), address(datum), size], [result(size)]),
  ];
}

export function mapsData(): Datum[] {
  const spaces = new Uint8Array(MAP_SIZE).fill(0x20);
  const string = (name: string): Datum => ({ name, bytes: text(name), alignment: 1 });
  return [
    { name: "id", bytes: new Uint8Array(8) },
    ...MAPS.flatMap(({ name, path }) => [
      string(path),
      { name, bytes: spaces },
      { name: `${name} length`, bytes: new Uint8Array(8) },
    ]),
    string(SETGROUPS),
    string(DENY),
    string(COUNT),
  ];
}
