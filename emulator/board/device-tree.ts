/** The device tree of `riscv64-virt`: node names, compatibles and cells as QEMU's `virt` writes them. */
import { TICKS_PER_SECOND } from '../device/kit/wiring.ts';
import { SOURCES } from '../device/plic/state.ts';
import { PCI_LINES, pciLine } from '../device/pci/host-bridge.ts';
import { type FdtNode, type FdtValue, flatten, node, wide } from './fdt.ts';
import * as map from './memory-map.ts';

export interface DeviceTreeRequest {
  readonly bootArguments?: string;
  /** Physical addresses; `end` is the first after it. */
  readonly initrd?: { readonly start: number; readonly end: number };
  /** Random bytes for the kernel's pool. */
  readonly seed?: Uint8Array;
}

/** Single-letter and named extensions of our cores, in canonical order. */
const EXTENSIONS = [
  'i',
  'm',
  'a',
  'f',
  'd',
  'c',
  'zicbom',
  'zicboz',
  'zicntr',
  'zicsr',
  'zifencei',
  'zihpm',
  'zba',
  'zbb',
  'zbs',
  'sstc',
  'svinval',
];
const ISA_STRING = `rv64imafdc_${EXTENSIONS.slice(6).join('_')}`;
/** Bytes of a cache block for Zicbom and Zicboz. */
const CACHE_BLOCK = 64;

/** Phandles: the PLIC's, the finisher's, then two a hart. */
const PLIC_PHANDLE = 1;
const FINISHER_PHANDLE = 2;
const cpuPhandle = (hart: number) => 3 + 2 * hart;
const localPhandle = (hart: number) => 4 + 2 * hart;
/** Local interrupt numbers, as in `mip`. */
const MACHINE_SOFTWARE = 3;
const MACHINE_TIMER = 7;
const SUPERVISOR_EXTERNAL = 9;
const MACHINE_EXTERNAL = 11;

const reg = ({ at, size }: map.Window): readonly number[] => [...wide(at), ...wide(size)];
const named = (name: string, window: map.Window, properties: Record<string, FdtValue>) =>
  node(`${name}@${window.at.toString(16)}`, { reg: reg(window), ...properties });
const onLine = (line: number) => ({ interrupts: line, 'interrupt-parent': PLIC_PHANDLE });

function cpu(hart: number): FdtNode {
  const local = node('interrupt-controller', {
    '#address-cells': 0,
    '#interrupt-cells': 1,
    'interrupt-controller': true,
    compatible: 'riscv,cpu-intc',
    phandle: localPhandle(hart),
  });
  const properties = {
    phandle: cpuPhandle(hart),
    device_type: 'cpu',
    reg: hart,
    status: 'okay',
    compatible: 'riscv',
    'riscv,isa': ISA_STRING,
    'riscv,isa-base': 'rv64i',
    'riscv,isa-extensions': EXTENSIONS,
    'riscv,cbom-block-size': CACHE_BLOCK,
    'riscv,cboz-block-size': CACHE_BLOCK,
    'mmu-type': 'riscv,sv57',
  };
  return node(`cpu@${hart.toString(16)}`, properties, [local]);
}

function cpus(harts: readonly number[]): FdtNode {
  const cores = harts.map((hart) => node(`core${hart}`, { cpu: cpuPhandle(hart) }));
  return node('cpus', { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': TICKS_PER_SECOND }, [
    ...harts.map(cpu),
    node('cpu-map', {}, [node('cluster0', {}, cores)]),
  ]);
}

/** How an interrupt-map names a function: its device number in bits 11 to 15 of the first of three cells. */
const pciUnit = (slot: number): readonly number[] => [slot << 11, 0, 0];
const PCI_PINS = [1, 2, 3, 4];

/** The PCI host bridge (Open Firmware's PCI bus binding, and pci-host-ecam-generic). */
function pci(): FdtNode {
  const IO = 0x0100_0000;
  const MEMORY = 0x0200_0000;
  const slots = Array.from({ length: PCI_LINES }, (_, slot) => slot);
  const toLines = slots.flatMap((slot) =>
    PCI_PINS.flatMap((pin) => [...pciUnit(slot), pin, PLIC_PHANDLE, map.PCI_LINE + pciLine(slot, pin)]),
  );
  return named('pci', map.PCI_CONFIGURATION, {
    compatible: 'pci-host-ecam-generic',
    device_type: 'pci',
    '#address-cells': 3,
    '#size-cells': 2,
    '#interrupt-cells': 1,
    'linux,pci-domain': 0,
    'bus-range': [0, 0xff],
    'dma-coherent': true,
    ranges: [
      ...[IO, 0, 0, ...wide(map.PCI_PORTS.at), ...wide(map.PCI_PORTS.size)],
      ...[MEMORY, ...wide(map.PCI_MEMORY.at), ...wide(map.PCI_MEMORY.at), ...wide(map.PCI_MEMORY.size)],
    ],
    'interrupt-map-mask': [...pciUnit(PCI_LINES - 1), 7],
    'interrupt-map': toLines,
  });
}

function soc(harts: readonly number[]): FdtNode {
  const toHarts = (first: number, second: number) => harts.flatMap((hart) => [localPhandle(hart), first, localPhandle(hart), second]);
  const virtio = Array.from({ length: map.VIRTIO_SLOTS }, (_, slot) =>
    named('virtio_mmio', map.virtioSlot(slot), { compatible: 'virtio,mmio', ...onLine(map.virtioLine(slot)) }),
  );
  return node('soc', { '#address-cells': 2, '#size-cells': 2, compatible: 'simple-bus', ranges: true }, [
    named('rtc', map.RTC, { compatible: 'google,goldfish-rtc', ...onLine(map.RTC_LINE) }),
    named('serial', map.UART, { compatible: 'ns16550a', 'clock-frequency': map.UART_CLOCK, ...onLine(map.UART_LINE) }),
    named('rng', map.VMGENID, { compatible: 'microsoft,vmgenid', ...onLine(map.VMGENID_LINE) }),
    named('test', map.FINISHER, { compatible: ['sifive,test1', 'sifive,test0', 'syscon'], phandle: FINISHER_PHANDLE }),
    ...virtio,
    pci(),
    named('plic', map.PLIC, {
      compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
      'riscv,ndev': SOURCES - 1,
      'interrupts-extended': toHarts(MACHINE_EXTERNAL, SUPERVISOR_EXTERNAL),
      'interrupt-controller': true,
      '#address-cells': 0,
      '#interrupt-cells': 1,
      phandle: PLIC_PHANDLE,
    }),
    named('clint', map.CLINT, {
      compatible: ['sifive,clint0', 'riscv,clint0'],
      'interrupts-extended': toHarts(MACHINE_SOFTWARE, MACHINE_TIMER),
    }),
  ]);
}

function chosen({ bootArguments, initrd, seed }: DeviceTreeRequest): FdtNode {
  const properties: Record<string, FdtValue> = { 'stdout-path': `/soc/serial@${map.UART.at.toString(16)}` };
  if (bootArguments !== undefined) properties['bootargs'] = bootArguments;
  if (initrd) {
    properties['linux,initrd-start'] = wide(initrd.start);
    properties['linux,initrd-end'] = wide(initrd.end);
  }
  if (seed && seed.length > 0) properties['rng-seed'] = seed;
  return node('chosen', properties);
}

/** The device tree of a board with these cores and this RAM. */
export function deviceTree(board: { readonly cores: number; readonly memoryBytes: number }, request: DeviceTreeRequest): Uint8Array {
  const harts = Array.from({ length: board.cores }, (_, hart) => hart);
  const power = (name: string, value: number) => node(name, { compatible: `syscon-${name}`, regmap: FINISHER_PHANDLE, offset: 0, value });
  const memory = { at: map.DRAM, size: board.memoryBytes };
  return flatten(
    node('', { '#address-cells': 2, '#size-cells': 2, compatible: 'riscv-virtio', model: 'vivarium,riscv64-virt' }, [
      chosen(request),
      power('poweroff', 0x5555),
      power('reboot', 0x7777),
      named('memory', memory, { device_type: 'memory' }),
      cpus(harts),
      soc(harts),
    ]),
  );
}
