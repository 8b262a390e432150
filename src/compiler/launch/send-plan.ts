// How a launch sends a descriptor on its status socket: one datagram of one byte, with SCM_RIGHTS. The structures are shared by
// all who send, one at a time in each process.

import { structure } from "./datum.ts";
import { builtin, result, type system } from "./operation.ts";
import { address, type Datum, type Operation, type Value } from "./plan.ts";
import { commonConstant } from "./target.ts";

/** `call` is `ticketed` once the filter is in. */
export function sendDescriptor(
  step: string,
  call: typeof system,
  { socket, tag, fd }: { readonly socket: number; readonly tag: number; readonly fd: Value },
): Operation[] {
  return [
    builtin(step, "store32", [address("tag"), tag]),
    builtin(step, "store32", [address("cmsghdr", 16), fd]),
    call(step, "sendmsg", [socket, address("msghdr"), "MSG_NOSIGNAL"], [result(1)]),
  ];
}

export function sendingData(): Datum[] {
  const lengthOfOneFd = 20; // CMSG_LEN(sizeof(int)), and CMSG_SPACE of it
  const spaceOfOneFd = 24;
  const level = commonConstant("SOL_SOCKET");
  const rights = commonConstant("SCM_RIGHTS");
  return [
    { name: "tag", bytes: new Uint8Array(8) },
    { name: "cmsghdr", bytes: structure([lengthOfOneFd, 8], [level, 4], [rights, 4], [0, 4], [0, 4]) },
    { name: "iovec", bytes: structure([0, 8], [1, 8]), pointers: [{ at: 0, to: "tag" }] },
    {
      name: "msghdr",
      bytes: structure([0, 8], [0, 4], [0, 4], [0, 8], [1, 8], [0, 8], [spaceOfOneFd, 8], [0, 4], [0, 4]),
      pointers: [
        { at: 16, to: "iovec" },
        { at: 32, to: "cmsghdr" },
      ],
    },
  ];
}
