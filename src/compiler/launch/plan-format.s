# What every plan interpreter reads and the encoder writes: the form of a plan, the frame, the builtins. Included by the source
# of each target (interpreter-*.s). Comments have lines of their own here: behind an instruction, each assembler starts them in its
# own way.
#
# The plan is a header, then operations; everything is little-endian 16-bit units.
#     u32 address of the data segment, u16 target of the failure handler       (targets count bytes from the header)
#     operation:  u16 call     bits 0..13 number, 14 args[5] is the ticket, 15 the number is a builtin of the interpreter
#                 u16 shape    2 bits for each of six arguments, from bit 0; bits 12..15 the number of outcomes
#                 u16 stage    what a failure report says of this operation
#                 u16 payload  for each argument whose two bits are not 0: 1 constant (signed), 2 offset in the data segment
#                              of what is pointed to, 3 offset of the 64-bit word that is the value
#                 outcomes     i16 result, u16 target of the next operation: the first that fits is taken. None fits: failure.

# The frame, at the start of the data segment. The first three words are the failure record, sent as they are.
        .equ FRAME_TAG, 0
        .equ FRAME_FAILED_RESULT, 8
        .equ FRAME_FAILED_STAGE, 16
        .equ FRAME_ARGC, 24
        .equ FRAME_ARGV, 32
        .equ FRAME_ENVP, 40
        .equ FRAME_RESULT, 48
        .equ FRAME_SIZE, 56

        .equ PLAN_HEADER_SIZE, 6
        .equ CALL_TICKET_BIT, 14
        .equ CALL_BUILTIN_BIT, 15

# Results that no outcome needs to name, so they stand for a set.
        .equ OUTCOME_ANY, 0x7fff
        .equ OUTCOME_NOT_NEGATIVE, 0x7ffe

# argv may be given up to this many words in front: they are written below argv[0], where the stack is free.
        .equ ARGV_ROOM, 64

# The builtins, by their place in an interpreter's table. -> is the result, by which an outcome is chosen.
#     value(v) -> v, to branch on it          load(p) -> *p
#     store(p, v): 64 bits -> v               store32(p, v) -> 0
#     count(p, n): *p += n -> *p              take(p): the ticket moves from memory into its register -> 0
#     append(&length, buffer, offset of a text in the data segment) -> 0
#     decimal(&length, buffer, v): the digits of |v| -> 0
#     halt(): the process dies by an instruction, whatever a filter makes of exit_group
        .equ BUILTIN_VALUE, 0
        .equ BUILTIN_LOAD, 1
        .equ BUILTIN_STORE, 2
        .equ BUILTIN_STORE32, 3
        .equ BUILTIN_COUNT, 4
        .equ BUILTIN_TAKE, 5
        .equ BUILTIN_APPEND, 6
        .equ BUILTIN_DECIMAL, 7
        .equ BUILTIN_HALT, 8
