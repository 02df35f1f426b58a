# Bases of FS and GS: their instructions where they are not enabled, in both sizes, in a loop that becomes hot, and with what is no address.
        .include "long.asm"
        .macro bases
        rdfsbase %rax
        call hex
        rdgsbase %rax
        call hex
        mov $0xc0000102, %ecx
        rdmsr
        shl $32, %rdx
        or %rdx, %rax
        call hex
        call newline
        .endm
begin64:
        expect
        rdgsbase %rax
        next
        expect
        wrfsbase %rax
        next
        mov %cr4, %rax
        or $(1<<16), %rax
        mov %rax, %cr4
        bases
        mov $0x123456789abc, %rax
        wrfsbase %rax
        mov $0xffff876543210fed, %rbx
        wrgsbase %rbx
        bases
        swapgs
        bases
        wrgsbase %ebx
        rdfsbase %ebx
        bases
        mov %rbx, %rax
        call hex
        # what is read through them
        mov $0x70000, %eax
        wrgsbase %rax
        movl $0x11111111, 0x70010
        swapgs
        mov $0x71000, %eax
        wrgsbase %rax
        movl $0x22222222, 0x71010
        xor %r8d, %r8d
        mov $20001, %r9d
1:      swapgs
        mov %gs:0x10, %eax
        imul $3, %r8, %r8
        add %rax, %r8
        lea 0x70008(%r9), %rbx
        and $~7, %rbx
        wrfsbase %rbx
        rdfsbase %rax
        add %rax, %r8
        dec %r9d
        jnz 1b
        mov %r8, %rax
        call hex
        bases
        # bits that no table translates, after one that is good
        mov $0x0100000000000000, %rbx
        expect
        wrfsbase %rbx
        next
        bases
        ret
