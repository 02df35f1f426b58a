# TF: a trap behind each instruction, and behind each step of a repeated one; none behind what enters a handler by itself.
        .include "long.asm"
stepped: push %rax
        mov $'s', %al
        out %al, $0xe9
        mov 8(%rsp), %rax
        call hex
        mov %dr6, %rax
        and $0xf00f, %eax
        call hex
        xor %eax, %eax
        mov %rax, %dr6
        pop %rax
        iretq
begin64: lea stepped(%rip), %rax
        mov %ax, IDT+16
        shr $16, %rax
        mov %ax, IDT+16+6
        mov $0x70000, %esi
        mov $0x71000, %edi
        mov $3, %ecx
        pushf
        orl $0x100, (%rsp)
        popf
        nop
        mov $1, %eax
        rep movsb
        jmp 1f
        nop
1:      xor %edx, %edx
        int $0x80
        call 2f
        pushf
        andl $~0x100, (%rsp)
        popf
        nop
        call newline
        ret
2:      ret
