# Identifiers of address spaces: CR4.PCIDE, MOV to CR3 that keeps translations, and INVPCID, each with what it refuses.
        .include "long.asm"
        .set HERE, 0x70000
        .set FIRST, 0x71000
        .set SECOND, 0x72000
        .set OTHER, 0x44000
        # what the page at HERE is
        .macro map frame
        movq $(\frame+7), PT+8*(HERE>>12)
        .endm
        .macro look
        movzbl HERE, %eax
        call hex
        .endm
        .macro control register bits
        mov %\register, %rax
        or $\bits, %eax
        mov %rax, %\register
        .endm
        .macro space value
        mov $\value, %rax
        mov %rax, %cr3
        .endm
        .macro invalidate type identifier address=0
        mov $\identifier, %rax
        mov %rax, descriptor(%rip)
        mov $\address, %rax
        mov %rax, descriptor+8(%rip)
        mov $\type, %eax
        invpcid descriptor(%rip), %rax
        .endm
begin64: movb $0x11, FIRST
        movb $0x22, SECOND
        # without it: no identifier but 0, and bit 63 is reserved
        expect
        invalidate 1 5
        next
        invalidate 1 0
        invalidate 0 0 HERE
        expect
        space 0x8000000000040000
        next
        # with an identifier in CR3 already, it cannot be enabled
        space PML4+8
        expect
        control cr4 0x20000
        next
        space PML4
        control cr4 0x20000
        print "on"
        space PML4+5
        mov %cr3, %rax
        call hex
        call newline
        # what is forgotten is translated anew
        map FIRST
        invalidate 0 5 HERE
        look
        map SECOND
        invalidate 0 5 HERE
        look
        map FIRST
        invalidate 1 5
        look
        map SECOND
        invalidate 2 0
        look
        map FIRST
        invalidate 3 0
        look
        map SECOND
        space PML4+5
        look
        # another space, and back, told to keep translations; the bit that says so is not kept
        mov $PML4, %esi
        mov $OTHER, %edi
        mov $0x1000, %ecx
        rep movsb
        space 0x8000000000044006
        look
        mov %cr3, %rax
        call hex
        space 0x8000000000040005
        look
        mov %cr3, %rax
        call hex
        call newline
        # what there is not
        expect
        invalidate 4 0
        next
        expect
        invalidate 1 0x1000
        next
        expect
        invalidate 0 5 0x0000800000000000
        next
        expect
        mov $1, %eax
        mov $0x800000, %ebx
        invpcid (%rbx), %rax
        next
        space PML4
        mov %cr4, %rax
        and $~0x20000, %eax
        mov %rax, %cr4
        print "off"
        expect
        invalidate 0 5 HERE
        next
        look
        ret
        .balign 16
descriptor: .quad 0, 0
