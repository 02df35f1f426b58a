# Interrupts of the local APIC: priorities, the end of interrupts, the timer, and the shadow behind STI.
        .include "long.asm"
        .macro gate vector, to
        lea \to(%rip), %rax
        mov %ax, IDT+\vector*16
        shr $16, %rax
        mov %ax, IDT+\vector*16+6
        .endm
        .macro handler name, letter
\name:  push %rax
        mov $\letter, %al
        out %al, $0xe9
        movl $0, 0xb0(%rbx)
        pop %rax
        iretq
        .endm
handler first, 'a'
handler second, 'b'
handler third, 'c'
spurious: iretq
begin64:
        # the registers' page
        movq $(0x44000+7), PDPT+24
        mov $0x44000, %edi
        xor %eax, %eax
        mov $1024, %ecx
        rep stosl
        mov $0xfee00000+0x9b, %eax
        mov %rax, 0x44000+0x1f7*8
        mov %cr3, %rax
        mov %rax, %cr3
        mov $0xfee00030, %eax
        mov (%rax), %eax
        movzx %al, %eax
        call hex
        gate 0x41, first
        gate 0x52, second
        gate 0x63, third
        gate 0xff, spurious
        mov $0xfee00000, %ebx
        movl $0x1ff, 0xf0(%rbx)
        # three at once: the most urgent first
        movl $0x44041, 0x300(%rbx)
        movl $0x44063, 0x300(%rbx)
        movl $0x44052, 0x300(%rbx)
        mov 0x220(%rbx), %eax
        call hex
        mov 0x230(%rbx), %eax
        call hex
        sti
        nop
        nop
        cli
        call newline
        # the task priority holds two of them off
        movl $0x50, 0x80(%rbx)
        movl $0x44041, 0x300(%rbx)
        movl $0x44063, 0x300(%rbx)
        movl $0x44052, 0x300(%rbx)
        sti
        nop
        cli
        mov 0xa0(%rbx), %eax
        call hex
        mov $4, %eax
        mov %rax, %cr8
        sti
        nop
        cli
        xor %eax, %eax
        mov %rax, %cr8
        sti
        nop
        cli
        call newline
        # waiting for the timer, two times
        movl $0xb, 0x3e0(%rbx)
        movl $0x41, 0x320(%rbx)
        movl $100000, 0x380(%rbx)
        sti
        hlt
        cli
        mov 0x390(%rbx), %eax
        call hex
        movl $0x52, 0x320(%rbx)
        movl $100000, 0x380(%rbx)
        sti
        hlt
        cli
        movl $0x10052, 0x320(%rbx)
        call newline
        # nothing comes between STI and the instruction behind it
        movl $0x44041, 0x300(%rbx)
        sti
        cli
        mov $'-', %al
        out %al, $0xe9
        sti
        nop
        cli
        call newline
        # an interrupt to itself that may come at once: one for each store
        sti
        mov $3, %edx
1:      movl $0x44041, 0x300(%rbx)
        mov $1000, %ecx
2:      loop 2b
        dec %edx
        jnz 1b
        cli
        call newline
        ret
