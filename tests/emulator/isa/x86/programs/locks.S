# Two cores add to the same places with locked instructions that the host has no instruction for: within eight bytes, across
# them, across cache lines and pages, and sixteen at once; and with usual ones to what lies beside. Prints "whole", or what is not.
        .set ROUNDS, 20000
        .set APIC, 0xfee00000
        .set TRAMPOLINE, 0x8000
        .text
        .globl _start
_start: mov $stack0, %esp
        # the second core: its beginning in real mode, below 1 MiB
        mov $trampoline, %esi
        mov $TRAMPOLINE, %edi
        mov $(trampolineend-trampoline), %ecx
        rep movsb
        sgdt TRAMPOLINE+(gdtr-trampoline)
        mov %cr3, %rax
        mov %eax, TRAMPOLINE+(tables-trampoline)
        mov $APIC, %ebx
        movl $0x1ff, 0xf0(%rbx)
        movl $0x01000000, 0x310(%rbx)
        movl $0x00004500, 0x300(%rbx)
        movl $0x01000000, 0x310(%rbx)
        movl $(0x4600+(TRAMPOLINE>>12)), 0x300(%rbx)
        call work
        # both are done
1:      pause
        cmpl $2, finished
        jne 1b
        mov $(2*ROUNDS), %eax
        xor %ebp, %ebp
        cmp %eax, area+3
        mov $'a', %dl
        call check
        cmp %rax, area+61
        mov $'b', %dl
        call check
        cmp %rax, area+4093
        mov $'c', %dl
        call check
        cmp %rax, pair
        mov $'d', %dl
        call check
        cmp %rax, pair+8
        mov $'e', %dl
        call check
        cmp %eax, area+7
        mov $'f', %dl
        call check
        cmp %ax, area+69
        mov $'g', %dl
        call check
        movzwl area+4091, %ecx
        cmp %cx, %ax
        mov $'h', %dl
        call check
        test %ebp, %ebp
        jnz 2f
        mov $whole, %esi
3:      lodsb
        test %al, %al
        jz 2f
        mov $0x3f8, %dx
        out %al, %dx
        jmp 3b
2:      mov $0x604, %dx
        mov $0x2000, %ax
        out %ax, %dx
        mov $0x10, %al
        out %al, $0xf4
1:      hlt
        jmp 1b
check:  je 1f
        inc %ebp
        push %rax
        mov %dl, %al
        mov $0x3f8, %dx
        out %al, %dx
        pop %rax
1:      ret
work:   lock incl arrived
1:      pause
        cmpl $2, arrived
        jne 1b
        mov $ROUNDS, %r8d
2:      lock incl area+3
        lock incq area+61
        mov $1, %eax
        lock xadd %rax, area+4093
        lock incl area+7
        lock incw area+69
        lock incw area+4091
        mov pair, %rax
        mov pair+8, %rdx
3:      mov %rax, %rbx
        mov %rdx, %rcx
        inc %rbx
        inc %rcx
        lock cmpxchg16b pair
        jnz 3b
        dec %r8d
        jnz 2b
        lock incl finished
        ret
second: mov $stack1, %esp
        call work
1:      hlt
        jmp 1b
        .code16
trampoline: cli
        xor %ax, %ax
        mov %ax, %ds
        lgdtl TRAMPOLINE+(gdtr-trampoline)
        mov TRAMPOLINE+(tables-trampoline), %eax
        mov %eax, %cr3
        mov $0x220, %eax
        mov %eax, %cr4
        mov $0xc0000080, %ecx
        rdmsr
        or $0x100, %eax
        wrmsr
        mov $0x80010033, %eax
        mov %eax, %cr0
        ljmpl *TRAMPOLINE+(target-trampoline)
target: .long second
        .word 0x10
tables: .long 0
gdtr:   .space 10
trampolineend:
        .code64
whole:  .asciz "whole"
        .data
        .balign 4096
area:   .space 8192
        .balign 16
pair:   .quad 0, 0
arrived: .long 0
        .balign 64
finished: .long 0
        .space 4096
stack0: .space 4096
stack1:
