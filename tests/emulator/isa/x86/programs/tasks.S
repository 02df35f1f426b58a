# Hardware task switches: by jump, call, interrupt and return, through task gates, with an error code, into a 16-bit task and
# into virtual-8086 mode, nested, and what refuses them.
        .include "protected.asm"
        .set TSS1, 0x53000
        .set TSS2, 0x53100
        .set TSS16, 0x53200
        .set TSSV, 0x53300
        .set TSSF, 0x53400
        .balign 8
gdt:    .quad 0
        segment 0 0xfffff 0x9b 0xc
        segment 0 0xfffff 0x93 0xc
tss1:   segment TSS1 0x67 0x89 0
tss2:   segment TSS2 0x67 0x89 0
tss16:  segment TSS16 0x2b 0x81 0
tssv:   segment TSSV 0x67 0x89 0
tssf:   segment TSSF 0x67 0x89 0
short:  segment TSS2 0x66 0x89 0
gone:   segment TSS2 0x67 0x09 0
        .word 0, tss2-gdt, 0x8500, 0
        .word 0, tssf-gdt, 0x8500, 0
gdtend:
        .set GATE2, 0x50
        .set GATEF, 0x58
        # the fields of a 32-bit task: where it begins, and its stack
        .macro task at entry stack flags=2
        movl $\entry, \at+0x20
        movl $\flags, \at+0x24
        movl $0x11111111, \at+0x28
        movl $0x22222222, \at+0x2c
        movl $\stack, \at+0x38
        movl $DATA, \at+0x48
        movl $CODE, \at+0x4c
        movl $DATA, \at+0x50
        movl $DATA, \at+0x54
        movl $DATA, \at+0x58
        movl $DATA, \at+0x5c
        movl $0, \at+0x60
        movl $0x680000, \at+0x64
        .endm
        # what tells of a task: its register, flags, the link of its task state, CR0's TS, and whether descriptors are busy
        .macro report tss
        xor %eax, %eax
        str %ax
        call hex
        pushf
        pop %eax
        and $0x7fff, %eax
        call hex
        movzwl \tss, %eax
        call hex
        smsw %ax
        movzwl %ax, %eax
        call hex
        clts
        mov tss1+4, %eax
        shr $8, %eax
        movzbl %al, %eax
        call hex
        mov tss2+4, %eax
        shr $8, %eax
        movzbl %al, %eax
        call hex
        mov $10, %al
        out %al, $0xe9
        .endm
begin32: task TSS1 0 0
        task TSS2 second 0x62000
        task TSSF faulty 0x63000
        mov $(tss1-gdt), %ax
        ltr %ax
        report TSS1
        put 'J'
        ljmp $(tss2-gdt), $0
        put 'j'
        report TSS1
        mov %esp, %eax
        call hex
        put 'C'
        lcall $(tss2-gdt), $0
        put 'c'
        report TSS1
        put 'G'
        lcall $GATE2, $0
        report TSS1
        # by an interrupt: a task gate for vector 0x20, and one for #GP with its error code
        movl $((tss2-gdt)<<16), IDT+0x20*8
        movl $0x8500, IDT+0x20*8+4
        int $0x20
        report TSS1
        mov IDT+13*8, %ebx
        mov IDT+13*8+4, %ebp
        movl $((tssf-gdt)<<16), IDT+13*8
        movl $0x8500, IDT+13*8+4
        mov $0x1234, %ax
        mov %ax, %fs
afterfault:
        report TSS1
        mov %ebx, IDT+13*8
        mov %ebp, IDT+13*8+4
        # a task of 16 bits
        movw $sixteen-BASE, TSS16+0x0e
        movw $2, TSS16+0x10
        movw $0x5555, TSS16+0x12
        movw $0x4000, TSS16+0x1a
        movw $DATA, TSS16+0x22
        movw $CODE, TSS16+0x24
        movw $DATA, TSS16+0x26
        movw $DATA, TSS16+0x28
        movw $0, TSS16+0x2a
        # its code begins in the lower 64 KiB
        mov $sixteen, %esi
        mov $(sixteen-BASE), %edi
        mov $(sixteenend-sixteen), %ecx
        rep movsb
        lcall $(tss16-gdt), $0
        report TSS1
        movzwl TSS16+0x12, %eax
        call hex
        # refusals
        expect
        ljmp $(tss1-gdt), $0
        next
        expect
        lcall $(short-gdt), $0
        next
        expect
        lcall $(gone-gdt), $0
        next
        expect
        mov $(tss2-gdt), %ax
        ltr %ax
        mov $(tss1-gdt), %ax
        ltr %ax
        next
        andb $0xfd, tss1+5
        mov $(tss1-gdt), %ax
        ltr %ax
        andb $0xfd, tss2+5
        # a return to a task that is not busy
        pushf
        orl $0x4000, (%esp)
        popf
        movw $(tss16-gdt), TSS1
        expect
        iret
        next
        pushf
        andl $~0x4000, (%esp)
        popf
        # what the new task's state has wrong is the new task's exception
        task TSS2 second 0x62000
        andb $0xfd, tss2+5
        movl $0x1238, TSS2+0x54
        expect
        lcall $(tss2-gdt), $0
        next
        report TSS2
        put '!'
        ret
second: put '2'
        report TSS2
        mov %ecx, %eax
        call hex
        pushf
        pop %eax
        test $0x4000, %eax
        jz 1f
        iret
        jmp second
1:      ljmp $(tss1-gdt), $0
        jmp second
faulty: put 'F'
        pop %eax
        call hex
        report TSSF
        # past the instruction
        movl $afterfault, TSS1+0x20
        iret
        jmp faulty
sixteen:
        put 's'
        call 1f
1:      mov %ax, %bx
        mov $0x1111, %ax
        iret
sixteenend:
