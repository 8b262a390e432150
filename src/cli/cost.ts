// --optimise, --kernel and --profile, for the commands that have them: what the caller says in, the compiler's options out.

import { type CostOptions, readProfile } from "../compiler/index.ts";
import { asFailure, readBytes, sourceName, textOf } from "./input.ts";
import { failure, wrongUsage } from "./user-error.ts";

export interface CostArguments {
  readonly optimise?: "speed" | "size";
  readonly kernel?: string;
  readonly profile?: string;
}

export function costOptions({ optimise, kernel, profile }: CostArguments): CostOptions {
  if (kernel !== undefined && !/^\d+\.\d+$/.test(kernel)) {
    throw wrongUsage(`--kernel ${kernel} is no release`, "two numbers, as in --kernel 5.10");
  }
  return {
    ...(optimise === undefined ? {} : { optimise }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(profile === undefined ? {} : { profile: profileOf(profile) }),
  };
}

function profileOf(operand: string): NonNullable<CostOptions["profile"]> {
  const bytes = readBytes(operand);
  if (!bytes.ok) throw asFailure(bytes.diagnostic);
  const read = readProfile(textOf(bytes.value) ?? "");
  if (read.ok) return read.profile;
  throw failure(
    `${sourceName(operand)} is no profile: ${read.reason}`,
    "give what `strace -c -f` prints, or JSON: { NAME: COUNT }",
  );
}
