# Loops whose loads go through pages that lie elsewhere in memory than side by side: all sizes, at every place of a page and across
# two; a page that is not there; one that is exchanged, or taken away, while the loop goes on; several addresses in turn.
        .include "long.asm"
        # virtual pages from here on, the last of four is not there
        .set PAGES, 0x70000
        .set GAP, PAGES+0x3000
        # Sets the page-table entry of a virtual page.
        .macro map virtual entry
        movq $\entry, PT+(\virtual>>12)*8
        invlpg \virtual
        .endm
        # A loop from RSI on in steps of RDI, RCX times; RAX becomes a sum that tells orders apart.
        .macro walk text
        xor %eax, %eax
        xor %edx, %edx
8:      imul $31, %rax, %rax
        \text
        add %rdx, %rax
        add %rdi, %rsi
        dec %ecx
        jnz 8b
        .endm
        .macro from start step times
        mov $\start, %esi
        mov $\step, %rdi
        mov $\times, %ecx
        .endm
        .macro quiet start step times text
        from \start, \step, \times
        walk "\text"
        call hex
        .endm
        # The same, until it faults.
        .macro until start step text
        from \start, \step, 100000
        expect
        walk "\text"
        next
        call hex
        mov %rsi, %rax
        call hex
        call newline
        .endm
        # All sizes.
        .macro sizes start step times
        quiet \start, \step, \times, "movzbl (%rsi), %edx"
        quiet \start, \step, \times, "movsbq 5(%rsi), %rdx"
        quiet \start, \step, \times, "movzwl (%rsi), %edx"
        quiet \start, \step, \times, "movswq -1(%rsi), %rdx"
        quiet \start, \step, \times, "mov (%rsi), %edx"
        quiet \start, \step, \times, "mov 3(%rsi), %rdx"
        quiet \start, \step, \times, "movdqu (%rsi), %xmm0; movq %xmm0, %rbx; punpckhqdq %xmm0, %xmm0; movq %xmm0, %rdx; add %rbx, %rdx"
        quiet \start, \step, \times, "movss (%rsi), %xmm0; movd %xmm0, %edx"
        quiet \start, \step, \times, "movsd -4(%rsi), %xmm0; movq %xmm0, %rdx"
        call newline
        .endm

begin64: map PAGES, 0x90007
        map PAGES+0x1000, 0x80007
        map PAGES+0x2000, 0x88007
        map GAP, 0
        mov $PAGES, %ebx
        xor %eax, %eax
1:      imul $5, %eax, %eax
        add $0x37, %eax
        mov %al, (%rbx)
        xor %ebx, %eax
        inc %ebx
        cmp $GAP, %ebx
        jb 1b
        sizes PAGES+0x20, 1, 0x2f00
        sizes PAGES+0x25, 3, 0xf00
        sizes PAGES+0x2fc0, -1, 0x2f00
        sizes PAGES+0x2fb3, -7, 0x600
        sizes PAGES+0x20, 0xff9, 3
        # what does not lie in one page, again and again
        sizes PAGES+0xffd, 0, 300
        sizes PAGES+0x1fff, 0, 300
        until PAGES+0x900, 1, "movzbl (%rsi), %edx"
        until PAGES+0x900, 1, "mov (%rsi), %rdx"
        until PAGES+0x900, 3, "movzwl (%rsi), %edx"
        until PAGES+0x900, 1, "movdqu (%rsi), %xmm0; movq %xmm0, %rdx"
        # two addresses that are never in one page, and two registers that make one
        quiet PAGES+0x10, 3, 0x500, "movzbl (%rsi), %edx; add 0x1800(%rsi), %rdx"
        quiet PAGES+0x10, 2, 0x500, "mov $PAGES, %ebx; mov %rcx, %rdx; and $0x7ff, %edx; mov (%rbx,%rdx,8), %rdx"
        # pages in turn by one instruction
        quiet PAGES, 1, 0x900, "mov %rcx, %rdx; and $1, %edx; shl $12, %edx; mov 0x123(%rdx,%rsi), %rdx"
        call newline
        # written and read
        quiet PAGES+0x30, 5, 0x700, "mov %rcx, 0x800(%rsi); mov (%rsi), %rdx; addl $3, 1(%rsi)"
        quiet PAGES+0x30, 5, 0x700, "mov (%rsi), %rdx"
        call newline
        # exchanged meanwhile, and back, without an interruption of the loop
        from PAGES+0x1010, 0, 400
        walk "mov (%rsi), %rdx; test $63, %ecx; jnz 5f; xorq $0x10000, PT+((PAGES+0x1000)>>12)*8; invlpg (%rsi); 5:"
        call hex
        call newline
        # taken away meanwhile
        from PAGES+0x1010, 0, 400
        expect
        walk "mov (%rsi), %rdx; cmp $100, %ecx; jne 5f; movq $0, PT+((PAGES+0x1000)>>12)*8; invlpg (%rsi); 5:"
        next
        call hex
        mov %rcx, %rax
        call hex
        ret
