// The action in front of a rule: its name and value checked against what the kernel can carry.

import { constant, errnoName } from "../abi/constants.ts";
import {
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_ERRNO,
  SECCOMP_RET_KILL_PROCESS,
  SECCOMP_RET_KILL_THREAD,
  SECCOMP_RET_LOG,
  SECCOMP_RET_TRACE,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF,
} from "../bpf/instruction.ts";
import {
  actionDataRange,
  errnoRange,
  errnoZero,
  killThread,
  missingErrno,
  notAnErrno,
  unexpectedActionValue,
  unknownAction,
} from "../diagnostics/actions.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Action as ActionNode } from "../syntax/ast.ts";
import type { Action } from "./model.ts";
import type { Scope } from "./scope.ts";
import { constantsIn, numberOf } from "./values.ts";

/** Largest errno the kernel gives back: it clamps SECCOMP_RET_DATA of an ERRNO to MAX_ERRNO. */
const MAX_ERRNO = 4095n;
const MAX_DATA = 0xffffn;

const ACTIONS = ["allow", "log", "notify", "trace", "errno", "trap", "kill", "kill-thread"] as const;

/** The action a node means; undefined after a diagnostic. */
export function actionOf(node: ActionNode, scope: Scope): Action | undefined {
  const kind = ACTIONS.find(name => name === node.name.text);
  switch (kind) {
    case undefined:
      scope.report(unknownAction(node.name.span, node.name.text, nearest(node.name.text, ACTIONS)));
      return undefined;
    case "errno":
      return errnoAction(node, scope);
    case "trap":
    case "trace":
      return dataAction(kind, node, scope);
    case "allow":
    case "log":
    case "notify":
    case "kill":
    case "kill-thread":
      if (node.value !== undefined) {
        scope.report(unexpectedActionValue(node.value.span, kind));
        return undefined;
      }
      if (kind === "kill-thread") scope.report(killThread(node.span));
      return { kind };
  }
}

function errnoAction(node: ActionNode, scope: Scope): Action | undefined {
  if (node.value === undefined) {
    scope.report(missingErrno(node.span));
    return undefined;
  }
  const { span } = node.value;
  const value = numberOf({ expr: node.value, scope }, 32);
  if (value === undefined) return undefined;
  if (value < 0n || value > MAX_ERRNO) {
    scope.report(errnoRange(span, value));
    return undefined;
  }
  const stranger = constantsIn({ expr: node.value, scope }).find(name => !isErrno(name, value, scope));
  if (stranger !== undefined) scope.report(notAnErrno(span, stranger));
  else if (value === 0n) scope.report(errnoZero(node.span));
  return { kind: "errno", errno: Number(value) };
}

function isErrno(name: string, value: bigint, scope: Scope): boolean {
  return /^E[A-Z0-9]+$/.test(name) && constant(scope.arch, name) === value && errnoName(Number(value)) !== undefined;
}

function dataAction(kind: "trap" | "trace", node: ActionNode, scope: Scope): Action | undefined {
  if (node.value === undefined) return { kind, data: 0 };
  const value = numberOf({ expr: node.value, scope }, 32);
  if (value === undefined) return undefined;
  if (value < 0n || value > MAX_DATA) {
    scope.report(actionDataRange(node.value.span, kind, value));
    return undefined;
  }
  return { kind, data: Number(value) };
}

/** Whether the call does not run: what `foreign` and `unknown` may be. */
export function isDenying(action: Action): boolean {
  switch (action.kind) {
    case "kill":
    case "kill-thread":
    case "trap":
    case "errno":
      return true;
    case "notify":
    case "trace":
    case "log":
    case "allow":
      return false;
  }
}

/** The action as the language writes it: `errno(EPERM)`, `trap(3)`, `kill`. */
export function showAction(action: Action): string {
  switch (action.kind) {
    case "errno":
      return `errno(${errnoName(action.errno) ?? action.errno})`;
    case "trap":
    case "trace":
      return action.data === 0 ? action.kind : `${action.kind}(${action.data})`;
    default:
      return action.kind;
  }
}

/** The word that a filter returns for the action (linux/seccomp.h). */
export function retOf(action: Action): number {
  switch (action.kind) {
    case "allow":
      return SECCOMP_RET_ALLOW;
    case "log":
      return SECCOMP_RET_LOG;
    case "notify":
      return SECCOMP_RET_USER_NOTIF;
    case "trace":
      return (SECCOMP_RET_TRACE | action.data) >>> 0;
    case "errno":
      return (SECCOMP_RET_ERRNO | action.errno) >>> 0;
    case "trap":
      return (SECCOMP_RET_TRAP | action.data) >>> 0;
    case "kill":
      return SECCOMP_RET_KILL_PROCESS;
    case "kill-thread":
      return SECCOMP_RET_KILL_THREAD;
  }
}
