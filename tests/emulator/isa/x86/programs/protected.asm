# Goes on in flat 32-bit protected mode at `begin32`. Every exception prints its vector, error code and how far from the probe it
# came, and goes on at what `expect` has put into NEXT.
        .set IDT, 0x51000
        .set NEXT, 0x52000
        .set PROBE, 0x52004
        .set STACKAT, 0x52008
        .set STACK, 0x60000
        .set CODE, 0x08
        .set DATA, 0x10
        .include "start.asm"
begin:  lgdtl gdtr-BASE
        mov %cr0, %eax
        or $1, %eax
        mov %eax, %cr0
        ljmpl $CODE, $protected
        .code32
protected:
        mov $DATA, %ax
        mov %ax, %ds
        mov %ax, %es
        mov %ax, %ss
        mov %ax, %fs
        mov %ax, %gs
        mov $STACK, %esp
        lea vectors, %esi
        mov $IDT, %edi
        mov $32, %ecx
1:      call gate
        add $16, %esi
        loop 1b
        lidt idtr
        call begin32
        finish
        # a gate to ESI at EDI, which moves on
gate:   mov %esi, %eax
        mov %ax, (%edi)
        movw $CODE, 2(%edi)
        movw $0x8e00, 4(%edi)
        shr $16, %eax
        mov %ax, 6(%edi)
        add $8, %edi
        ret
        .macro put char
        push %eax
        mov $\char, %al
        out %al, $0xe9
        pop %eax
        .endm
        # EAX in hexadecimal, and a space
hex:    push %ecx
        push %eax
        mov $8, %ecx
1:      rol $4, %eax
        push %eax
        and $15, %al
        cmp $10, %al
        jb 2f
        add $39, %al
2:      add $48, %al
        out %al, $0xe9
        pop %eax
        loop 1b
        put ' '
        pop %eax
        pop %ecx
        ret
        .macro expect
        movl $3f, NEXT
        movl $2f, PROBE
        mov %esp, STACKAT
2:
        .endm
        .macro next
3:
        .endm
        # of the stack: vector, error code, EIP, CS, EFLAGS, and from an outer level ESP and SS
raised: pusha
        push %ds
        push %es
        mov $DATA, %eax
        mov %ax, %ds
        mov %ax, %es
        put 'V'
        mov 40(%esp), %eax
        call hex
        mov %eax, %ecx
        lea 44(%esp), %ebx
        # those with an error code
        mov $0x27d00, %edx
        bt %ecx, %edx
        jnc 1f
        put 'E'
        mov (%ebx), %eax
        call hex
        add $4, %ebx
1:      mov (%ebx), %eax
        sub PROBE, %eax
        call hex
        mov %ss, %eax
        testb $3, 4(%ebx)
        jz 2f
        mov 16(%ebx), %eax
2:      call hex
        mov $10, %al
        out %al, $0xe9
        mov %ebx, FRAME
        testb $3, 4(%ebx)
        jz 3f
        mov NEXT, %eax
        mov %eax, (%ebx)
        mov STACKAT, %eax
        mov %eax, 12(%ebx)
        movl $UDATA, 16(%ebx)
        add $8, %esp
        popa
        mov FRAME, %esp
        push %eax
        mov $UDATA, %ax
        mov %ax, %ds
        mov %ax, %es
        pop %eax
        iret
3:      add $8, %esp
        popa
        mov STACKAT, %esp
        jmp *NEXT
        .set FRAME, 0x5200c
        # selectors that programs with an outer level have
        .set UCODE, 0x23
        .set UDATA, 0x2b
        # goes on at level 3 with all ports, its data segments and the stack as it is
        .macro outer
        mov $UDATA, %eax
        mov %ax, %ds
        mov %ax, %es
        mov %esp, %ecx
        push $UDATA
        push %ecx
        push $0x3002
        push $UCODE
        push $3f
        iret
3:
        .endm
        .balign 16
vectors:
        .set vector, 0
        .rept 32
        .balign 16
        push $vector
        jmp raised
        .set vector, vector+1
        .endr
idtr:   .word 0x7ff
        .long IDT
gdtr:   .word gdtend-gdt-1
        .long gdt
        .macro segment base limit type flags
        .word \limit&0xffff, \base&0xffff
        .byte (\base>>16)&255, \type, ((\limit>>16)&15)|(\flags<<4), (\base>>24)&255
        .endm
