// Made by scripts/assemble-launcher.ts from plan-format.s.

export const ARGV_ROOM = 64;
export const BUILTIN_APPEND = 6;
export const BUILTIN_COUNT = 4;
export const BUILTIN_DECIMAL = 7;
export const BUILTIN_HALT = 8;
export const BUILTIN_LOAD = 1;
export const BUILTIN_STORE = 2;
export const BUILTIN_STORE32 = 3;
export const BUILTIN_TAKE = 5;
export const BUILTIN_VALUE = 0;
export const CALL_BUILTIN_BIT = 15;
export const CALL_TICKET_BIT = 14;
export const FRAME_ARGC = 24;
export const FRAME_ARGV = 32;
export const FRAME_ENVP = 40;
export const FRAME_FAILED_RESULT = 8;
export const FRAME_FAILED_STAGE = 16;
export const FRAME_RESULT = 48;
export const FRAME_SIZE = 56;
export const FRAME_TAG = 0;
export const OUTCOME_ANY = 32767;
export const OUTCOME_NOT_NEGATIVE = 32766;
export const PLAN_HEADER_SIZE = 6;
