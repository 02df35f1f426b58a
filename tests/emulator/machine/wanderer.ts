/**
 * A guest that notices when its memory, its code or its page tables are of another time than its registers. Under Sv39
 * with pages of 4 KiB each hart writes words all over 16 MiB of its own, each with its address and the number of the step; it reads others
 * and ends the run with a code when one is wrong or from the future. Again and again it changes a function of its own and
 * calls it. It prints a letter every 65,536 steps.
 */

/** Exit codes: a word that belongs elsewhere, a word from the future, code that is not what was written. */
export const WRONG = { address: 1, future: 2, code: 3 } as const;
/** What it prints in turn. */
export const LETTERS = 'abcdefghijklmnop';

const fail = (code: number) => `
  li t5, ${(code << 16) | 0x3333}
  li t6, 0x100000
  sw t5, 0(t6)
`;

export const WANDERER = `
  mv s9, a0             # the hart
  li t0, 0x80200000
  li t1, 0x80201000
  li t2, 0xcf
  sd t2, 0(t0)          # the devices: a gigapage
  srli t2, t1, 12
  slli t2, t2, 10
  ori t2, t2, 1
  sd t2, 16(t0)
  li t3, 0x80202000
  li t4, 32
  li t5, 4096
middle:
  srli t2, t3, 12
  slli t2, t2, 10
  ori t2, t2, 1
  sd t2, 0(t1)
  addi t1, t1, 8
  add t3, t3, t5
  addi t4, t4, -1
  bnez t4, middle
  li t0, 0x80202000
  li t1, 0x80000000
  li t4, 16384
leaf:
  srli t2, t1, 12
  slli t2, t2, 10
  ori t2, t2, 0xf
  sd t2, 0(t0)
  addi t0, t0, 8
  add t1, t1, t5
  addi t4, t4, -1
  bnez t4, leaf
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, 0x8000000000080200
  csrw satp, t0
  sfence.vma
  la t0, start
  csrw mepc, t0
  li t0, 0x1800
  csrc mstatus, t0
  li t0, 0x800
  csrs mstatus, t0
  mret

.balign 4096
start:
  li s0, 88172645463325252
  add s0, s0, s9
  li s1, 0x81000000
  slli t0, s9, 24
  add s1, s1, t0
  li s2, 0              # the step
  li s3, 0xfffff8
  li s5, 0              # what the function gives
  la s6, function
  slli t0, s9, 12
  add s6, s6, t0
  li s7, 0x10000000
  li s8, 'a'
step:
  slli t0, s0, 13
  xor s0, s0, t0
  srli t0, s0, 7
  xor s0, s0, t0
  slli t0, s0, 17
  xor s0, s0, t0
  addi s2, s2, 1
  srli t0, s0, 9
  and t0, t0, s3
  add t0, t0, s1
  ld t1, 0(t0)
  beqz t1, good
  srli t2, t1, 32
  slli t3, t0, 32
  srli t3, t3, 32
  bne t2, t3, wrong
  slli t1, t1, 32
  srli t1, t1, 32
  bltu s2, t1, future
good:
  srli t0, s0, 27
  and t0, t0, s3
  add t0, t0, s1
  slli t1, t0, 32
  or t1, t1, s2
  sd t1, 0(t0)
  jalr s6
  bne a0, s5, stale
  andi t0, s2, 255
  bnez t0, step
  srli s5, s2, 8
  andi s5, s5, 0x7ff
  slli t0, s5, 20
  ori t0, t0, 0x513     # addi a0, x0, imm
  sw t0, 0(s6)
  fence.i
  slli t0, s2, 48
  bnez t0, step
  bnez s9, step
  sb s8, 0(s7)
  sfence.vma
  addi s8, s8, 1
  li t0, 'q'
  bne s8, t0, step
  li s8, 'a'
  j step
wrong: ${fail(WRONG.address)}
future: ${fail(WRONG.future)}
stale: ${fail(WRONG.code)}
  j stale

.balign 4096
function:
  addi a0, x0, 0
  ret
.balign 4096
  addi a0, x0, 0
  ret
`;
