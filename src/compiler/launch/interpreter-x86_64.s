# The plan interpreter for x86_64: the whole program text of a launcher. It walks the plan that follows it in the image, one
# operation after the other, and knows nothing of sandboxes: which calls are made, which results are good and where to go on
# is all in the plan (plan.ts; plan-format.s has its form, which encode-plan.ts writes). It calls no function it does not hold,
# uses no libc and no vdso, and writes only to the data segment and its stack.
#
# Registers that live from operation to operation (syscall changes rax, rcx and r11 only):
#     rbx  the plan's header          rbp  where it is read               r12  the data segment
#     r13  the operation under way    r14  its shape, being consumed      r15  the ticket, from `take` on; never in memory again

        .intel_syntax noprefix

        .include "plan-format.s"

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

value:  mov     rax, rdi
        ret

load:   mov     rax, [rdi]
        ret

store:  mov     [rdi], rsi
        mov     rax, rsi
        ret

store32:
        mov     [rdi], esi
        xor     eax, eax
        ret

count:  add     [rdi], rsi
        mov     rax, [rdi]
        ret

take:   mov     r15, [rdi]
        xor     eax, eax
        mov     [rdi], rax
        ret

append: movzx   edx, dx
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
        mov     rax, rdx
        neg     rax                             # |v|; the least number is its own, and right without a sign
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

halt:   hlt                                     # a privileged instruction

        .balign 2
plan:
