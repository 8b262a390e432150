// The Landlock domain that every sandbox enters. It takes nothing from the program's own files: it is there because a process
// in a domain may not ptrace, nor open /proc/PID/mem of, a process outside of it, and that is how one sandbox steals the exec
// ticket of another's launcher (of the same user, at a fixed address). From ABI 6 on it also keeps signals and abstract
// sockets inside. The parent is in no domain: a monitor still reads the program's memory, and kills it.

import { structure } from "./datum.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { any, builtin, errno, labelled, notNegative, type Part, result, system } from "./operation.ts";
import { address, type Datum, FRAME, type Operation, type Outcome, word } from "./plan.ts";
import { FRAME_RESULT } from "./plan-format.gen.ts";
import { STEP } from "./steps.ts";
import { commonConstant } from "./target.ts";

export function landlockPlan(landlock: LaunchOptions["landlock"]): Part {
  return { operations: operations(landlock === "prefer"), data: data() };
}

function operations(mayLack: boolean): Operation[] {
  const lacking = (...outcomes: readonly Outcome[]) => (mayLack ? outcomes : []);
  const without = "no landlock";
  const create = (of: string, size: number, outcomes: readonly Outcome[]) =>
    system(STEP.domain, "landlock_create_ruleset", [address(of), size, 0], outcomes);
  const keep = builtin(STEP.domain, "store", [address("ruleset"), word(FRAME, FRAME_RESULT)]);
  return [
    // ABI 6 (6.12): a domain that handles no access at all and scopes signals and abstract sockets. An older kernel knows a
    // shorter structure and says E2BIG. ENOSYS: not built; EOPNOTSUPP: off at boot; EPERM: an older container's filter.
    create("scoped ruleset", 24, [
      notNegative("domain"),
      errno("E2BIG"),
      ...lacking(errno("ENOSYS", without), errno("EOPNOTSUPP", without), errno("EPERM", without)),
    ]),
    // ABI 2 to 5 (5.19): a domain must handle some access, and any domain of file rights denies a rename to another directory
    // unless REFER is handled and allowed from the root down. EINVAL: ABI 1 (5.13), which has no REFER: such a domain would
    // break programs, so that kernel counts as one without Landlock.
    create("refer ruleset", 8, [notNegative(), ...lacking(errno("EINVAL", without))]),
    keep,
    system(STEP.domain, "openat", ["AT_FDCWD", address("root"), "O_PATH | O_CLOEXEC", 0], [notNegative()]),
    builtin(STEP.domain, "store32", [address("refer rule", 8), word(FRAME, FRAME_RESULT)]),
    system(
      STEP.domain,
      "landlock_add_rule",
      [word("ruleset"), "LANDLOCK_RULE_PATH_BENEATH", address("refer rule"), 0],
      [result(0, "restrict")],
    ),
    labelled("domain", keep),
    // E2BIG: sixteen domains are stacked already. The launcher is in one then, though in the same as its siblings.
    labelled(
      "restrict",
      system(STEP.enterDomain, "landlock_restrict_self", [word("ruleset"), 0], [result(0), ...lacking(errno("E2BIG"))]),
    ),
    ...(mayLack ? [labelled(without, builtin(STEP.enterDomain, "value", [0], [any()]))] : []),
  ];
}

/** struct landlock_ruleset_attr and the packed struct landlock_path_beneath_attr, whose parent_fd comes from openat. */
function data(): Datum[] {
  const scoped = commonConstant("LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL");
  const refer = commonConstant("LANDLOCK_ACCESS_FS_REFER");
  return [
    { name: "scoped ruleset", bytes: structure([0, 8], [0, 8], [scoped, 8]) },
    { name: "refer ruleset", bytes: structure([refer, 8]) },
    { name: "refer rule", bytes: structure([refer, 8], [0, 4], [0, 4]) },
    { name: "root", bytes: structure([0x2f, 1], [0, 1]), alignment: 1 },
    { name: "ruleset", bytes: new Uint8Array(8) },
  ];
}
