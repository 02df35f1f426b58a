# A program in user mode: what it may not do, system calls both ways, 32-bit code, call gates, ports by the map.
        .include "long.asm"
        .macro user
        mov $STACKU, %rsp
        .endm
begin64: # RSP0, system calls, and the gate at its place
        movl $STACK0-0x800, TSS+4
        mov $0xc0000081, %ecx
        xor %eax, %eax
        mov $((UCODE32+3)<<16|CODE64), %edx
        wrmsr
        mov $0xc0000082, %ecx
        lea syscalled(%rip), %rax
        xor %edx, %edx
        wrmsr
        mov $0xc0000084, %ecx
        mov $0x300, %eax
        wrmsr
        lea gated(%rip), %rax
        mov %ax, gate(%rip)
        movw $CODE64, gate+2(%rip)
        movw $0xec00, gate+4(%rip)
        shr $16, %rax
        mov %ax, gate+6(%rip)
        # port 0xe9 is for everybody, 0xf4 is not
        mov $TSS+104, %edi
        mov $0xff, %al
        mov $0x50, %ecx
        rep stosb
        andb $~0x02, TSS+104+0xe9/8
        movw $0x100, gdt+TSSSEL(%rip)
        andb $~2, gdt+TSSSEL+5(%rip)
        mov $TSSSEL, %ax
        ltr %ax
        pushq $UDATA+3
        pushq $STACKU
        pushq $0x0
        pushq $UCODE64+3
        lea program(%rip), %rax
        push %rax
        iretq
# Back to the program in user mode after an exception: R15 is where.
        .macro fault
        lea 773f(%rip), %r13
        lea again(%rip), %r15
        mov $(STACK0-0x1000), %r14
        .endm
        .macro caught
        print "no fault;"
773:
        .endm
again:  pushq $UDATA+3
        pushq $STACKU
        pushq $0x0
        pushq $UCODE64+3
        push %r13
        iretq
program:
        mov %ss, %eax
        call hex
        fault
        cli
        caught
        fault
        hlt
        caught
        fault
        mov %cr0, %rax
        caught
        fault
        mov $0x10, %ecx
        rdmsr
        caught
        fault
        mov $1, %al
        out %al, $0xf4
        caught
        fault
        lgdt gdtr(%rip)
        caught
        fault
        mov $DATA64, %ax
        mov %ax, %ds
        caught
        fault
        int $0x20
        caught
        fault
        swapgs
        caught
        fault
        sysretq
        caught
        fault
        ud2
        caught
        # a page of the supervisor's
        mov $7, %eax
        int $0x80
        mov $0xdead, %ebx
        mov $1, %edi
        syscall
        call hex
        mov %rcx, %rax
        call hex
        mov %r11, %rax
        and $0xdd5, %eax
        call hex
        # 0x75000 is the supervisor's now
        fault
        mov 0x75000, %al
        caught
        fault
        movb %al, 0x75000
        caught
        fault
        mov $0x75000, %eax
        jmp *%rax
        caught
        # popf changes neither IF nor IOPL
        pushq $0x3202
        popf
        pushf
        pop %rax
        and $0x3200, %eax
        call hex
        # through a gate and back
        lea gatepointer(%rip), %rax
        rex.W lcall *(%rax)
        call hex
        mov %rsp, %rax
        call hex
        # code of 32 bits
        lea compatible(%rip), %rax
        mov %eax, farpointer(%rip)
        ljmp *farpointer(%rip)
        .code32
compatible: mov $0x89abcdef, %eax
        inc %eax
        mov %cs, %ebx
        push %eax
        pop %ecx
        int $0x80
        ljmp $UCODE64+3, $back
        .code64
back:   mov %rcx, %rax
        call hex
        mov %rbx, %rax
        call hex
        call newline
        mov $2, %edi
        syscall
        .balign 8
farpointer: .long 0
        .word UCODE32+3
gatepointer: .quad 0
        .word GATE+3

gated:  mov %rsp, %rax
        call hex
        mov (%rsp), %rax
        call hex
        mov 8(%rsp), %rax
        call hex
        mov 16(%rsp), %rax
        call hex
        mov 24(%rsp), %rax
        call hex
        mov %ss, %eax
        lretq
syscalled: mov %rsp, %r10
        mov $STACK0-0x2000, %rsp
        push %rcx
        push %r11
        push %rax
        print "syscall"
        mov %cs, %eax
        call hex
        mov %ss, %eax
        call hex
        pushf
        pop %rax
        and $0x300, %eax
        call hex
        cmp $2, %edi
        je 1f
        andb $0xfb, PT+0x75*8
        invlpg 0x75000
        pop %rax
        pop %r11
        pop %rcx
        mov %r10, %rsp
        sysretq
1:      finish
