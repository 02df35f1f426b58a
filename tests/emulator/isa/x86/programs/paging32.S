# Paging outside 64-bit mode: two levels with pages of 4 KiB and 4 MiB, then PAE with NX; exceptions through gates of 8 bytes.
        .set PD, 0x40000
        .set PT, 0x41000
        .set PDPT, 0x42000
        .set PD64, 0x43000
        .set PT64, 0x44000
        .set IDT, 0x51000
        .set STACK, 0x60000
        .include "start.asm"
begin:  lgdtl gdtr-BASE
        mov %cr0, %eax
        or $1, %eax
        mov %eax, %cr0
        ljmpl $0x08, $protected
        .code32
protected:
        mov $0x10, %ax
        mov %ax, %ds
        mov %ax, %es
        mov %ax, %ss
        mov $STACK, %esp
        # every gate leads to its own entry
        lea vectors, %esi
        mov $IDT, %edi
        mov $32, %ecx
1:      mov %esi, %eax
        mov %ax, (%edi)
        movw $0x08, 2(%edi)
        movw $0x8e00, 4(%edi)
        shr $16, %eax
        mov %ax, 6(%edi)
        add $8, %edi
        add $16, %esi
        loop 1b
        lidt idtr
        # two levels: 4 MiB by a table, a large page behind it
        mov $PD, %edi
        xor %eax, %eax
        mov $0x1800, %ecx
        rep stosl
        movl $(PT+7), PD
        movl $0x87, PD+4
        mov $PT, %edi
        mov $7, %eax
        mov $1024, %ecx
2:      stosl
        add $0x1000, %eax
        loop 2b
        movl $0, PT+0x80*4
        movl $0x81005, PT+0x81*4
        mov $PD, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x10, %eax
        mov %eax, %cr4
        mov %cr0, %eax
        or $0x80010000, %eax
        mov %eax, %cr0
        call probes
        # the large page shows the same memory, and is marked
        movl $0x12345678, 0x470000
        mov 0x70000, %eax
        call hex
        mov PD+4, %eax
        call hex
        mov PT+0x70*4, %eax
        call hex
        call newline
        # PAE
        mov %cr0, %eax
        and $0x7fffffff, %eax
        mov %eax, %cr0
        movl $(PD64+1), PDPT
        movl $(PT64+7), PD64
        movl $0x87, PD64+8
        mov $PT64, %edi
        mov $7, %eax
        mov $512, %ecx
3:      mov %eax, (%edi)
        movl $0, 4(%edi)
        add $8, %edi
        add $0x1000, %eax
        loop 3b
        movl $0, PT64+0x80*8
        movl $0x81005, PT64+0x81*8
        movl $0x80000000, PT64+0x82*8+4
        mov $0xc0000080, %ecx
        rdmsr
        or $0x800, %eax
        wrmsr
        mov $PDPT, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x20, %eax
        mov %eax, %cr4
        mov %cr0, %eax
        or $0x80000000, %eax
        mov %eax, %cr0
        call probes
        mov $4f, %ebp
        mov %esp, %ebx
        mov $0x82000, %eax
        movb $0xc3, (%eax)
        call *%eax
4:      movl $0x9abcdef0, 0x270000
        mov 0x70000, %eax
        call hex
        mov PD64+8, %eax
        call hex
        mov PT64+0x70*8, %eax
        call hex
        mov $4f, %ebp
        mov 0x400000, %eax
4:      mov $5f, %ebp
        mov 0x40000000, %eax
5:      call newline
        mov $0x10, %al
        out %al, $0xf4
6:      hlt
        jmp 6b
probes: mov %esp, %ebx
        mov $1f, %ebp
        mov 0x80000, %eax
1:      mov $1f, %ebp
        mov %eax, 0x80000
1:      mov $1f, %ebp
        mov 0x81000, %eax
        movl $1, 0x81000
1:      mov $1f, %ebp
        mov 0x7fffe, %eax
        mov 0x80ffe, %eax
1:      mov $1f, %ebp
        mov $0x28, %eax
        mov %ax, %ds
1:      mov $1f, %ebp
        mov %ax, %ss
1:      ret
handle: mov (%esp), %eax
        call hex
        mov 4(%esp), %eax
        call hex
        mov 8(%esp), %eax
        call hex
        mov 12(%esp), %eax
        call hex
        cmpb $14, (%esp)
        jne 1f
        mov %cr2, %eax
        call hex
1:      call newline
        mov %ebx, %esp
        jmp *%ebp
newline: mov $10, %al
        out %al, $0xe9
        ret
hex:    push %ecx
        push %edx
        mov %eax, %edx
        mov $8, %ecx
1:      rol $4, %edx
        mov %dl, %al
        and $15, %al
        cmp $10, %al
        jb 2f
        add $39, %al
2:      add $48, %al
        out %al, $0xe9
        loop 1b
        mov $32, %al
        out %al, $0xe9
        pop %edx
        pop %ecx
        ret
        .balign 16
vectors:
        .set vector, 0
        .rept 32
        .balign 16
        .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
        .else
        push $0
        .endif
        push $vector
        jmp handle
        .set vector, vector + 1
        .endr
        .balign 8
gdt:    .quad 0
        .quad 0x00cf9b000000ffff
        .quad 0x00cf93000000ffff
gdtend:
gdtr:   .word gdtend-gdt-1
        .long gdt
idtr:   .word 255
        .long IDT
