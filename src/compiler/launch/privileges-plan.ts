// The part of a launch that drops privileges for good. It comes before no_new_privs, Landlock and seccomp only because dropping
// the bounding set takes a capability itself; after it, a uid of 0 is a user like any other.

import { structure } from "./datum.ts";
import { ZERO } from "./inheritance-plan.ts";
import { any, builtin, errno, labelled, result, system } from "./operation.ts";
import { address, type Datum, type Operation, word } from "./plan.ts";
import { STEP } from "./steps.ts";

/** NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each locked, and KEEP_CAPS locked off (linux/securebits.h). */
const SECUREBITS = 0xef;
const CAPABILITIES = 64;
const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

export function privilegesData(): Datum[] {
  return [
    { name: "capability", bytes: new Uint8Array(8) },
    { name: "capset", bytes: structure([LINUX_CAPABILITY_VERSION_3, 4], [0, 4]) },
  ];
}

export function privileges(): Operation[] {
  return [
    // A uid of 0, in a user namespace too, gets every capability back at execve unless NOROOT is set. EPERM: no CAP_SETPCAP,
    // so there is nothing that could come back.
    prctl(STEP.securebits, ["PR_SET_SECUREBITS", SECUREBITS], [result(0), errno("EPERM")]),
    prctl(STEP.ambient, ["PR_CAP_AMBIENT", "PR_CAP_AMBIENT_CLEAR_ALL"], [result(0)]),
    // Until the kernel knows no further capability (EINVAL), or forbids it to the unprivileged (EPERM). There are 64 at most:
    // an outer filter that answers 0 for ever must not hang the launch.
    labelled(
      "next capability",
      prctl(
        STEP.bounding,
        ["PR_CAPBSET_DROP", word("capability")],
        [result(0), errno("EINVAL", "capabilities"), errno("EPERM", "capabilities")],
      ),
    ),
    builtin(
      STEP.bounding,
      "count",
      [address("capability"), 1],
      [result(CAPABILITIES, "capabilities"), any("next capability")],
    ),
    labelled("capabilities", dropCapabilities()),
    prctl(STEP.noNewPrivs, ["PR_SET_NO_NEW_PRIVS", 1], [result(0)]),
    prctl(STEP.noNewPrivsCheck, ["PR_GET_NO_NEW_PRIVS"], [result(1)]),
    ...["PR_SPEC_STORE_BYPASS", "PR_SPEC_INDIRECT_BRANCH"].map(speculation =>
      // ENODEV, EINVAL: the kernel has no such control; ENXIO, EPERM: this CPU or its boot options leave none.
      prctl(
        STEP.speculation,
        ["PR_SET_SPECULATION_CTRL", speculation, "PR_SPEC_FORCE_DISABLE"],
        [result(0), errno("ENXIO"), errno("ENODEV"), errno("EPERM"), errno("EINVAL")],
      ),
    ),
    hideMemory(),
  ];
}

/** All that a process which executes nothing needs to drop: without execve none comes back. */
export function dropCapabilities(): Operation {
  return system(STEP.capabilities, "capset", [address("capset"), address(ZERO)], [result(0)]);
}

/** Until execve, /proc/PID of the launcher belongs to root. The program is dumpable again, as its monitor needs it. */
export function hideMemory(): Operation {
  return prctl(STEP.dumpable, ["PR_SET_DUMPABLE", 0], [result(0)]);
}

export function prctl(step: string, args: Parameters<typeof system>[2], outcomes: Operation["outcomes"]): Operation {
  return system(step, "prctl", args, outcomes);
}
