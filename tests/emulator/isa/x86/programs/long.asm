# Goes on in 64-bit mode at `begin64`: identity-mapped from 0 to 4 MiB, the first 2 MiB in pages of 4 KiB; every exception
# is printed and then continued at what `expect` has put into R15, with the stack pointer in R14.
        .set PML4, 0x40000
        .set PDPT, 0x41000
        .set PD, 0x42000
        .set PT, 0x43000
        .set TSS, 0x50000
        .set IDT, 0x51000
        .set STACK0, 0x60000
        .set STACK1, 0x64000
        .set STACKU, 0x68000
        .set CODE32, 0x08
        .set DATA32, 0x10
        .set CODE64, 0x18
        .set DATA64, 0x20
        .set UCODE32, 0x28
        .set UDATA, 0x30
        .set UCODE64, 0x38
        .set CODE16, 0x40
        .set DATA16, 0x48
        .set TSSSEL, 0x50
        .set GATE, 0x60
        .set ABSENT, 0x70
        .set READONLY, 0x78

        .include "start.asm"

begin:  lgdtl gdtr-BASE
        mov %cr0, %eax
        or $1, %eax
        mov %eax, %cr0
        ljmpl $CODE32, $protected
        .code32
protected:
        mov $DATA32, %ax
        mov %ax, %ds
        mov %ax, %es
        mov %ax, %ss
        mov %ax, %fs
        mov %ax, %gs
        mov $STACK0, %esp
        # page tables
        mov $PML4, %edi
        xor %eax, %eax
        mov $0x1800, %ecx
        rep stosl
        movl $(PDPT+7), PML4
        movl $(PD+7), PDPT
        movl $(PT+7), PD
        movl $(0x200000+0x87), PD+8
        mov $PT, %edi
        mov $7, %eax
        mov $512, %ecx
1:      mov %eax, (%edi)
        add $0x1000, %eax
        add $8, %edi
        loop 1b
        mov $PML4, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x620, %eax
        mov %eax, %cr4
        mov $0xc0000080, %ecx
        rdmsr
        or $0x901, %eax
        wrmsr
        mov %cr0, %eax
        or $0x80010000, %eax
        mov %eax, %cr0
        ljmp $CODE64, $long
        .code64
long:   mov $DATA64, %ax
        mov %ax, %ds
        mov %ax, %es
        mov %ax, %ss
        mov $STACK0, %rsp
        # interrupt gates, all with DPL 0 but 0x80 and 3
        lea vectors(%rip), %rsi
        mov $IDT, %edi
        mov $256, %ecx
2:      mov %rsi, %rax
        mov %ax, (%rdi)
        movw $CODE64, 2(%rdi)
        movw $0x8e00, 4(%rdi)
        shr $16, %rax
        mov %ax, 6(%rdi)
        movl $0, 8(%rdi)
        movl $0, 12(%rdi)
        add $16, %rdi
        add $16, %rsi
        loop 2b
        movb $0xee, IDT+0x80*16+5
        movb $0xee, IDT+3*16+5
        lidt idtr(%rip)
        # the task state: RSP0, IST1
        mov $TSS, %edi
        xor %eax, %eax
        mov $32, %ecx
        rep stosl
        movl $STACK1, TSS+4
        movl $0x6c008, TSS+36
        movw $104, TSS+102
        mov $TSSSEL, %ax
        ltr %ax
        call begin64
        finish

# The instruction that follows is to fault; execution goes on behind `next`.
        .macro expect
        mov %rsp, %r14
        lea 770f(%rip), %r15
        .endm
        .macro next
        call none
770:
        .endm
        .macro print text
        call 771f
        .asciz "\text"
771:    pop %rsi
        call puts
        .endm

none:   print "nothing raised;"
        ret
puts:   mov (%rsi), %al
        inc %rsi
        test %al, %al
        jz 1f
        out %al, $0xe9
        jmp puts
1:      ret
newline: mov $10, %al
        out %al, $0xe9
        ret
# Prints RAX in hexadecimal, without leading zeros; changes nothing but flags.
hex:    push %rax
        push %rcx
        push %rdx
        mov %rax, %rdx
        mov $64, %ecx
1:      sub $4, %ecx
        jz 2f
        mov %rdx, %rax
        shr %cl, %rax
        jz 1b
2:      mov %rdx, %rax
        shr %cl, %rax
        and $15, %al
        cmp $10, %al
        jb 3f
        add $39, %al
3:      add $48, %al
        out %al, $0xe9
        sub $4, %ecx
        jns 2b
        mov $32, %al
        out %al, $0xe9
        pop %rdx
        pop %rcx
        pop %rax
        ret

# RSP: vector, error code, RIP, CS, RFLAGS, RSP, SS
handle: push %rax
        push %rsi
        print "V"
        mov 16(%rsp), %rax
        call hex
        print "E"
        mov 24(%rsp), %rax
        call hex
        print "at"
        mov 32(%rsp), %rax
        call hex
        print "CS"
        mov 40(%rsp), %rax
        call hex
        print "F"
        mov 48(%rsp), %rax
        and $0x23000, %eax
        call hex
        print "SP"
        mov 56(%rsp), %rax
        call hex
        print "SS"
        mov 64(%rsp), %rax
        call hex
        print "on"
        mov %rsp, %rax
        call hex
        cmpb $14, 16(%rsp)
        jne 1f
        print "CR2"
        mov %cr2, %rax
        call hex
1:      call newline
        cmpb $0x80, 16(%rsp)
        je 2f
        mov %r14, %rsp
        jmp *%r15
2:      pop %rsi
        pop %rax
        add $16, %rsp
        iretq

        .balign 16
vectors:
        .set vector, 0
        .rept 256
        .balign 16
        .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
        .else
        push $0
        .endif
        push $vector
        jmp handle
        .set vector, vector + 1
        .endr
        .balign 16

        .balign 8
gdt:    .quad 0
        .quad 0x00cf9b000000ffff
        .quad 0x00cf93000000ffff
        .quad 0x00af9b000000ffff
        .quad 0x00cf93000000ffff
        .quad 0x00cffb000000ffff
        .quad 0x00cff3000000ffff
        .quad 0x00affb000000ffff
        .quad 0x00009b010000ffff
        .quad 0x000093010000ffff
        .quad 0x0000890500000067
        .quad 0
gate:   .quad 0, 0
        .quad 0x00cf13000000ffff
        .quad 0x00cf91000000ffff
gdtend:
gdtr:   .word gdtend-gdt-1
        .quad gdt
idtr:   .word 0xfff
        .quad IDT
