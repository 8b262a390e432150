# The plan interpreter for aarch64: the whole program text of a launcher. It walks the plan that follows it in the image, one
# operation after the other, and knows nothing of sandboxes: which calls are made, which results are good and where to go on
# is all in the plan (plan.ts; plan-format.s has its form, which encode-plan.ts writes). It calls no function it does not hold,
# uses no libc and no vdso, and writes only to the data segment and its stack.
#
# Registers that live from operation to operation (svc changes x0 only):
#     x19  the plan's header          x20  where it is read               x21  the data segment
#     x22  the operation under way    x23  its shape, being consumed      x24  the ticket, from `take` on; never in memory again

        .include "plan-format.s"

        .text
        .globl _start
_start: adr     x19, plan
        ldr     w21, [x19]
        ldr     x0, [sp]                        // the kernel's start-up stack: argc, argv[], NULL, envp[], NULL, auxv
        add     x1, sp, #8
        add     x2, x1, x0, lsl #3
        add     x2, x2, #8
        str     x0, [x21, #FRAME_ARGC]
        str     x1, [x21, #FRAME_ARGV]
        str     x2, [x21, #FRAME_ENVP]
        sub     sp, sp, #8 * ARGV_ROOM + 6 * 8  // and the six arguments of a call; sp stays a multiple of 16, or it may not be used
        add     x20, x19, #PLAN_HEADER_SIZE

next:   mov     x22, x20
        ldrh    w13, [x20]
        ldrh    w23, [x20, #2]
        add     x20, x20, #6

// Six arguments are stored in order and loaded into their registers; what is left in x23 is the number of outcomes.
        mov     x9, sp
        mov     w10, #6
argument:
        mov     x11, #0
        ands    w12, w23, #3
        lsr     w23, w23, #2
        b.eq    known                           // 0: zero
        ldrsh   x11, [x20], #2
        subs    w12, w12, #1
        b.eq    known                           // 1: a constant
        add     x11, x21, w11, uxth
        subs    w12, w12, #1
        b.eq    known                           // 2: an address in the data segment
        ldr     x11, [x11]                      // 3: the word that is there
known:  str     x11, [x9], #8
        subs    w10, w10, #1
        b.ne    argument
        ldp     x0, x1, [sp]
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ubfx    w8, w13, #0, #CALL_TICKET_BIT   // the number, below both bits
        tbz     w13, #CALL_TICKET_BIT, 1f
        mov     x5, x24
1:      tbnz    w13, #CALL_BUILTIN_BIT, builtin
        svc     #0

// The exact result decides: an outer filter can answer any call by any errno, 0 among them.
check:  str     x0, [x21, #FRAME_RESULT]
outcome:
        cbz     w23, failed
        sub     w23, w23, #1
        ldrsh   x9, [x20]
        ldrh    w10, [x20, #2]
        add     x20, x20, #4
        mov     w11, #OUTCOME_ANY
        cmp     w9, w11
        b.eq    go
        mov     w11, #OUTCOME_NOT_NEGATIVE
        cmp     w9, w11
        b.ne    exact
        tbz     x0, #63, go
exact:  cmp     x0, x9
        b.ne    outcome
        b       go

failed: str     x0, [x21, #FRAME_FAILED_RESULT]
        ldrh    w9, [x22, #4]
        str     x9, [x21, #FRAME_FAILED_STAGE]
        ldrh    w10, [x19, #4]
go:     add     x20, x19, x10
        b       next

builtin:
        adr     x9, builtins
        ldrb    w10, [x9, x8]
        add     x9, x9, x10
        blr     x9
        b       check

builtins:
        .byte   value - builtins, load - builtins, store - builtins, store32 - builtins, count - builtins
        .byte   take - builtins, append - builtins, decimal - builtins, halt - builtins
        .balign 4

value:  ret                                     // the argument is the result

load:   ldr     x0, [x0]
        ret

store:  str     x1, [x0]
        mov     x0, x1
        ret

store32:
        str     w1, [x0]
        mov     x0, #0
        ret

count:  ldr     x9, [x0]
        add     x9, x9, x1
        str     x9, [x0]
        mov     x0, x9
        ret

take:   ldr     x24, [x0]
        str     xzr, [x0]
        mov     x0, #0
        ret

append: add     x2, x21, w2, uxth
        ldr     x9, [x0]
        add     x1, x1, x9
1:      ldrb    w10, [x2], #1
        cbz     w10, keep
        strb    w10, [x1], #1
        add     x9, x9, #1
        b       1b
keep:   str     x9, [x0]                        // the length
        mov     x0, #0
        ret

decimal:
        ldr     x9, [x0]
        add     x1, x1, x9
        cmp     x2, #0
        cneg    x2, x2, lt                      // |v|; the least number is its own, and right without a sign
        mov     x10, #10
        mov     x11, #1
1:      udiv    x12, x2, x11                    // the power of ten that the first digit counts
        cmp     x12, #10
        b.lo    2f
        mul     x11, x11, x10
        b       1b
2:      udiv    x12, x2, x11
        msub    x2, x12, x11, x2
        add     w12, w12, #'0'
        strb    w12, [x1], #1
        add     x9, x9, #1
        udiv    x11, x11, x10
        cbnz    x11, 2b
        b       keep

halt:   udf     #0                              // an instruction that will never be defined

        .balign 4
plan:
