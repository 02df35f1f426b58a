# What every program begins with: copied from the ROM to 0x10000, it goes on in real mode at `begin` with all segments there.
# Port 0xe9 prints, port 0xf4 ends the program.
        .set BASE, 0x10000
        .text
        .code16
        .globl _start
_start:
entry:  cli
        cld
        mov $0xf000, %ax
        mov %ax, %ds
        mov $0x1000, %ax
        mov %ax, %es
        xor %si, %si
        xor %di, %di
        mov $0x8000, %cx
        rep movsw
        ljmp $0x1000, $(begin16-BASE)
begin16:
        mov $0x1000, %ax
        mov %ax, %ds
        mov %ax, %es
        mov %ax, %ss
        mov $0xf000, %sp
        jmp begin

        .macro finish
        mov $0x10, %al
        out %al, $0xf4
1:      hlt
        jmp 1b
        .endm

        .section .reset, "ax"
        ljmp $0xf000, $(entry-BASE)
        .text
