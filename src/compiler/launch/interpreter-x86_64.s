# The plan interpreter for x86_64: the whole program text of a launcher. It walks the plan that follows it in the image, one
# operation after the other, and knows nothing of sandboxes: which calls are made, which results are good and where to go on
# is all in the plan (plan.ts; encode-plan.ts writes the bytes that are read here). It calls no function it does not hold,
# uses no libc and no vdso, and writes only to the data segment and its stack.
#
# The plan is a header, then operations; everything is little-endian 16-bit units.
#     u32 address of the data segment, u16 target of the failure handler       (targets count bytes from the header)
#     operation:  u16 call     bits 0..13 number, 14 args[5] is the ticket, 15 the number is a builtin of the interpreter
#                 u16 shape    2 bits for each of six arguments, from bit 0; bits 12..15 the number of outcomes
#                 u16 stage    what a failure report says of this operation
#                 u16 payload  for each argument whose two bits are not 0: 1 constant (signed), 2 offset in the data segment
#                              of what is pointed to, 3 offset of the 64-bit word that is the value
#                 outcomes     i16 result, u16 target of the next operation: the first that fits is taken. None fits: failure.
#
# Registers that live from operation to operation (syscall changes rax, rcx and r11 only):
#     rbx  the plan's header          rbp  where it is read               r12  the data segment
#     r13  the operation under way    r14  its shape, being consumed      r15  the ticket, from `take` on; never in memory again

        .intel_syntax noprefix

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

# The builtins, by their place in the table below.
        .equ BUILTIN_VALUE, 0
        .equ BUILTIN_LOAD, 1
        .equ BUILTIN_STORE, 2
        .equ BUILTIN_STORE32, 3
        .equ BUILTIN_COUNT, 4
        .equ BUILTIN_TAKE, 5
        .equ BUILTIN_APPEND, 6
        .equ BUILTIN_DECIMAL, 7
        .equ BUILTIN_HALT, 8

        .text
        .globl _start
_start: lea     rbx, [rip + plan]
        mov     r12d, [rbx]
        mov     rax, [rsp]                      # the kernel's start-up stack: argc, argv[], NULL, envp[], NULL, auxv
        mov     [r12 + FRAME_ARGC], rax
        lea     rcx, [rsp + 8]
        mov     [r12 + FRAME_ARGV], rcx
        lea     rcx, [rcx + rax*8 + 8]
        mov     [r12 + FRAME_ENVP], rcx
        sub     rsp, 8 * (ARGV_ROOM + 1)
        lea     rbp, [rbx + PLAN_HEADER_SIZE]

next:   mov     r13, rbp
        movzx   eax, word ptr [rbp]
        movzx   r14d, word ptr [rbp + 2]
        add     rbp, 6

# Six arguments are pushed in order and popped into their registers; what is left in r14 is the number of outcomes.
        push    6
        pop     rcx
argument:
        xor     esi, esi
        mov     edx, r14d
        shr     r14d, 2
        and     edx, 3
        jz      known                           # 0: zero
        movsx   rsi, word ptr [rbp]
        add     rbp, 2
        dec     edx
        jz      known                           # 1: a constant
        movzx   esi, si
        add     rsi, r12
        dec     edx
        jz      known                           # 2: an address in the data segment
        mov     rsi, [rsi]                      # 3: the word that is there
known:  push    rsi
        loop    argument
        pop     r9
        pop     r8
        pop     r10
        pop     rdx
        pop     rsi
        pop     rdi
        btr     eax, CALL_TICKET_BIT
        cmovc   r9, r15
        btr     eax, CALL_BUILTIN_BIT
        jc      builtin
        syscall

# The exact result decides: an outer filter can answer any call by any errno, 0 among them.
check:  mov     [r12 + FRAME_RESULT], rax
        mov     ecx, r14d
        jecxz   failed
outcome:
        movsx   rdx, word ptr [rbp]
        movzx   esi, word ptr [rbp + 2]
        add     rbp, 4
        cmp     edx, OUTCOME_ANY
        je      go
        cmp     edx, OUTCOME_NOT_NEGATIVE
        jne     exact
        test    rax, rax
        jns     go
exact:  cmp     rax, rdx
        je      go
        loop    outcome

failed: mov     [r12 + FRAME_FAILED_RESULT], rax
        movzx   ecx, word ptr [r13 + 4]
        mov     [r12 + FRAME_FAILED_STAGE], rcx
        movzx   esi, word ptr [rbx + 4]
go:     lea     rbp, [rbx + rsi]
        jmp     next

builtin:
        lea     rcx, [rip + builtins]
        movzx   eax, byte ptr [rcx + rax]
        add     rcx, rax
        call    rcx
        jmp     check

builtins:
        .byte   value - builtins, load - builtins, store - builtins, store32 - builtins, count - builtins
        .byte   take - builtins, append - builtins, decimal - builtins, halt - builtins

value:  mov     rax, rdi                        # value(v) -> v, to branch on it
        ret

load:   mov     rax, [rdi]                      # load(p) -> *p
        ret

store:  mov     [rdi], rsi                      # store(p, v) -> v
        mov     rax, rsi
        ret

store32:
        mov     [rdi], esi                      # store32(p, v) -> 0
        xor     eax, eax
        ret

count:  add     [rdi], rsi                      # count(p, n): *p += n -> *p
        mov     rax, [rdi]
        ret

take:   mov     r15, [rdi]                      # take(p): the ticket moves from memory into r15 -> 0
        xor     eax, eax
        mov     [rdi], rax
        ret

append: movzx   edx, dx                         # append(&length, buffer, offset of a text in the data segment) -> 0
        add     rdx, r12
        add     rsi, [rdi]
1:      movzx   eax, byte ptr [rdx]
        test    eax, eax
        jz      2f
        mov     [rsi], al
        inc     rsi
        inc     rdx
        inc     qword ptr [rdi]
        jmp     1b
2:      ret

decimal:
        mov     rax, rdx                        # decimal(&length, buffer, v): the digits of |v| -> 0
        neg     rax
        cmovs   rax, rdx
        add     rsi, [rdi]
        xor     ecx, ecx
        push    10
        pop     r8
1:      xor     edx, edx
        div     r8
        push    rdx
        inc     ecx
        inc     qword ptr [rdi]
        test    rax, rax
        jnz     1b
2:      pop     rdx
        add     dl, '0'
        mov     [rsi], dl
        inc     rsi
        loop    2b
        ret

halt:   hlt                                     # a privileged instruction: the process dies, whatever a filter makes of exit

        .balign 2
plan:
