# The guest of the trials: a program without an operating system for the riscv64-virt board, in M-mode. Step n of it
#   1. checks that the swept pages hold n - 1, and every 16th time that an older record is on the disk as it was written;
#   2. stores n into page hash(n) of a large area, then into every swept page, first to last;
#   3. for n % 8 = 3 writes block SCATTER + hash(n) of the disk, for n % 8 = 7 fills it with zeros;
#   4. writes record n into block n % RECORDS, flushes, remembers n and prints "R n chain".
# So memory and disk at any instant follow from n and how far step n + 1 is. `chain` mixes in the time of every step: two
# branches of a history that reach the same n differ in it. Started on a used disk, it goes on with the newest record.
#
# s0 UART, s1 virtio block device, s2 state page, s3 PLIC claim register, s4 n, s5 chain, s6 next available entry,
# s7 next used entry, s8 whether the device fills with zeros.

.equ UART, 0x10000000
.equ UART_EMPTY, 0x20
.equ DISK, 0x10001000           # virtio-mmio slot 0
.equ PLIC, 0x0c000000
.equ DISK_LINE, 1
.equ CLINT_MTIME, 0x0200bff8
.equ FINISHER, 0x00100000
.equ FINISHER_FAIL, 0x3333
.equ MEIE, 0x800

.equ QUEUE, 0x80010000          # descriptors; driver area at +0x400, device area at +0x800
.equ HEADER, 0x80011000         # 16 bytes, then the status byte at +16
.equ STATE, 0x80012000          # n, chain, n at the start, whether the steps have begun
.equ BLOCK, 0x80013000
.equ BACK, 0x80014000           # what was read
.equ SWEPT_AT, 0x80100000
.equ SWEPT, 64
.equ LARGE_AT, 0x80200000
.equ LARGE_PAGES, 1024
.equ RECORDS, 256
.equ SCATTER, 1024
.equ SCATTERED, 1024
.equ SECTORS_PER_BLOCK, 8
.equ MIX, 0x9e3779b97f4a7c15

.equ READ, 0
.equ WRITE, 1
.equ FLUSH, 4
.equ ZERO, 13

start:
        bnez    a0, park
        la      sp, stack_end
        li      s0, UART
        li      s1, DISK
        li      s2, STATE
        li      s3, PLIC + 0x200004
        la      t0, failed_trap
        csrw    mtvec, t0
        li      t0, PLIC
        li      t1, 1
        sw      t1, DISK_LINE * 4(t0)
        li      t2, PLIC + 0x2000
        li      t1, 1 << DISK_LINE
        sw      t1, 0(t2)
        sw      zero, -4(s3)            # threshold
        li      t1, MEIE
        csrw    mie, t1
        call    open_disk
        call    newest                  # s4, s5
        beqz    s4, 1f
        addi    s4, s4, -1              # what the newest step did besides is done again
1:      sd      s4, 0(s2)
        sd      s5, 8(s2)
        sd      s4, 16(s2)
        li      t0, SWEPT_AT            # as if step n had swept
        li      t1, SWEPT
        li      t2, 4096
2:      sd      s4, 0(t0)
        sd      s5, 8(t0)
        add     t0, t0, t2
        addi    t1, t1, -1
        bnez    t1, 2b
        li      t0, 1
        sd      t0, 24(s2)
        li      a0, 'B'
        call    put_byte
        call    put_n
        li      a0, '\n'
        call    put_byte

step:
        # 1. What was there is there.
        li      t0, SWEPT_AT
        li      t1, SWEPT
        li      t2, 4096
1:      ld      t3, 0(t0)
        bne     t3, s4, failed_memory
        ld      t3, 8(t0)
        bne     t3, s5, failed_memory
        add     t0, t0, t2
        addi    t1, t1, -1
        bnez    t1, 1b
        andi    t0, s4, 15
        bnez    t0, 2f
        ld      t0, 16(s2)
        addi    t1, s4, -100
        ble     t1, t0, 2f              # of before the start
        call    check_old
2:
        # 2. Memory.
        li      t0, CLINT_MTIME
        ld      t0, 0(t0)
        addi    s4, s4, 1
        xor     s5, s5, t0
        li      t1, MIX
        mul     s5, s5, t1
        add     s5, s5, s4
        mv      a0, s4
        call    hash
        li      t0, LARGE_PAGES - 1
        and     a0, a0, t0
        slli    a0, a0, 12
        li      t0, LARGE_AT
        add     t0, t0, a0
        sd      s4, 0(t0)
        li      t1, 4088
        add     t0, t0, t1
        sd      s5, 0(t0)
        li      t0, SWEPT_AT
        li      t1, SWEPT
        li      t2, 4096
1:      sd      s4, 0(t0)
        sd      s5, 8(t0)
        add     t0, t0, t2
        addi    t1, t1, -1
        bnez    t1, 1b

        # 3. Somewhere on the disk.
        call    fill_block
        andi    t0, s4, 7
        li      t1, 3
        beq     t0, t1, 3f
        li      t1, 7
        bne     t0, t1, 4f
        beqz    s8, 2f
        call    scatter_place           # a0: sector
        li      t0, BACK                # one range: sector, count, flags
        sd      a0, 0(t0)
        li      t1, SECTORS_PER_BLOCK
        sd      t1, 8(t0)
        li      a0, ZERO
        li      a1, 0
        li      a2, BACK
        li      a3, 16
        call    request
        j       4f
2:      li      t0, BACK
        li      t1, 512
1:      sd      zero, 0(t0)
        addi    t0, t0, 8
        addi    t1, t1, -1
        bnez    t1, 1b
        call    scatter_place
        mv      a1, a0
        li      a0, WRITE
        li      a2, BACK
        li      a3, 4096
        call    request
        j       4f
3:      call    scatter_place
        mv      a1, a0
        li      a0, WRITE
        li      a2, BLOCK
        li      a3, 4096
        call    request
4:
        # 4. The record.
        li      t0, RECORDS - 1
        and     a1, s4, t0
        slli    a1, a1, 3
        li      a0, WRITE
        li      a2, BLOCK
        li      a3, 4096
        call    request
        li      a0, FLUSH
        li      a1, 0
        li      a2, 0
        li      a3, 0
        call    request
        sd      s4, 0(s2)
        sd      s5, 8(s2)
        li      a0, 'R'
        call    put_byte
        call    put_n
        li      a0, ' '
        call    put_byte
        call    put_chain
        li      a0, '\n'
        call    put_byte
        j       step

park:
        wfi
        j       park

failed_memory:
        la      a0, memory_text
        j       fail
failed_trap:
        la      a0, trap_text
        j       fail
failed_request:
        la      a0, request_text
        j       fail
failed_record:
        la      a0, record_text
        j       fail
failed_block:
        la      a0, block_text
fail:
        call    put_text
        call    put_n
        li      a0, '\n'
        call    put_byte
        li      t0, FINISHER
        li      t1, FINISHER_FAIL
        sw      t1, 0(t0)
        j       park

# 24 bits of a0.
hash:
        li      t0, MIX
        mul     a0, a0, t0
        srli    a0, a0, 40
        ret

# The sector of block SCATTER + hash(n) into a0.
scatter_place:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        mv      a0, s4
        call    hash
        li      t0, SCATTERED - 1
        and     a0, a0, t0
        li      t0, SCATTER
        add     a0, a0, t0
        slli    a0, a0, 3
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# n and chain by turns.
fill_block:
        li      t0, BLOCK
        li      t1, 256
1:      sd      s4, 0(t0)
        sd      s5, 8(t0)
        addi    t0, t0, 16
        addi    t1, t1, -1
        bnez    t1, 1b
        ret

# Record n - 100 is whole.
check_old:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        addi    a1, s4, -100
        sd      a1, 8(sp)
        li      t0, RECORDS - 1
        and     a1, a1, t0
        slli    a1, a1, 3
        li      a0, READ
        li      a2, BACK
        li      a3, 4096
        call    request
        call    whole
        ld      t0, 8(sp)
        bne     a0, t0, failed_record
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# The n in the block that was read, its chain in a1; one that is not all the same fails.
whole:
        li      t0, BACK
        ld      a0, 0(t0)
        ld      a1, 8(t0)
        li      t1, 256
1:      ld      t2, 0(t0)
        bne     t2, a0, failed_block
        ld      t2, 8(t0)
        bne     t2, a1, failed_block
        addi    t0, t0, 16
        addi    t1, t1, -1
        bnez    t1, 1b
        ret

# The newest record into s4 and s5; zero where there is none.
newest:
        addi    sp, sp, -32
        sd      ra, 0(sp)
        li      s4, 0
        li      s5, 0
        sd      zero, 8(sp)
1:      ld      a1, 8(sp)
        slli    a1, a1, 3
        li      a0, READ
        li      a2, BACK
        li      a3, 4096
        call    request
        call    whole
        bleu    a0, s4, 2f
        mv      s4, a0
        mv      s5, a1
2:      ld      t0, 8(sp)
        addi    t0, t0, 1
        sd      t0, 8(sp)
        li      t1, RECORDS
        bne     t0, t1, 1b
        ld      ra, 0(sp)
        addi    sp, sp, 32
        ret

open_disk:
        sw      zero, 0x70(s1)
        li      t0, 1
        sw      t0, 0x70(s1)
        li      t0, 3
        sw      t0, 0x70(s1)
        sw      zero, 0x14(s1)
        lw      t0, 0x10(s1)
        li      t1, 1 << 14             # write zeroes
        and     s8, t0, t1
        li      t2, 1 << 9              # flush
        or      t1, t1, t2
        and     t0, t0, t1
        sw      zero, 0x24(s1)
        sw      t0, 0x20(s1)
        li      t1, 1
        sw      t1, 0x24(s1)
        sw      t1, 0x20(s1)            # version 1
        li      t0, 11
        sw      t0, 0x70(s1)
        sw      zero, 0x30(s1)
        li      t0, 8
        sw      t0, 0x38(s1)
        li      t0, QUEUE
        sw      t0, 0x80(s1)
        sw      zero, 0x84(s1)
        addi    t1, t0, 0x400
        sw      t1, 0x90(s1)
        sw      zero, 0x94(s1)
        li      t1, QUEUE + 0x800
        sw      t1, 0xa0(s1)
        sw      zero, 0xa4(s1)
        li      t0, 1
        sw      t0, 0x44(s1)
        li      t0, 15
        sw      t0, 0x70(s1)
        li      s6, 0
        li      s7, 0
        ret

# One request: type a0, sector a1, data at a2, a3 bytes of it. Returns when it is done; a refused one fails.
request:
        li      t0, HEADER
        sw      a0, 0(t0)
        sw      zero, 4(t0)
        sd      a1, 8(t0)
        li      t1, 0xff
        sb      t1, 16(t0)
        li      t1, QUEUE
        sd      t0, 0(t1)               # the header
        li      t2, 16
        sw      t2, 8(t1)
        li      t2, 1                   # more follows: the data, or at once the status
        sh      t2, 12(t1)
        li      t3, 1
        bnez    a3, 1f
        li      t3, 2
1:      sh      t3, 14(t1)
        sd      a2, 16(t1)              # the data
        sw      a3, 24(t1)
        li      t2, 1
        bnez    a0, 2f
        li      t2, 3                   # the device writes it
2:      sh      t2, 28(t1)
        li      t2, 2
        sh      t2, 30(t1)
        addi    t0, t0, 16
        sd      t0, 32(t1)              # the status
        li      t2, 1
        sw      t2, 40(t1)
        li      t2, 2
        sh      t2, 44(t1)
        andi    t2, s6, 7
        slli    t2, t2, 1
        addi    t3, t1, 0x404
        add     t3, t3, t2
        sh      zero, 0(t3)             # the chain starts at descriptor 0
        addi    s6, s6, 1
        fence   rw, rw
        sh      s6, 0x402(t1)
        fence   rw, rw
        sw      zero, 0x50(s1)
        addi    s7, s7, 1
        slli    s7, s7, 48
        srli    s7, s7, 48
        li      t1, QUEUE + 0x802
3:      lhu     t2, 0(t1)
        beq     t2, s7, 4f
        wfi
        lw      t3, 0(s3)
        beqz    t3, 3b
        lw      t4, 0x60(s1)
        sw      t4, 0x64(s1)
        sw      t3, 0(s3)
        j       3b
4:      fence   rw, rw
        li      t0, HEADER
        lbu     t1, 16(t0)
        bnez    t1, failed_request
        ret

put_byte:
        lbu     t6, 5(s0)
        andi    t6, t6, UART_EMPTY
        beqz    t6, put_byte
        sb      a0, 0(s0)
        ret

put_text:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        mv      t4, a0
1:      lbu     a0, 0(t4)
        beqz    a0, 2f
        call    put_byte
        addi    t4, t4, 1
        j       1b
2:      ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# n in decimal, of ten digits.
put_n:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      t4, 1000000000
        mv      t5, s4
1:      divu    a0, t5, t4
        remu    t5, t5, t4
        addi    a0, a0, '0'
        call    put_byte
        li      t3, 10
        divu    t4, t4, t3
        bnez    t4, 1b
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

# chain in hexadecimal.
put_chain:
        addi    sp, sp, -16
        sd      ra, 0(sp)
        li      t4, 60
1:      srl     a0, s5, t4
        andi    a0, a0, 15
        li      t5, 10
        bltu    a0, t5, 2f
        addi    a0, a0, 39
2:      addi    a0, a0, '0'
        call    put_byte
        addi    t4, t4, -4
        bgez    t4, 1b
        ld      ra, 0(sp)
        addi    sp, sp, 16
        ret

memory_text:
        .asciz  "E memory is not what it was at "
trap_text:
        .asciz  "E a trap at "
request_text:
        .asciz  "E the disk refused a request at "
record_text:
        .asciz  "E an older record is not on the disk at "
block_text:
        .asciz  "E a block is torn at "
        .balign 16
        .zero   1024
stack_end:
