/** The device tree of `riscv64-virt`: node names, compatibles and cells as QEMU's `virt` writes them. */
import type { FdtValue, PartNode, Window } from '../../device/kit/part.ts';
import { TICKS_PER_SECOND } from '../../device/kit/wiring.ts';
import { PCI_LINES, pciLine } from '../../device/pci/host-bridge.ts';
import { type FdtNode, flatten, node, wide } from '../kit/fdt.ts';
import type { BoardConfiguration, BoardPlan, DeviceTreeRequest } from '../kit/plan.ts';
import * as map from './memory-map.ts';

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

/** Numbers by which nodes refer to others: parts by their place in the plan, then two a core. */
class Phandles {
  readonly #names: readonly string[];

  constructor({ entries }: BoardPlan) {
    this.#names = entries.map(({ part }) => part.name);
  }
  part(name: string): number {
    return 1 + this.#names.indexOf(name);
  }
  core(hart: number): number {
    return 1 + this.#names.length + 2 * hart;
  }
  /** A core's own interrupt controller. */
  local(hart: number): number {
    return this.core(hart) + 1;
  }
}

const reg = ({ at, size }: Window): readonly number[] => [...wide(at), ...wide(size)];
const named = (name: string, window: Window, properties: Readonly<Record<string, FdtValue>>) =>
  node(`${name}@${window.at.toString(16)}`, { reg: reg(window), ...properties });

function cpu(hart: number, phandles: Phandles): FdtNode {
  const local = node('interrupt-controller', {
    '#address-cells': 0,
    '#interrupt-cells': 1,
    'interrupt-controller': true,
    compatible: 'riscv,cpu-intc',
    phandle: phandles.local(hart),
  });
  const properties = {
    phandle: phandles.core(hart),
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

function cpus(harts: readonly number[], phandles: Phandles): FdtNode {
  const cores = harts.map((hart) => node(`core${hart}`, { cpu: phandles.core(hart) }));
  return node('cpus', { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': TICKS_PER_SECOND }, [
    ...harts.map((hart) => cpu(hart, phandles)),
    node('cpu-map', {}, [node('cluster0', {}, cores)]),
  ]);
}

/** How an interrupt-map names a function: its device number in bits 11 to 15 of the first of three cells. */
const pciUnit = (slot: number): readonly number[] => [slot << 11, 0, 0];
const PCI_PINS = [1, 2, 3, 4];

/** The PCI host bridge (Open Firmware's PCI bus binding, and pci-host-ecam-generic). */
function pci({ memory, memory64, firstLine }: BoardPlan['pci'], controller: number): FdtNode {
  const configuration = map.PCI_CONFIGURATION;
  const ports = map.PCI_PORTS;
  const IO = 0x0100_0000;
  const MEMORY = 0x0200_0000;
  const MEMORY_64 = 0x0300_0000;
  const slots = Array.from({ length: PCI_LINES }, (_, slot) => slot);
  const toLines = slots.flatMap((slot) => PCI_PINS.flatMap((pin) => [...pciUnit(slot), pin, controller, firstLine + pciLine(slot, pin)]));
  return named('pci', configuration, {
    compatible: 'pci-host-ecam-generic',
    device_type: 'pci',
    '#address-cells': 3,
    '#size-cells': 2,
    '#interrupt-cells': 1,
    'linux,pci-domain': 0,
    'bus-range': [0, 0xff],
    'dma-coherent': true,
    ranges: [
      ...[IO, 0, 0, ...wide(ports.at), ...wide(ports.size)],
      ...[MEMORY, ...wide(memory.at), ...wide(memory.at), ...wide(memory.size)],
      ...(memory64 ? [MEMORY_64, ...wide(memory64.at), ...wide(memory64.at), ...wide(memory64.size)] : []),
    ],
    'interrupt-map-mask': [...pciUnit(PCI_LINES - 1), 7],
    'interrupt-map': toLines,
  });
}

/** What has an address on the bus, in the order of addresses. */
function soc(harts: readonly number[], plan: BoardPlan, phandles: Phandles): FdtNode {
  const controller = phandles.part(plan.interruptController);
  const toCores = (...interrupts: readonly number[]) =>
    harts.flatMap((hart) => interrupts.flatMap((interrupt) => [phandles.local(hart), interrupt]));
  const at = (own: PartNode, window: Window, line: number | undefined, phandle: number) => ({
    window,
    node: named(own.name, window, {
      ...own.properties({ toCores, phandle }),
      ...(line === undefined ? {} : { interrupts: line, 'interrupt-parent': controller }),
    }),
  });
  const nodes = [
    ...plan.entries.flatMap(({ part, window, line }) => (part.node ? [at(part.node, window, line, phandles.part(part.name))] : [])),
    ...plan.empty.map((place) => at(place.node, place.window, place.line, 0)),
    { window: map.PCI_CONFIGURATION, node: pci(plan.pci, controller) },
  ].sort((one, other) => one.window.at - other.window.at);
  return node(
    'soc',
    { '#address-cells': 2, '#size-cells': 2, compatible: 'simple-bus', ranges: true },
    nodes.map((each) => each.node),
  );
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
export function deviceTree({ cores, memoryBytes }: BoardConfiguration, plan: BoardPlan, request: DeviceTreeRequest): Uint8Array {
  const harts = Array.from({ length: cores }, (_, hart) => hart);
  const phandles = new Phandles(plan);
  const power = (name: string, value: number) =>
    node(name, { compatible: `syscon-${name}`, regmap: phandles.part('finisher'), offset: 0, value });
  const memory = { at: map.DRAM, size: memoryBytes };
  return flatten(
    node('', { '#address-cells': 2, '#size-cells': 2, compatible: 'riscv-virtio', model: 'vivarium,riscv64-virt' }, [
      chosen(request),
      power('poweroff', 0x5555),
      power('reboot', 0x7777),
      named('memory', memory, { device_type: 'memory' }),
      cpus(harts, phandles),
      soc(harts, plan, phandles),
    ]),
  );
}
