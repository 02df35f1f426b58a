# What 64-bit mode has no more: decimal arithmetic over all inputs as sums of results and flags, all registers on the stack,
# bounds. Flags that the manual leaves open are not looked at.
        .include "start.asm"
show:   pushw %ax
        pushw %cx
        mov $4, %cx
1:      rol $4, %ax
        pushw %ax
        and $15, %al
        cmp $10, %al
        jb 2f
        add $39, %al
2:      add $48, %al
        out %al, $0xe9
        popw %ax
        loop 1b
        mov $32, %al
        out %al, $0xe9
        popw %cx
        popw %ax
        ret
showbx: mov %bx, %ax
        call show
        shr $16, %ebx
        mov %bx, %ax
        jmp show
        # every AL with every CF and AF
        .macro over mask:req, code:vararg
        xor %ebx, %ebx
        xor %dx, %dx
5:      mov %dh, %al
        and $1, %al
        mov %dh, %ah
        and $2, %ah
        shl $3, %ah
        or %ah, %al
        or $2, %al
        xor %ah, %ah
        pushw %ax
        mov $0x35, %ah
        mov %dl, %al
        popfw
        \code
        pushfw
        popw %cx
        and $\mask, %cx
        movzwl %ax, %eax
        movzwl %cx, %ecx
        imul $31, %ebx, %ebx
        add %eax, %ebx
        imul $31, %ebx, %ebx
        add %ecx, %ebx
        inc %dx
        cmp $0x400, %dx
        jne 5b
        call showbx
        .endm
outside: mov $'B', %al
        out %al, $0xe9
        mov %sp, %bp
        addw $4, (%bp)
        iret
limits: .word -5, 7
begin:  over 0xd5, daa
        over 0xd5, das
        over 0x11, aaa
        over 0x11, aas
        over 0xc4, aam
        over 0xc4, aad
        over 0xc4, aam $7
        over 0xc4, aad $0xf3
        over 0x01, .byte 0xd6
        # all registers, twice: 16 and 32 bits
        mov $0x11112222, %eax
        mov $0x33334444, %ecx
        mov $0x55556666, %edx
        mov $0x77778888, %ebx
        mov $0x9999aaaa, %ebp
        mov $0xbbbbcccc, %esi
        mov $0xddddeeee, %edi
        pushaw
        pushal
        mov %sp, %ax
        call show
        xor %ebx, %ebx
        mov %sp, %bp
        mov $24, %cx
6:      imul $31, %ebx, %ebx
        movzwl (%bp), %eax
        add %eax, %ebx
        add $2, %bp
        loop 6b
        call showbx
        popal
        mov %di, %ax
        call show
        shr $16, %esi
        mov %si, %ax
        call show
        popaw
        mov %bp, %ax
        call show
        mov %sp, %ax
        call show
        # bounds: within, at both ends, and beyond them
        xor %ax, %ax
        mov %ax, %es
        movw $(outside-BASE), %es:5*4
        movw $0x1000, %es:5*4+2
        mov $-5, %dx
        bound %dx, limits-BASE
        mov $7, %dx
        bound %dx, limits-BASE
        mov $-6, %dx
        bound %dx, limits-BASE
        mov $8, %dx
        bound %dx, limits-BASE
        mov $'.', %al
        out %al, $0xe9
        finish
