# Debug registers: execution, writes, reads and writes of all lengths, ports, general detect, single steps, and what DR6 then
# says; a fault before an instruction that RF lets pass, a trap behind one; INT1; a task whose trap bit is set.
        .include "long.asm"
        .set WATCHED, 0x70008
        # arms breakpoint 0 at an address: kind and length as DR7 has them
        .macro arm address kind length
        mov $\address, %eax
        mov %rax, %dr0
        mov $(0x402+(\kind<<16)+(\length<<18)), %eax
        mov %rax, %dr7
        .endm
        .macro disarm
        mov $0x400, %eax
        mov %rax, %dr7
        .endm
        # prints how far from `mark` it came, DR6 and whether RF is saved
trapped: push %rax
        push %rcx
        mov $'t', %al
        out %al, $0xe9
        mov 16(%rsp), %rax
        lea mark(%rip), %rcx
        sub %rcx, %rax
        call hex
        mov %dr6, %rax
        and $0xf00f, %eax
        call hex
        xor %eax, %eax
        mov %rax, %dr6
        mov 32(%rsp), %rax
        shr $16, %eax
        and $1, %eax
        call hex
        # some processors leave this to the handler
        orl $0x10000, 32(%rsp)
        pop %rcx
        pop %rax
        iretq
        .macro done
        push %rax
        mov $10, %al
        out %al, $0xe9
        pop %rax
        .endm
begin64: lea trapped(%rip), %rax
        mov %ax, IDT+16
        shr $16, %rax
        mov %ax, IDT+16+6
mark:   mov $WATCHED, %ebx
        # execution: once, and again when it is come to again
        lea 1f(%rip), %rax
        mov %rax, %dr0
        mov $0x402, %eax
        mov %rax, %dr7
        mov $3, %ecx
        nop
1:      dec %ecx
        jnz 1b
        nop
        disarm
        done
        # two at one instruction, and one that is not enabled
        lea 1f(%rip), %rax
        mov %rax, %dr1
        mov %rax, %dr2
        mov %rax, %dr3
        mov $0x428, %eax
        mov %rax, %dr7
        nop
1:      nop
        disarm
        done
        # writes of one byte
        arm WATCHED 1 0
        mov (%rbx), %eax
        movb $1, (%rbx)
        nop
        movb $1, 1(%rbx)
        movl $1, -3(%rbx)
        movl $1, -4(%rbx)
        movq $1, -7(%rbx)
        incb (%rbx)
        lock incl (%rbx)
        xchg %eax, (%rbx)
        push (%rbx)
        pop (%rbx)
        disarm
        done
        # reads and writes of four bytes, at an address that is not aligned
        arm WATCHED+2 3 3
        movb (%rbx), %al
        movb 3(%rbx), %al
        movb 4(%rbx), %al
        cmpl $1, -1(%rbx)
        movw $1, 2(%rbx)
        movups (%rbx), %xmm0
        lea (%rbx), %rax
        test %al, %al
        disarm
        done
        # eight bytes
        arm WATCHED 3 2
        movb 7(%rbx), %al
        movb 8(%rbx), %al
        disarm
        done
        # strings: behind each step
        arm WATCHED+2 1 0
        mov $WATCHED, %edi
        mov $5, %ecx
        rep stosb
        nop
        disarm
        done
        # a single step with a write, and an instruction that faults has no trap
        arm WATCHED 1 0
        pushf
        orl $0x100, (%rsp)
        popf
        movb $1, (%rbx)
        pushf
        andl $~0x100, (%rsp)
        popf
        disarm
        done
        # ports
        mov %cr4, %rax
        or $8, %rax
        mov %rax, %cr4
        arm 0x80 2 0
        out %al, $0x80
        nop
        out %al, $0x81
        mov $0x7f, %dx
        outw %ax, %dx
        nop
        disarm
        mov %cr4, %rax
        and $~8, %rax
        mov %rax, %cr4
        done
        # INT1, and general detect
        .byte 0xf1
        nop
        done
        mov $0x2400, %eax
        mov %rax, %dr7
1:      mov %dr0, %rax
        mov %dr7, %rax
        call hex
        call newline
        ret
