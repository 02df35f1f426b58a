        .include "long.asm"
begin64:
        expect
        ud2
        next
        expect
        xor %edx, %edx
        xor %ecx, %ecx
        div %ecx
        next
        expect
        int3
        next
        mov $0x1234, %eax
        int $0x80
        call hex
        # gates and privileges of selectors
        expect
        int $0x42
        next
        expect
        mov $0x7000, %ax
        mov %ax, %ds
        next
        expect
        mov $CODE64, %ax
        mov %ax, %ss
        next
        expect
        mov $ABSENT, %ax
        mov %ax, %ds
        next
        expect
        mov $ABSENT, %ax
        mov %ax, %ss
        next
        expect
        mov $READONLY, %ax
        mov %ax, %ss
        next
        expect
        mov $UDATA, %ax
        mov %ax, %ss
        next
        expect
        xor %eax, %eax
        mov %ax, %ss
        print "null in SS;"
        mov $DATA64, %ax
        mov %ax, %ss
        next
        expect
        xor %eax, %eax
        lldt %ax
        mov $4, %ax
        mov %ax, %ds
        next
        # addresses
        expect
        mov $0x0000800000000000, %rax
        mov (%rax), %rbx
        next
        expect
        mov 0x400000, %rbx
        next
        expect
        mov %rbx, 0x400000
        next
        expect
        mov $0x400000, %eax
        jmp *%rax
        next
        expect
        mov 0x3ffffc, %rbx
        next
        # read-only, with and without WP
        andb $0xfd, PT+0x70*8
        invlpg 0x70000
        expect
        movb $1, 0x70000
        next
        mov %cr0, %rax
        and $~0x10000, %rax
        mov %rax, %cr0
        expect
        movb $1, 0x70000
        print "written;"
        next
        mov %cr0, %rax
        or $0x10000, %rax
        mov %rax, %cr0
        expect
        movb $1, 0x70000
        next
        # no execute, and reserved bits
        mov $0x71000, %edi
        movb $0xc3, (%rdi)
        btsq $63, PT+0x71*8
        invlpg 0x71000
        expect
        call *%rdi
        next
        btrq $63, PT+0x71*8
        btsq $45, PT+0x71*8
        invlpg 0x71000
        expect
        mov (%rdi), %al
        next
        btrq $45, PT+0x71*8
        invlpg 0x71000
        call *%rdi
        # accessed and dirty
        mov $0x7, %eax
        or $0x72000, %eax
        mov %rax, PT+0x72*8
        invlpg 0x72000
        mov PT+0x72*8, %rax
        call hex
        mov 0x72000, %bl
        mov PT+0x72*8, %rax
        call hex
        movb $1, 0x72000
        mov PT+0x72*8, %rax
        call hex
        mov PD+8, %rax
        call hex
        mov %bl, 0x200000
        mov PD+8, %rax
        call hex
        mov PML4, %rax
        call hex
        call newline
        # the task priority as a control register
        mov $5, %eax
        mov %rax, %cr8
        xor %eax, %eax
        mov %cr8, %rax
        call hex
        xor %eax, %eax
        mov %rax, %cr8
        expect
        mov $0x12345, %ecx
        rdmsr
        next
        expect
        mov $0xc0000080, %ecx
        rdmsr
        btc $8, %eax
        wrmsr
        next
        expect
        mov $0xc0000102, %ecx
        mov $0x1000000, %edx
        wrmsr
        next
        expect
        mov $0x277, %ecx
        mov $2, %eax
        xor %edx, %edx
        wrmsr
        next
        # task switched: the unit is not there
        mov %cr0, %rax
        or $8, %rax
        mov %rax, %cr0
        expect
        fxsave 0x73000
        next
        clts
        expect
        fxsave 0x73008
        next
        # privileges of data
        mov $CODE64, %cx
        lar %cx, %eax
        setz %bl
        call hex
        mov $TSSSEL, %cx
        lar %cx, %eax
        call hex
        lsl %cx, %eax
        call hex
        mov $0x7000, %cx
        xor %eax, %eax
        lar %cx, %eax
        setz %al
        movzx %al, %eax
        call hex
        mov $CODE64, %cx
        verr %cx
        setz %al
        verw %cx
        setz %ah
        movzx %ax, %eax
        call hex
        call newline
        # an interrupt stack of its own
        movb $1, IDT+6*16+4
        expect
        ud2
        next
        movb $0, IDT+6*16+4
        # an exception while an exception is entered
        movb $0x0e, IDT+6*16+5
        expect
        ud2
        next
        movb $0x8e, IDT+6*16+5
        movb $0x0e, IDT+14*16+5
        expect
        mov 0x400000, %rbx
        next
        movb $0x8e, IDT+14*16+5
        movb $1, IDT+8*16+4
        expect
        mov $0x500000, %rsp
        ud2
        next
        expect
        mov $0x8000000000000000, %rsp
        push %rax
        next
        ret
