# AVX and its state: what enables it, XSETBV, XSAVE and XRSTOR, upper halves, exceptions that MXCSR does not mask.
        .include "long.asm"
        .set AREA, 0x70000
        .set AVX, AREA+576
        # Both halves of YMM0
        .macro show
        vextractf128 $1, %ymm0, RESULT+16
        vmovdqu %xmm0, RESULT
        call halves
        .endm
        .set RESULT, 0x72000
        .macro control value, number=0
        expect
        mov $\value, %eax
        xor %edx, %edx
        mov $\number, %ecx
        xsetbv
        next
        .endm
        .macro components value
        mov $\value, %eax
        xor %edx, %edx
        .endm
begin64: fninit
        expect
        vaddps %ymm1, %ymm2, %ymm0
        next
        expect
        xor %ecx, %ecx
        xgetbv
        next
        expect
        xsave AREA
        next
        mov %cr4, %rax
        or $0x40000, %eax
        mov %rax, %cr4
        xor %ecx, %ecx
        xgetbv
        call hex
        expect
        vaddps %ymm1, %ymm2, %ymm0
        next
        call newline
        control 5
        control 6
        control 7, 1
        control 0
        expect
        mov $2, %ecx
        xgetbv
        next
        mov $1, %eax
        cpuid
        shr $27, %ecx
        and $1, %ecx
        mov %rcx, %rax
        call hex
        components 7
        xor %ecx, %ecx
        xsetbv
        mov $0xd, %eax
        xor %ecx, %ecx
        cpuid
        mov %rbx, %rax
        call hex
        mov $0xd, %eax
        mov $2, %ecx
        cpuid
        call hex
        mov %rbx, %rax
        call hex
        call newline
        # upper halves
        vmovdqu numbers(%rip), %ymm0
        show
        vmovdqa %ymm0, %ymm1
        paddb %xmm0, %xmm0
        show
        vpaddb %xmm0, %xmm0, %xmm0
        show
        vmovdqa %ymm1, %ymm0
        vzeroupper
        show
        vmovdqu numbers(%rip), %ymm0
        vpermq $0x1b, %ymm0, %ymm0
        show
        expect
        vmovdqa numbers+1(%rip), %ymm0
        next
        expect
        vmovdqu numbers+1(%rip), %ymm0
        next
        call newline
        # saving
        expect
        components 7
        xsave AREA+8
        next
        mov $AREA, %edi
        xor %eax, %eax
        mov $256, %ecx
        rep stosl
        vmovdqu numbers(%rip), %ymm0
        vmovdqa %ymm0, %ymm15
        components 7
        xsave AREA
        call area
        # restoring: all, what the header has not, a part, none
        vpxor %ymm0, %ymm0, %ymm0
        components 7
        xrstor AREA
        show
        movq $3, AREA+512
        components 7
        xrstor AREA
        show
        movq $7, AREA+512
        notq AVX
        components 4
        xrstor AREA
        show
        movq $0, AREA+512
        vmovdqu numbers(%rip), %ymm0
        components 2
        xrstor AREA
        show
        movq $7, AREA+512
        components 0
        xrstor AREA
        show
        call newline
        # headers that are none
        expect
        movq $15, AREA+512
        components 7
        xrstor AREA
        next
        expect
        movq $7, AREA+512
        movq $1, AREA+520
        components 7
        xrstor AREA
        next
        movq $0, AREA+520
        expect
        movl $0x10000, AREA+24
        components 6
        xrstor AREA
        next
        movl $0x1f80, AREA+24
        # what stays of a header for components that are not asked for
        movq $1, AREA+512
        vmovdqu numbers(%rip), %ymm0
        components 6
        xsave AREA
        mov AREA+512, %rax
        call hex
        call newline
        # the task-switched flag
        mov %cr0, %rax
        or $8, %eax
        mov %rax, %cr0
        expect
        vpaddb %ymm0, %ymm0, %ymm0
        next
        expect
        components 7
        xsave AREA
        next
        expect
        components 7
        xrstor AREA
        next
        clts
        components 3
        xor %ecx, %ecx
        xsetbv
        expect
        vpaddb %ymm0, %ymm0, %ymm0
        next
        components 7
        xor %ecx, %ecx
        xsetbv
        # BMI is no vector instruction
        mov $0xf0, %eax
        blsr %eax, %eax
        call hex
        call newline
        # not masked: division by zero, then with it no operation
        movl $0x1d80, RESULT
        ldmxcsr RESULT
        print "not masked "
        expect
        vmovdqu numbers(%rip), %ymm0
        vpxor %xmm1, %xmm1, %xmm1
        vdivps %xmm1, %xmm0, %xmm2
        next
        mov %cr4, %rax
        and $~0x400, %eax
        mov %rax, %cr4
        print "without its exception "
        expect
        divps %xmm1, %xmm0
        next
        movl $0x1f80, RESULT
        ldmxcsr RESULT
        show
        call newline
        ret

halves: push %rbx
        xor %ebx, %ebx
1:      mov RESULT(,%rbx,8), %rax
        call hex
        inc %ebx
        cmp $4, %ebx
        jb 1b
        pop %rbx
        call newline
        ret
# Control words, header, registers 0 and 15 in both places
area:   movzwl AREA, %eax
        call hex
        mov AREA+24, %eax
        call hex
        mov AREA+512, %rax
        call hex
        mov AREA+520, %rax
        call hex
        mov AREA+160, %rax
        call hex
        mov AREA+160+15*16+8, %rax
        call hex
        mov AVX, %rax
        call hex
        mov AVX+15*16+8, %rax
        call hex
        call newline
        ret
        .balign 32
numbers: .quad 0x3f80000040000000, 0x4040000040800000, 0x123456789abcdef0, 0xfedcba9876543210, 0
