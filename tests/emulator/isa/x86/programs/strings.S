# Repeated strings over pages: what a page fault in the middle leaves in RSI, RDI and RCX and in memory, forwards and backwards, for all
# sizes; overlapping operands; and the same physical page at two addresses.
        .include "long.asm"
        # pages 0x70000 to 0x73fff are there, 0x74000 is not
        .set FROM, 0x71000
        .set GAP, 0x74000
        .macro registers
        mov %rsi, %rax
        call hex
        mov %rdi, %rax
        call hex
        mov %rcx, %rax
        call hex
        .endm
        # a sum of what is in the pages, that tells places apart
        .macro sum
        mov $0x70000, %ebx
        xor %eax, %eax
9:      imul $31, %rax, %rax
        movzbl (%rbx), %edx
        add %rdx, %rax
        inc %ebx
        cmp $GAP, %ebx
        jb 9b
        call hex
        call newline
        .endm
        .macro string from to count text:vararg
        call pattern
        mov $\from, %esi
        mov $\to, %edi
        mov $\count, %ecx
        mov $0x1122334455667788, %rax
        expect
        \text
        next
        registers
        cld
        sum
        .endm
        # as above, and nothing is raised
        .macro quiet from to count text:vararg
        call pattern
        mov $\from, %esi
        mov $\to, %edi
        mov $\count, %ecx
        mov $0x5a5a5a5a5a5a5a5a, %rax
        \text
        registers
        cld
        sum
        .endm
pattern: mov $0x70000, %ebx
        xor %eax, %eax
1:      imul $5, %eax, %eax
        add $0x37, %eax
        mov %al, (%rbx)
        xor %ebx, %eax
        inc %ebx
        cmp $GAP, %ebx
        jb 1b
        ret
begin64: movq $0, PT+0x74*8
        invlpg GAP
        string FROM, GAP-100, 300, rep movsb
        string FROM+3, GAP-100, 300, rep movsw
        string FROM, GAP-102, 300, rep movsl
        string FROM+1, GAP-4001, 700, rep movsq
        string GAP-50, 0x70010, 300, rep movsb
        string GAP-50, 0x70010, 300, rep movsl
        string FROM, GAP-33, 100, rep stosb
        string FROM, GAP-33, 100, rep stosq
        string GAP+9, 0x70800, 20, std; rep movsb
        quiet 0x70000, 0x71801, 5000, rep movsb
        quiet 0x70000, 0x71800, 1000, rep movsq
        quiet 0x70ff0, 0x71003, 200, rep stosb
        quiet 0x70ff0, 0x71003, 900, rep stosq
        quiet 0x70ff0, 0x71003, 900, rep stosw
        # overlapping: upwards by less and by more than an element, downwards
        quiet 0x70100, 0x70101, 4000, rep movsb
        quiet 0x70100, 0x70107, 4000, rep movsb
        quiet 0x70100, 0x70110, 4000, rep movsb
        quiet 0x70100, 0x70104, 900, rep movsq
        quiet 0x70104, 0x70100, 900, rep movsq
        quiet 0x70181, 0x70100, 5000, rep movsb
        quiet 0x71fff, 0x72fff, 3000, std; rep movsb
        quiet 0x71ff8, 0x72ff8, 300, std; rep movsq
        # one page at two addresses
        movq $0x70007, PT+0x74*8
        invlpg GAP
        quiet GAP+0x10, 0x70018, 1000, rep movsb
        quiet 0x70018, GAP+0x10, 1000, rep movsb
        quiet 0x70000, GAP+0x40, 200, rep movsq
        # over code that has been run
        call pattern
        movl $0x90c3c031, 0x73000
        call 0x73000
        call hex
        mov $0x41, %al
        mov $0x73000, %edi
        mov $16, %ecx
        rep stosb
        movb $0xc3, 0x73004
        mov $7, %eax
        xor %r9d, %r9d
        call 0x73000
        call hex
        call newline
        ret
