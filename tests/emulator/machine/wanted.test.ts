/** Whatever a guest does, its owner gets it to stand within a moment: paused, saved and stopped. */
import { expect, it } from 'vitest';
import { attach, bare, pointOf } from './bare-machine.ts';

const HANDLER_AT_RETURN = `
  la t0, handler
  csrw mtvec, t0
`;
const RETURN = `
.balign 4
handler:
  mret
`;

/** Guests that keep a core in its slow paths. */
const GUESTS = {
  'an illegal instruction without a handler': '  .word 0\n',
  'a jump to where nothing is': '  li t0, 0x40000000\n  jr t0\n',
  'a trap whose handler returns to it': `${HANDLER_AT_RETURN}
  .word 0
${RETURN}`,
  'an environment call whose handler returns to it': `${HANDLER_AT_RETURN}
  ecall
${RETURN}`,
  'a load without a page, under translation': `${HANDLER_AT_RETURN}
  li t0, 0x80201000       # a root table of zeros but for the gigapage of RAM
  li t1, 0x200000cf
  sd t1, 16(t0)
  li t0, 0x8000000000080201
  csrw satp, t0
  li t0, 0x1800
  csrc mstatus, t0
  li t0, 0x800
  csrs mstatus, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  la t0, inside
  csrw mepc, t0
  mret
inside:
  ld t0, 0(zero)
${RETURN}`,
  'an interrupt that is never cleared': `${HANDLER_AT_RETURN}
  li t0, 0x2000000
  li t1, 1
  sw t1, 0(t0)
  li t0, 8
  csrw mie, t0
  csrs mstatus, t0
stay:
  j stay
${RETURN}`,
  'reading the time': `stay:\n  rdtime t0\n  j stay\n`,
  'reading a device': `  li t0, 0x200bff8\nstay:\n  ld t1, 0(t0)\n  j stay\n`,
  'fencing translations': `stay:\n  sfence.vma\n  j stay\n`,
  'writing its own code': `  la t0, stay\nstay:\n  lw t1, 0(t0)\n  sw t1, 0(t0)\n  j stay\n`,
};

const ENGINES = ['interpreter', 'auto', 'compiler'] as const;
const CASES = ENGINES.flatMap((engine) => Object.entries(GUESTS).map(([guest, source]) => ({ engine, guest, source })));

it.each(CASES)('$guest, $engine', async ({ engine, source }) => {
  const { machine } = await attach(bare(source, engine));
  for (let round = 0; round < 3; round++) {
    const before = await pointOf(await machine.save());
    expect(before.pages.size).toBeGreaterThan(0);
    await machine.pause();
    await machine.resume();
  }
  await machine.stop();
});
