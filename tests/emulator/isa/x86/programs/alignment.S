# Alignment checks: with CR0.AM and EFLAGS.AC at level 3, and at no other; accesses of all kinds and sizes, and within and across
# pages.
        .include "protected.asm"
        .balign 8
gdt:    .quad 0
        segment 0 0xfffff 0x9b 0xc
        segment 0 0xfffff 0x93 0xc
        segment TSS 0x67 0x89 0
        segment 0 0xfffff 0xfb 0xc
        segment 0 0xfffff 0xf3 0xc
gdtend:
        .set TSS, 0x53000
        .macro probe text:vararg
        expect
        \text
        put '.'
        next
        .endm
        .macro checked on
        pushf
        andl $~0x40000, (%esp)
        orl $\on, (%esp)
        popf
        .endm
begin32: movl $STACK, TSS+4
        movl $DATA, TSS+8
        mov $0x18, %ax
        ltr %ax
        mov %cr0, %eax
        or $0x40000, %eax
        mov %eax, %cr0
        mov $0x70000, %ebx
        checked 0x40000
        probe movl 1(%ebx), %eax
        mov $0x62000, %esp
        outer
        probe movl 1(%ebx), %eax
        checked 0x40000
        probe movb 1(%ebx), %al
        probe movw 1(%ebx), %ax
        probe movw 2(%ebx), %ax
        probe movl 1(%ebx), %eax
        probe movl 2(%ebx), %eax
        probe movl 4(%ebx), %eax
        probe movl %eax, 3(%ebx)
        probe movl %eax, 0xffe(%ebx)
        probe movw %ax, 0xfff(%ebx)
        probe movl 0xffe(%ebx), %eax
        probe addl %eax, 1(%ebx)
        probe addl %eax, (%ebx)
        probe lock incl 1(%ebx)
        probe lock incl 0x3e(%ebx)
        probe lock incl 4(%ebx)
        probe cmpxchg8b 4(%ebx)
        probe cmpxchg8b 8(%ebx)
        fninit
        probe fldl 4(%ebx)
        probe fldl 8(%ebx)
        fld1
        probe fstps 2(%ebx)
        fninit
        mov $0x70001, %esi
        mov $0x70100, %edi
        mov $3, %ecx
        probe rep movsb
        probe movsw
        mov $3, %ecx
        mov $0x70101, %edi
        probe rep stosl
        mov %ecx, %eax
        call hex
        expect
        mov $0x61ffe, %esp
        push %eax
        next
        checked 0
        probe movl 1(%ebx), %eax
        put '!'
        finish
