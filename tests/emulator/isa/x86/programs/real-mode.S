# Real mode: interrupts through the vector table, their flags, far calls and returns, segments that wrap nothing.
        .include "start.asm"
        .macro digit
        and $15, %al
        cmp $10, %al
        jb 772f
        add $39, %al
772:    add $48, %al
        out %al, $0xe9
        .endm
show:   push %ax
        push %cx
        mov $4, %cx
1:      rol $4, %ax
        push %ax
        digit
        pop %ax
        loop 1b
        mov $32, %al
        out %al, $0xe9
        pop %cx
        pop %ax
        ret
handler: mov %sp, %bp
        mov (%bp), %ax
        call show
        mov 2(%bp), %ax
        call show
        mov 4(%bp), %ax
        and $0x7fd7, %ax
        call show
        pushf
        pop %ax
        and $0x7200, %ax
        call show
        iret
divided: mov %sp, %bp
        mov (%bp), %ax
        call show
        addw $2, (%bp)
        iret
far:    mov %cs, %ax
        call show
        lret $2
begin:  xor %ax, %ax
        mov %ax, %es
        movw $(handler-BASE), %es:0x21*4
        movw $0x1000, %es:0x21*4+2
        movw $(divided-BASE), %es:0
        movw $0x1000, %es:2
        sti
        int $0x21
        cli
        int $0x21
        # a division by zero faults on the instruction itself
        xor %dx, %dx
        xor %cx, %cx
        div %cx
        push %ax
        lcall $0x1000, $(far-BASE)
        mov %sp, %ax
        call show
        # a segment above 1 MiB wraps nothing with A20 on
        mov $0xffff, %ax
        mov %ax, %fs
        movw $0x1234, %fs:0x20
        mov $0x8, %ax
        mov %fs:0x20, %ax
        call show
        smsw %ax
        call show
        pushl $0x12345678
        pop %ax
        call show
        pop %ax
        call show
        movl $0x00030002, %eax
        movzwl %ax, %ecx
        mov %cx, %ax
        call show
        # distances are modulo 64 KiB: at 0xf000 a call and a branch forward to what lies below
        mov $0x1000, %ax
        mov %ax, %es
        movb $0xe8, %es:0xf000
        movw $(show-BASE-0xf003), %es:0xf001
        movw $0xc031, %es:0xf003
        movw $0x840f, %es:0xf005
        movw $(back-BASE-0xf009), %es:0xf007
        mov $0x5678, %ax
        mov $0xf000, %bx
        jmp *%bx
        hlt
back:   call show
        finish
