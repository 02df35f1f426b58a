/**
 * System instructions, paging, exceptions and interrupts: programs of our own, started from the reset vector, whose output
 * is that of the same program under QEMU, but for what QEMU does not as the manual says.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeptRegions } from '../../../../emulator/engine/compiler/kept-regions.ts';
import { KeptPages } from '../../../../emulator/engine/core/kept-pages.ts';
import { ENGINES } from '../../../kit/engine.ts';
import { describeWith } from '../../../kit/tools.ts';
import { SystemMachine } from './system-machine.ts';

const SOURCES = new URL('./programs/', import.meta.url).pathname;
/** What isa-debug-exit makes of the value that programs end with. */
const ENDED = 0x10 * 2 + 1;

/** Lines in which QEMU 7.2 differs from the manual, each with what the manual wants (SDM, volume 3A). */
const QEMU_DIFFERS: Readonly<Record<string, readonly (readonly [qemu: RegExp, manual: string])[]>> = {
  exceptions64: [
    // Reserved bits: P is set (section 4.7).
    [/E8 (at\S+ CS18 F0 SP5fff8 SS20 on5ffa8 CR271000)/, 'E9 $1'],
    // Errors of the interrupt table: the vector stands from bit 3 on, and EXT is set (section 6.13).
    [/Vb E62 /, 'Vb E33 '],
    // An interrupt stack at the same level does not empty SS (section 6.14.4).
    [/SS0 /g, 'SS20 '],
    // Model-specific registers that do not exist, and values that they do not take (volume 4).
    [
      /5 nothing raised;nothing raised;nothing raised;nothing raised;(V7 .*)/,
      '5 Vd E0 at116af CS18 F0 SP5fff8 SS20 on5ffa8 \nVd E0 at116cb CS18 F0 SP5fff8 SS20 on5ffa8 \nVd E0 at116e6 CS18 F0 SP5fff8 SS20 on5ffa8 \nVd E0 at11703 CS18 F0 SP5fff8 SS20 on5ffa8 \n$1',
    ],
  ],
  user64: [[/E202 /, 'E102 ']],
  // What no table translates is refused (volume 2B, "WRFSBASE/WRGSBASE").
  bases: [[/nothing raised;100000000000000 /, 'Vd E0 at11546 CS18 F0 SP5fff8 SS20 on5ffa8 \n70008 ']],
  la57: [
    [/Ve E8 (at114c8)/, 'Ve E9 $1'],
    // Registers hold addresses of 57 bits whatever the paging mode, and no others.
    [/nothing raised;123456/, 'Vd E0 at113d0 CS18 F0 SP5fff8 SS20 on5ffa8 \n123456'],
  ],
  // What a new task's state has wrong is found when the task has been switched to (section 7.3).
  tasks: [[/(V0000000a E00001238) 00000000/, '$1 00000063']],
  vectors: [
    // XRSTOR does not take reserved bits of MXCSR, and like XSAVE it minds CR0.TS (volume 1, sections 13.7 and 13.8).
    [/nothing raised;7 /, 'Vd E0 at1178e CS18 F0 SP5fff8 SS20 on5ffa8 \n7 '],
    [
      /nothing raised;nothing raised;(V6 E0 at1184b)/,
      'V7 E0 at11808 CS18 F0 SP5fff8 SS20 on5ffa8 \nV7 E0 at11826 CS18 F0 SP5fff8 SS20 on5ffa8 \n$1',
    ],
    // Exceptions that MXCSR does not mask are raised, and then nothing has changed (section 11.5.2).
    [/not masked nothing raised;/, 'not masked V13 E0 at118b4 CS18 F0 SP5fff8 SS20 on5ffa8 \n'],
    [
      /its exception nothing raised;.*/,
      'its exception V6 E0 at118f4 CS18 F0 SP5fff8 SS20 on5ffa8 \n3f80000040000000 4040000040800000 123456789abcdef0 fedcba9876543210 ',
    ],
  ],
};

/** Programs that want more of QEMU's processor than its usual one has. */
const CPU: Readonly<Record<string, string>> = { vectors: 'max', la57: 'qemu64,+la57', bases: 'qemu64,+fsgsbase' };

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'vivarium-x86-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: SOURCES });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
/** @returns the image of 64 KiB that ends with the reset vector */
function assemble(name: string): Uint8Array {
  const [object, image] = [join(folder, `${name}.o`), join(folder, `${name}.bin`)];
  run('as', '--64', '-I.', '-o', object, `${name}.S`);
  run('ld', '-T', 'program.ld', '--oformat', 'binary', '-o', image, object);
  return readFileSync(image);
}
function underQemu(name: string): string {
  const output = join(folder, `${name}.txt`);
  const devices = ['-debugcon', `file:${output}`, '-device', 'isa-debug-exit,iobase=0xf4,iosize=1'];
  const none = ['-display', 'none', '-monitor', 'none', '-serial', 'none', '-no-reboot'];
  const { status, error } = spawnSync('qemu-system-x86_64', [
    '-cpu',
    CPU[name] ?? 'qemu64',
    '-m',
    '8',
    '-bios',
    join(folder, `${name}.bin`),
    ...none,
    ...devices,
  ]);
  expect(status, `${name} ends under QEMU ${error?.message ?? ''}`).toBe(ENDED);
  return (QEMU_DIFFERS[name] ?? []).reduce((text, [qemu, manual]) => text.replace(qemu, manual), readFileSync(output, 'latin1'));
}

/** The image of a program in real mode that prints a letter ten times. */
function tenTimes(letter: string): Uint8Array {
  const image = new Uint8Array(0x1_0000).fill(0xf4);
  // jmp 0x1000; mov cx, 10; nops, mov al, letter, out 0xe9, al, loop to the first nop; mov al, 0x10, out 0xf4, al.
  image.set([0xe9, 0x0d, 0x10], 0xfff0);
  image.set(
    [0xb9, 10, 0, ...Array<number>(12).fill(0x90), 0xb0, letter.charCodeAt(0), 0xe6, 0xe9, 0xe2, 0xee, 0xb0, 0x10, 0xe6, 0xf4],
    0x1000,
  );
  return image;
}

const PROGRAMS = [
  'real-mode',
  'exceptions64',
  'user64',
  'apic',
  'single-step',
  'legacy',
  'x87',
  'paging32',
  'tasks',
  'vectors',
  'near-pages',
  'strings',
  'la57',
  'bases',
];
/**
 * What QEMU 7.2 does not do, or otherwise than the manual says: limits and types of segments are not checked; RF is not saved at a
 * breakpoint, whose address is not aligned, and INT1 is none; there are no alignment checks, and no identifiers of
 * address spaces. What they print follows from the manual.
 */
const BY_THE_MANUAL = ['segments', 'breakpoints', 'alignment', 'pcid'];

describeWith(['x86-64-gcc', 'qemu-system-x86_64'], 'x86-64 programs of system instructions', () => {
  describe.each(PROGRAMS)('%s', (name) => {
    let image: Uint8Array;
    let wanted: string;
    beforeAll(() => {
      image = assemble(name);
      wanted = underQemu(name);
    });
    test.each(ENGINES)('%s prints what QEMU prints', (engine) => {
      const machine = new SystemMachine(engine, image);
      machine.run();
      expect(machine.shutdown).toBeUndefined();
      expect(machine.output).toBe(wanted);
    });
    test('from what an earlier run has compiled and decoded it prints the same', () => {
      const left = { regions: new KeptRegions([]), pages: new KeptPages(), only: false };
      const first = new SystemMachine('compiler', image, left);
      first.run();
      expect(first.output).toBe(wanted);
      first.core.leaveDecoded();
      const pages = new KeptPages();
      pages.unpack(left.pages.pack());
      const second = new SystemMachine('auto', image, { regions: new KeptRegions(left.regions.contents()), pages, only: true });
      second.run();
      expect(second.output).toBe(wanted);
      expect(second.compiledInstructions).toBeGreaterThan(0n);
    });
  });
  test('code that differs from what was kept, if only behind its beginning, is not taken for it', () => {
    const left = { regions: new KeptRegions([]), pages: new KeptPages(), only: false };
    const runs = ['A', 'B', 'A'].map((letter) => {
      const machine = new SystemMachine('compiler', tenTimes(letter), left);
      machine.run();
      machine.core.leaveDecoded();
      return [machine.output, left.regions.added, left.pages.changed];
    });
    expect(runs).toEqual([
      ['AAAAAAAAAA', 2, 2],
      ['BBBBBBBBBB', 4, 3],
      ['AAAAAAAAAA', 4, 3],
    ]);
  });
  describe.each(BY_THE_MANUAL)('%s', (name) => {
    test.each(ENGINES)('%s prints what the manual wants', (engine) => {
      const machine = new SystemMachine(engine, assemble(name));
      machine.run();
      expect(machine.shutdown).toBeUndefined();
      expect(machine.output).toBe(readFileSync(join(SOURCES, `${name}.txt`), 'latin1'));
    });
  });
  test.each(ENGINES)('%s says why the core shut down', (engine) => {
    const machine = new SystemMachine(engine, assemble('triple-fault'));
    machine.run();
    expect(machine.shutdown).toMatch(/^triple fault at 0x[0-9a-f]+: exception 6, then exception 13 .*, then exception 8/);
    expect(machine.privileged.standing()).toBe('off');
  });
});
