# Hello: a program without an operating system for the riscv64-virt board, in M-mode on the bare machine. It greets on
# the serial port, echoes what is typed, and knows a few commands. It sleeps (wfi) while nothing is typed.
#
# At the start a0 is the number of the core and a1 the address of the device tree. s0 to s3 keep the same meaning
# throughout: UART, interrupt claim register, first byte of memory, bytes of memory.

.equ UART, 0x10000000           # 16550: data at 0, interrupt enable at 1, line status at 5
.equ UART_READY, 1              # line status: a byte has arrived
.equ UART_EMPTY, 0x20           # line status: the transmitter takes a byte
.equ UART_LINE, 10
.equ PLIC, 0x0c000000
.equ CLINT_MTIME, 0x0200bff8
.equ TICKS_PER_SECOND, 10000000
.equ FINISHER, 0x00100000
.equ FINISHER_OFF, 0x5555
.equ MEIE, 0x800
.equ LINE_BYTES, 120

start:
        bnez    a0, park                # one core is enough
        la      sp, stack_end
        li      s0, UART
        mv      a0, a1
        call    find_memory
        mv      s2, a0
        mv      s3, a1
        la      t0, trap
        csrw    mtvec, t0

        # A byte that arrives wakes the core from wfi; interrupts stay off, so that nothing else happens.
        li      t0, PLIC
        li      t1, 1
        sw      t1, UART_LINE * 4(t0)   # priority
        li      t2, PLIC + 0x2000
        li      t1, 1 << UART_LINE
        sw      t1, 0(t2)               # enabled for this core's M-mode
        li      s1, PLIC + 0x200000
        sw      zero, 0(s1)             # threshold; the claim register follows at 4
        li      t1, 1
        sb      t1, 1(s0)
        li      t1, MEIE
        csrw    mie, t1

        la      a0, greeting
        call    put_text
prompt:
        la      sp, stack_end           # also after a trap
        la      a0, prompt_text
        call    put_text
        call    get_line
        la      a0, line
        lbu     t0, 0(a0)
        beqz    t0, prompt
        la      t1, commands
1:      ld      a1, 0(t1)               # word, routine; a zero ends the table
        beqz    a1, unknown
        la      a0, line
        call    starts_with
        bnez    a0, 2f
        addi    t1, t1, 16
        j       1b
2:      ld      t1, 8(t1)
        mv      a0, a1                  # what follows the word
        jalr    t1
        j       prompt
unknown:
        la      a0, said
        call    put_text
        la      a0, line
        call    put_text
        la      a0, said_end
        call    put_text
        j       prompt

park:
        wfi
        j       park

# Commands. a0 is the rest of the line; they may use everything but s0 to s3.

help:
        la      a0, help_text
        j       put_text

off:
        la      a0, off_text
        call    put_text
        li      t0, FINISHER
        li      t1, FINISHER_OFF
        sw      t1, 0(t0)
        j       park

time:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      t0, CLINT_MTIME
        ld      s4, 0(t0)
        li      s5, TICKS_PER_SECOND
        divu    a0, s4, s5
        call    put_decimal
        li      a0, '.'
        call    put_byte
        remu    t0, s4, s5
        li      t1, TICKS_PER_SECOND / 1000
        divu    s5, t0, t1
        li      t0, 100                 # three digits
1:      divu    a0, s5, t0
        remu    s5, s5, t0
        addi    a0, a0, '0'
        call    put_byte
        li      t1, 10
        divu    t0, t0, t1
        bnez    t0, 1b
        la      a0, time_text
        call    put_text
        mv      a0, s4
        call    put_decimal
        la      a0, time_end
        call    put_text
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# Without an address: how much memory there is, and this program's first bytes.
memory:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        call    parse_hex
        mv      s4, a0
        bnez    a1, 1f
        srli    a0, s3, 20
        call    put_decimal
        la      a0, memory_text
        call    put_text
        mv      a0, s2
        li      a1, 8
        call    put_hex
        la      a0, newline
        call    put_text
        mv      s4, s2
1:      li      s5, 4                   # four lines of sixteen bytes
2:      mv      a0, s4
        li      a1, 16
        call    put_hex
        li      s6, 16
3:      li      a0, ' '
        call    put_byte
        lbu     a0, 0(s4)               # may trap: see there
        li      a1, 2
        call    put_hex
        addi    s4, s4, 1
        addi    s6, s6, -1
        bnez    s6, 3b
        li      a0, ' '
        call    put_byte
        call    put_byte
        addi    s4, s4, -16
        li      s6, 16
4:      lbu     a0, 0(s4)
        li      t0, ' '
        bltu    a0, t0, 5f
        li      t0, 127
        bltu    a0, t0, 6f
5:      li      a0, '.'
6:      call    put_byte
        addi    s4, s4, 1
        addi    s6, s6, -1
        bnez    s6, 4b
        la      a0, newline
        call    put_text
        addi    s5, s5, -1
        bnez    s5, 2b
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# An exception: most likely an address where nothing is. Says so and goes on.
.balign 4
trap:
        la      sp, stack_end
        la      a0, trap_text
        call    put_text
        csrr    a0, mcause
        call    put_decimal
        la      a0, trap_address
        call    put_text
        csrr    a0, mtval
        li      a1, 16
        call    put_hex
        la      a0, newline
        call    put_text
        j       prompt

# Device tree (specification 0.4, chapter 5): a0 = its address. Gives the first /memory node's first range in a0, a1.
find_memory:
        addi    sp, sp, -48
        sd      ra, 0(sp)
        sd      s4, 8(sp)
        sd      s5, 16(sp)
        sd      s6, 24(sp)
        sd      s7, 32(sp)
        mv      s4, a0
        addi    a0, s4, 8
        call    big_word
        add     s5, s4, a0              # structure block
        addi    a0, s4, 12
        call    big_word
        add     s6, s4, a0              # strings block
        li      s7, 0                   # inside the memory node
1:      mv      a0, s5
        call    big_word
        addi    s5, s5, 4
        li      t0, 1
        beq     a0, t0, node
        li      t0, 3
        beq     a0, t0, property
        li      t0, 9
        bne     a0, t0, 1b              # the end of a node, or nothing
        li      a0, 0                   # the end: no memory node
        li      a1, 0
        j       found
node:
        mv      a0, s5
        la      a1, memory_name
        call    starts_with
        mv      s7, a0
2:      lbu     t0, 0(s5)               # past the name
        addi    s5, s5, 1
        bnez    t0, 2b
        addi    s5, s5, 3
        andi    s5, s5, -4
        j       1b
property:
        mv      a0, s5
        call    big_word
        mv      t2, a0                  # length
        addi    a0, s5, 4
        call    big_word
        add     a0, s6, a0
        addi    s5, s5, 8
        beqz    s7, 3f
        la      a1, reg_name
        call    starts_with
        beqz    a0, 3f
        mv      a0, s5
        call    big_double
        mv      t2, a0
        addi    a0, s5, 8
        call    big_double
        mv      a1, a0
        mv      a0, t2
        j       found
3:      add     s5, s5, t2
        addi    s5, s5, 3
        andi    s5, s5, -4
        j       1b
found:
        ld      ra, 0(sp)
        ld      s4, 8(sp)
        ld      s5, 16(sp)
        ld      s6, 24(sp)
        ld      s7, 32(sp)
        addi    sp, sp, 48
        ret

# Big-endian numbers at a0. These two use t0, t1, t3 and t4 only.
big_word:
        li      t1, 4
        j       1f
big_double:
        li      t1, 8
1:      li      t0, 0
2:      lbu     t3, 0(a0)
        slli    t0, t0, 8
        or      t0, t0, t3
        addi    a0, a0, 1
        addi    t1, t1, -1
        bnez    t1, 2b
        mv      a0, t0
        ret

# Whether the text at a0 begins with the word at a1. Gives 1 or 0 in a0, and in a1 what follows the word.
starts_with:
1:      lbu     t0, 0(a1)
        beqz    t0, 2f
        lbu     t3, 0(a0)
        addi    a0, a0, 1
        addi    a1, a1, 1
        beq     t0, t3, 1b
        li      a0, 0
        ret
2:      mv      a1, a0
        li      a0, 1
        ret

# A hexadecimal number at a0, with or without 0x. Gives the number in a0 and whether there was one in a1.
parse_hex:
        li      a1, 0
        li      t1, 0
1:      lbu     t0, 0(a0)
        addi    a0, a0, 1
        li      t3, ' '
        beq     t0, t3, 1b
        ori     t0, t0, 0x20            # lower case; digits stay
        li      t3, 'x'
        beq     t0, t3, 1b
        addi    t0, t0, -'0'
        li      t3, 10
        bltu    t0, t3, 2f
        addi    t0, t0, '0' - 'a'
        li      t3, 6
        bgeu    t0, t3, 3f
        addi    t0, t0, 10
2:      slli    t1, t1, 4
        or      t1, t1, t0
        li      a1, 1
        j       1b
3:      mv      a0, t1
        ret

# Input and output. They use t4 to t6 and keep everything else but what they give back.

# Waits for a byte.
get_byte:
        lbu     a0, 5(s0)
        andi    a0, a0, UART_READY
        bnez    a0, 1f
        wfi
        lw      a0, 4(s1)               # claim and complete, so that the next wfi sleeps
        beqz    a0, get_byte
        sw      a0, 4(s1)
        j       get_byte
1:      lbu     a0, 0(s0)
        ret

# Reads a line into `line`, with echo and backspace; Ctrl-D powers off.
get_line:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        sd      s4, 8(sp)
        la      s4, line
1:      call    get_byte
        li      t4, 4
        beq     a0, t4, off
        li      t4, '\r'
        beq     a0, t4, 4f
        li      t4, '\n'
        beq     a0, t4, 4f
        li      t4, 127
        beq     a0, t4, 3f
        li      t4, 8
        beq     a0, t4, 3f
        li      t4, ' '
        bltu    a0, t4, 1b              # other control characters are nothing here
        la      t4, line + LINE_BYTES
        bgeu    s4, t4, 1b
        sb      a0, 0(s4)
        addi    s4, s4, 1
        call    put_byte
        j       1b
3:      la      t4, line
        beq     s4, t4, 1b
        addi    s4, s4, -1
        la      a0, rub_out
        call    put_text
        j       1b
4:      sb      zero, 0(s4)
        la      a0, newline
        call    put_text
        ld      ra, 0(sp)
        ld      s4, 8(sp)
        addi    sp, sp, 16
        ret

put_byte:
        lbu     t5, 5(s0)
        andi    t5, t5, UART_EMPTY
        beqz    t5, put_byte
        sb      a0, 0(s0)
        ret

put_text:
        mv      t6, ra
        mv      t4, a0
1:      lbu     a0, 0(t4)
        beqz    a0, 2f
        addi    t4, t4, 1
        call    put_byte
        j       1b
2:      jr      t6

# a0 with a1 hexadecimal digits.
put_hex:
        mv      t6, ra
        mv      t4, a0
1:      addi    a1, a1, -1
        slli    t5, a1, 2
        srl     a0, t4, t5
        andi    a0, a0, 15
        addi    a0, a0, '0'
        li      t5, '9'
        bleu    a0, t5, 2f
        addi    a0, a0, 'a' - '9' - 1
2:      call    put_byte
        bnez    a1, 1b
        jr      t6

put_decimal:
        mv      t6, ra
        la      t4, digits_end
        li      t5, 10
1:      addi    t4, t4, -1
        remu    a1, a0, t5
        divu    a0, a0, t5
        addi    a1, a1, '0'
        sb      a1, 0(t4)
        bnez    a0, 1b
        mv      ra, t6
        mv      a0, t4
        j       put_text

.balign 8
commands:
        .dword  word_help, help
        .dword  word_memory, memory
        .dword  word_time, time
        .dword  word_off, off
        .dword  0
word_help:      .string "help"
word_memory:    .string "mem"
word_time:      .string "time"
word_off:       .string "off"

memory_name:    .string "memory@"
reg_name:       .string "reg"

greeting:       .ascii  "\r\n\e[1;32mHello from a bare riscv64 machine.\e[0m\r\n"
                .string "There is no operating system here, only this small program. help lists what it does.\r\n"
prompt_text:    .string "\e[1;34m>\e[0m "
help_text:      .ascii  "mem           how much memory there is, and its first bytes\r\n"
                .ascii  "mem ADDRESS   64 bytes from a hexadecimal address\r\n"
                .ascii  "time          since the machine started\r\n"
                .ascii  "off           powers off (Ctrl-D does too)\r\n"
                .string "Anything else is echoed.\r\n"
off_text:       .string "\r\nGood bye.\r\n"
said:           .string "You said: "
said_end:       .string "\r\n"
time_text:      .string " seconds since the machine started ("
time_end:       .string " ticks)\r\n"
memory_text:    .string " MiB of memory from 0x"
trap_text:      .string "\r\nThat did not work: exception "
trap_address:   .string " at 0x"
newline:        .string "\r\n"
rub_out:        .string "\b \b"

digits:         .space  24
digits_end:     .byte   0
line:           .space  LINE_BYTES + 1
.balign 16
                .space  4096
stack_end:
