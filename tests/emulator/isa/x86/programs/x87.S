# The x87 unit: arithmetic, comparisons and conversions of telling numbers, under all rounding modes and precisions. C1 is not
# shown: QEMU does not say by it which way a result was rounded; nor are the flags that FCOMI clears and QEMU keeps, DE of narrow
# denormals, which it does not raise, and C2 of a root. It rounds FRNDINT by the precision, too, so that is full there.
        .include "long.asm"
        .set RESULT, 0x70000
        .set VALUES, 16
        .macro show bits=0xfdbf
        fnstsw %ax
        movzx %ax, %eax
        and $\bits, %eax
        call hex
        fstpt RESULT
        movzwl RESULT+8, %eax
        call hex
        mov RESULT, %rax
        call hex
        .endm
        # ST(0) and ST(1) from R12 and R13
        .macro operands
        fninit
        fldcw (%rbx)
        fldt (%r13)
        fldt (%r12)
        fnclex
        .endm
        .macro binary op:vararg
        operands
        \op
        show
        .endm
        .macro unary op:vararg
        fninit
        fldcw (%rbx)
        fldt (%r12)
        fnclex
        \op
        show
        .endm
        .macro store op, bytes
        fninit
        fldcw (%rbx)
        fldt (%r12)
        fnclex
        movq $0, RESULT
        \op RESULT
        fnstsw %ax
        movzx %ax, %eax
        and $0xfdbf, %eax
        call hex
        mov RESULT, %rax
        call hex
        .endm
begin64: lea words(%rip), %rbx
1:      lea values(%rip), %r12
2:      fninit
        fldcw (%rbx)
        fldt (%r12)
        fnclex
        fsqrt
        show 0xb9bf
        mov (%rbx), %ax
        or $0x300, %ax
        mov %ax, RESULT+16
        fninit
        fldcw RESULT+16
        fldt (%r12)
        fnclex
        frndint
        show
        unary fchs
        unary fabs
        unary fxam
        unary ftst
        store fsts
        store fstl
        store fistps
        store fistpl
        store fistpll
        store fisttpl
        store fisttpll
        call newline
        lea values(%rip), %r13
3:      binary fadd %st(1), %st
        binary fmul %st(1), %st
        binary fsub %st(1), %st
        binary fdivr %st(1), %st
        operands
        fcom %st(1)
        show
        operands
        fucompp
        fld1
        show
        operands
        fcomi %st(1), %st
        pushf
        show
        pop %rax
        and $0x45, %eax
        call hex
        call newline
        add $10, %r13
        lea valuesend(%rip), %rax
        cmp %rax, %r13
        jb 3b
        add $10, %r12
        cmp %rax, %r12
        jb 2b
        add $2, %rbx
        lea wordsend(%rip), %rax
        cmp %rax, %rbx
        jb 1b
        # narrow numbers, integers and constants
        lea singles(%rip), %r12
4:      fninit
        flds (%r12)
        show 0xfdbd
        fninit
        fildl (%r12)
        show 0xfdbd
        fninit
        filds (%r12)
        show 0xfdbd
        fninit
        fldl (%r12)
        show 0xfdbd
        fninit
        fildll (%r12)
        show 0xfdbd
        call newline
        add $4, %r12
        lea singlesend(%rip), %rax
        cmp %rax, %r12
        jb 4b
        lea words(%rip), %rbx
5:      .irp op, fld1, fldl2t, fldl2e, fldpi, fldlg2, fldln2, fldz
        fninit
        fldcw (%rbx)
        \op
        show
        .endr
        call newline
        add $2, %rbx
        lea wordsend(%rip), %rax
        cmp %rax, %rbx
        jb 5b
        call newline
        ret
words:  .word 0x37f, 0x77f, 0xb7f, 0xf7f, 0x27f, 0x07f, 0xc7f
wordsend:
        .macro number exponent, significand
        .quad \significand
        .word \exponent
        .endm
values: number 0x3fff, 0x8000000000000000
        number 0xc000, 0xc90fdaa22168c235
        number 0x3ffb, 0xcccccccccccccccd
        number 0x0000, 0x0000000000000000
        number 0x8000, 0x0000000000000000
        number 0x0001, 0x8000000000000001
        number 0x7ffe, 0xffffffffffffffff
        number 0x7fff, 0x8000000000000000
        number 0xffff, 0x8000000000000000
        number 0x7fff, 0xc000000000000123
        number 0xffff, 0xa000000000000001
        number 0x403e, 0xfffffffffffffffe
        number 0xc01d, 0x80000000c0000000
valuesend:
singles: .long 0x3f800000, 0x7f800001, 0x00000001, 0xff800000, 0x80000000, 0x7fc12345, 0xc2f6e979, 0x7ff00000, 0x00000001, 0x000fffff, 0x12345678, 0xfff80000
singlesend: .long 0
