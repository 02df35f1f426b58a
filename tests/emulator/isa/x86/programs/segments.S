# Limits and types of segments in 32-bit code: each access at the end of its segment and beyond it, for reading and for writing,
# with operands of all sizes, strings and stacks.
        .include "protected.asm"
        .balign 8
gdt:    .quad 0
        segment 0 0xfffff 0x9b 0xc
        segment 0 0xfffff 0x93 0xc
        segment TSS 0x67 0x89 0
        segment 0 0xfffff 0xfb 0xc
        segment 0 0xfffff 0xf3 0xc
        segment 0x70000 0xff 0xf3 4
        segment 0x70000 0xfff 0xf7 4
        segment 0x70000 0xfff 0xf7 0
        segment 0 0xfffff 0xf1 0xc
        segment 0 0xfffff 0xf9 0xc
        segment 0 0xfffff 0x73 0xc
        segment 0x70000 0x0 0xf7 0xc
        segment 0 0x1ff 0xfb 4
        segment 0x70000 0x1ff 0xf3 0
gdtend:
        .set TSS, 0x53000
        .set SMALL, 0x33
        .set DOWN, 0x3b
        .set DOWN16, 0x43
        .set READONLY, 0x4b
        .set EXECUTE, 0x53
        .set ABSENT, 0x5b
        .set DOWNPAGES, 0x63
        .set SHORTCODE, 0x6b
        .set STACK16, 0x73
        .macro probe text:vararg
        expect
        \text
        put '.'
        next
        .endm
        .macro use segment register=%fs
        mov $\segment, %ax
        mov %ax, \register
        .endm
        # with another stack meanwhile
        .macro stack segment at text:vararg
        expect
        use \segment %ss
        mov $\at, %esp
        \text
        mov %esp, %ebx
        use UDATA %ss
        mov STACKAT, %esp
        mov %ebx, %eax
        call hex
        next
        .endm
begin32: movl $STACK, TSS+4
        movl $DATA, TSS+8
        mov $0x18, %ax
        ltr %ax
        mov $0x62000, %esp
        outer
        use SMALL
        probe movb %fs:0xff, %al
        probe movb %fs:0x100, %al
        probe movw %fs:0xfe, %ax
        probe movw %fs:0xff, %ax
        probe movl %fs:0xfc, %eax
        probe movl %fs:0xfd, %eax
        probe movl %eax, %fs:0xfd
        probe addl %eax, %fs:0xfd
        probe movl %eax, %fs:0xfc
        probe movl %fs:-1, %eax
        probe lock incl %fs:0xfe
        probe fldl %fs:0xf9
        probe fldl %fs:0xf8
        probe btl %eax, %fs:0x200
        mov $0x100, %ebx
        probe movb %fs:(%ebx), %al
        probe movb %fs:-1(%ebx), %al
        # expand-down: above the limit
        use DOWN
        probe movb %fs:0xfff, %al
        probe movb %fs:0x1000, %al
        probe movl %fs:0xffe, %eax
        probe movl %eax, %fs:0x1000
        probe movl %fs:0, %eax
        use DOWN16
        probe movb %fs:0x1000, %al
        probe movb %fs:0xffff, %al
        probe movw %fs:0xffff, %ax
        probe movb %fs:0x10000, %al
        use DOWNPAGES
        probe movb %fs:0xfff, %al
        probe movb %fs:0x1000, %al
        # types
        use READONLY
        probe movb %fs:0x70000, %al
        probe movb %al, %fs:0x70000
        probe orb $1, %fs:0x70000
        probe cmpb $1, %fs:0x70000
        probe movb %cs:0x70000, %al
        probe movb %al, %cs:0x70000
        probe mov $EXECUTE, %ax
        probe mov %ax, %fs
        probe mov $ABSENT, %ax
        probe mov %ax, %fs
        probe mov $ABSENT, %ax
        probe mov %ax, %ss
        probe mov $READONLY, %ax
        probe mov %ax, %ss
        probe mov $0x1000, %ax
        probe mov %ax, %fs
        xor %eax, %eax
        probe mov %ax, %fs
        probe movb %fs:0, %al
        probe movb %al, %fs:0
        # strings: what fits is done
        use SMALL %es
        mov $0xf0, %edi
        mov $0x71000, %esi
        mov $0x20, %ecx
        probe rep movsb
        mov %edi, %eax
        call hex
        mov %ecx, %eax
        call hex
        use SMALL %es
        mov $0xf2, %edi
        mov $8, %ecx
        probe rep stosl
        mov %edi, %eax
        call hex
        mov %ecx, %eax
        call hex
        mov $0xf8, %esi
        mov $0x71000, %edi
        mov $9, %ecx
        expect
        use SMALL %ds
        rep movsb
        put '.'
        next
        mov %esi, %eax
        call hex
        use SMALL %es
        mov $0xfe, %edi
        mov $5, %ecx
        xor %eax, %eax
        probe repe scasb
        mov %edi, %eax
        call hex
        use UDATA %es
        stack SMALL 0x100 push %eax
        stack SMALL 0xfe pop %eax
        stack SMALL 2 push %eax
        stack SMALL 0xfc pop %eax
        stack SMALL 8 enter $4, $3
        stack SMALL 0x80 enter $4, $3
        stack SMALL 0x102 ret
        stack SMALL 0x102 call 4f
4:      mov $0xfc, %ebp
        stack SMALL 0x80 movl 0(%ebp), %eax
        stack SMALL 0x80 movl 1(%ebp), %eax
        stack SMALL 0x10 pusha
        stack SMALL 0x20 pusha
        stack DOWN 0x1004 push %eax
        stack DOWN 0x1002 push %eax
        stack STACK16 0xabcd0004 push %eax
        stack STACK16 0xabcd0202 pushw %ax
        stack STACK16 0x200 pushw %ax
        stack STACK16 0x202 pushw %ax
        # code
        expect
        ljmp $SHORTCODE, $0x300
        next
        expect
        lcall $SHORTCODE, $0x200
        next
        put '!'
        finish
