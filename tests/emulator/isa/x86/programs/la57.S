# Five levels of paging: entered from four by way of 32-bit code, with what each level and the wider addresses refuse.
        .include "long.asm"
        .set PML5, 0x44000
        .macro linear address
        mov $\address, %rax
        .endm
begin64: # without the fifth level
        expect
        linear 0x0001000000000000
        mov (%rax), %bl
        next
        # CR4.LA57 cannot be changed in 64-bit mode
        expect
        mov %cr4, %rax
        or $0x1000, %rax
        mov %rax, %cr4
        next
        mov $0xc0000102, %ecx
        mov $0x01234567, %edx
        xor %eax, %eax
        expect
        wrmsr
        next
        mov $0x00123456, %edx
        wrmsr
        rdmsr
        mov %rdx, %rax
        call hex
        call newline
        # down to 32 bits, five levels, and up again
        movq $(PML4+7), PML5
        movq $(PML4+7), PML5+8
        movq $(PML4+7), PML5+0x1ff*8
        movq $(PML4+7+0x80), PML5+16
        ljmp *down(%rip)
        .code32
below:  mov %cr0, %eax
        and $0x7fffffff, %eax
        mov %eax, %cr0
        mov %cr4, %eax
        or $0x1000, %eax
        mov %eax, %cr4
        mov $PML5, %eax
        mov %eax, %cr3
        mov %cr0, %eax
        or $0x80000000, %eax
        mov %eax, %cr0
        ljmp $CODE64, $above
        .code64
above:  mov $0x5a, %bl
        mov %bl, 0x70123
        linear 0x0001000000070123
        movzbl (%rax), %eax
        call hex
        linear 0xffff000000070123
        movzbl (%rax), %eax
        call hex
        call newline
        # code at an address of 57 bits
        movb $0xc3, 0x71000
        linear 0x0001000000071000
        call *%rax
        expect
        linear 0x0003000000000000
        mov (%rax), %bl
        next
        expect
        linear 0x0002000000000000
        mov (%rax), %bl
        next
        expect
        linear 0x0100000000000000
        mov (%rax), %bl
        next
        expect
        linear 0x0200000000000000
        call *%rax
        next
        mov PML5, %rax
        call hex
        mov PML5+0x1ff*8, %rax
        call hex
        # CR4.LA57 cannot be changed here either
        expect
        mov %cr4, %rax
        and $~0x1000, %rax
        mov %rax, %cr4
        next
        call newline
        ret
down:   .long below
        .word CODE32
