/** The device tree: read back with our own eyes, and by dtc where there is one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flatten, node, wide } from '../../emulator/board/kit/fdt.ts';
import { describeWith, tool } from '../kit/tools.ts';
import { riscv64Virt as virt } from '../../emulator/board/riscv64-virt/board.ts';
import { deviceTree } from '../../emulator/board/riscv64-virt/device-tree.ts';

interface Parsed {
  properties: Record<string, Uint8Array>;
  children: Record<string, Parsed>;
}

/** A reader written against the specification alone (Devicetree Specification 0.4, section 5.4). */
function parse(blob: Uint8Array): Parsed {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  expect([view.getUint32(0), view.getUint32(4), view.getUint32(20)]).toEqual([0xd00d_feed, blob.length, 17]);
  const strings = view.getUint32(12);
  const text = (at: number) => new TextDecoder().decode(blob.subarray(at, blob.indexOf(0, at)));
  let at = view.getUint32(8);
  const aligned = (to: number) => (to + 3) & ~3;
  const readNode = (): Parsed => {
    const parsed: Parsed = { properties: {}, children: {} };
    for (;;) {
      const token = view.getUint32(at);
      at += 4;
      if (token === 2 || token === 9) return parsed;
      if (token === 1) {
        const name = text(at);
        at = aligned(blob.indexOf(0, at) + 1);
        parsed.children[name] = readNode();
      } else if (token === 3) {
        const length = view.getUint32(at);
        parsed.properties[text(strings + view.getUint32(at + 4))] = blob.subarray(at + 8, at + 8 + length);
        at = aligned(at + 8 + length);
      } else throw new Error(`token ${token}`);
    }
  };
  return readNode().children[''] as Parsed;
}
const cells = (bytes?: Uint8Array) => {
  const view = new DataView((bytes ?? new Uint8Array(0)).slice().buffer);
  return Array.from({ length: view.byteLength / 4 }, (_, index) => view.getUint32(index * 4));
};
const words = (bytes?: Uint8Array) => new TextDecoder().decode(bytes).split('\0').slice(0, -1);
const at = (root: Parsed, path: string) =>
  path.split('/').reduce<Parsed>((found, name) => (name === '' ? found : (found.children[name] as Parsed)), root);

const board = { board: 'riscv64-virt', cores: 2, memoryBytes: 512 * 2 ** 20, disks: [], ports: [] } as const;
const request = {
  bootArguments: 'console=ttyS0 note="größe"',
  initrd: { start: 0x8800_0000, end: 0x8812_3456 },
  seed: Uint8Array.from({ length: 32 }, (_, index) => index + 1),
};
const blob = deviceTree(board, virt.plan(board), request);
const root = parse(blob);

describe('the tree of riscv64-virt', () => {
  it('describes memory, command line, initrd and seed', () => {
    expect(cells(at(root, 'memory@80000000').properties['reg'])).toEqual([0, 0x8000_0000, 0, 0x2000_0000]);
    const { properties } = at(root, 'chosen');
    expect(words(properties['bootargs'])).toEqual([request.bootArguments]);
    expect(cells(properties['linux,initrd-start'])).toEqual([0, 0x8800_0000]);
    expect(cells(properties['linux,initrd-end'])).toEqual([0, 0x8812_3456]);
    expect(properties['rng-seed']).toEqual(request.seed);
    expect(words(properties['stdout-path'])).toEqual(['/soc/serial@10000000']);
  });

  it('describes the cores', () => {
    expect(cells(at(root, 'cpus').properties['timebase-frequency'])).toEqual([10_000_000]);
    const { properties } = at(root, 'cpus/cpu@1');
    expect(words(properties['riscv,isa-base'])).toEqual(['rv64i']);
    expect(words(properties['riscv,isa-extensions'])).toEqual(
      'i m a f d c zicbom zicboz zicntr zicsr zifencei zihpm zba zbb zbs sstc svinval'.split(' '),
    );
    expect(words(properties['mmu-type'])).toEqual(['riscv,sv57']);
    expect(cells(properties['riscv,cboz-block-size'])).toEqual([64]);
  });

  it("has QEMU's addresses, lines and contexts", () => {
    const soc = at(root, 'soc');
    expect(cells(soc.children['serial@10000000']?.properties['interrupts'])).toEqual([10]);
    expect(cells(soc.children['serial@10000000']?.properties['clock-frequency'])).toEqual([3_686_400]);
    expect(cells(soc.children['rtc@101000']?.properties['interrupts'])).toEqual([11]);
    // Ours, in QEMU's window for platform devices.
    expect(words(soc.children['rng@4000000']?.properties['compatible'])).toEqual(['microsoft,vmgenid']);
    expect(cells(soc.children['rng@4000000']?.properties['interrupts'])).toEqual([64]);
    const slots = Array.from(
      { length: 8 },
      (_, slot) => cells(soc.children[`virtio_mmio@1000${slot + 1}000`]?.properties['interrupts'])[0],
    );
    expect(slots).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const local = [0, 1].map((hart) => cells(at(root, `cpus/cpu@${hart}/interrupt-controller`).properties['phandle'])[0] as number);
    const [first = 0, second = 0] = local;
    expect(cells(soc.children['plic@c000000']?.properties['interrupts-extended'])).toEqual([first, 11, first, 9, second, 11, second, 9]);
    expect(cells(soc.children['clint@2000000']?.properties['interrupts-extended'])).toEqual([first, 3, first, 7, second, 3, second, 7]);
  });

  it('gives every phandle once', () => {
    const all: number[] = [];
    const visit = ({ properties, children }: Parsed): void => {
      if (properties['phandle']) all.push(...cells(properties['phandle']));
      Object.values(children).forEach(visit);
    };
    visit(root);
    expect(new Set(all).size).toBe(all.length);
  });
});

it('splits 64-bit numbers and keeps flags empty', () => {
  expect(wide(0x1_8000_0000)).toEqual([1, 0x8000_0000]);
  const small = parse(flatten(node('', { flag: true, list: ['a', 'bc'], one: 7 })));
  expect([small.properties['flag']?.length, words(small.properties['list']), cells(small.properties['one'])]).toEqual([
    0,
    ['a', 'bc'],
    [7],
  ]);
});

describeWith(['dtc'], 'dtc', () => {
  it('reads the tree without a warning', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vivarium-dtb-'));
    try {
      writeFileSync(join(folder, 'board.dtb'), blob);
      const run = spawnSync(tool('dtc') as string, ['-I', 'dtb', '-O', 'dts', join(folder, 'board.dtb')], { encoding: 'utf8' });
      expect(run.status).toBe(0);
      expect(run.stderr).toBe('');
      expect(run.stdout).toContain('plic@c000000 {');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
