/**
 * Where a board's things lie in the machine's shared memory: pure arithmetic, the same on every thread. State goes
 * into snapshots; guards, rings, doorbell and release word are between threads and do not.
 */
import type { MachineConfiguration } from '../index.ts';
import { MachineError } from '../index.ts';
import { ByteRing } from '../device/kit/byte-ring.ts';
import { coreSignals } from '../device/kit/core-signals.ts';
import { GUARD_SIZE, type Place } from '../device/kit/device.ts';
import { Doorbell } from '../device/kit/doorbell.ts';
import { clintState } from '../device/clint/state.ts';
import { finisherState } from '../device/finisher/state.ts';
import { rtcState } from '../device/goldfish-rtc/state.ts';
import { eduPciState, eduState } from '../device/edu/state.ts';
import { pciHostState } from '../device/pci/host-bridge.ts';
import { plicState } from '../device/plic/state.ts';
import { uartState } from '../device/uart16550/state.ts';
import { blockState } from '../device/virtio/block/state.ts';
import { consoleQueues, consoleState } from '../device/virtio/console/state.ts';
import { virtioPciState } from '../device/virtio/pci-transport.ts';
import { rngState } from '../device/virtio/rng/state.ts';
import { vmgenidState } from '../device/vmgenid/state.ts';
import type { Schema } from '../snapshot/schema.ts';
import { CONSOLE_SLOT, DISKS_MAX, RNG_SLOT, VIRTIO_SLOTS } from './memory-map.ts';

/** Bytes of the serial port's output that may wait for the I/O thread. */
export const UART_RING_BYTES = 64 * 1024;
export const EMERGENCY_RING_BYTES = 4096;
/** Ring memory keeps its distance from other words, so that cores do not fight over cache lines. */
const CACHE_LINE = 64;

/** What the arithmetic depends on. */
export type BoardConfiguration = Pick<MachineConfiguration, 'cores' | 'memoryBytes' | 'ports' | 'virtio' | 'devices'> & {
  readonly disks: readonly { readonly readonly: boolean }[];
};

/** What stands in a virtio slot. */
export type SlotContent = 'block' | 'console' | 'rng' | 'empty';

export interface BoardLayout {
  readonly configuration: BoardConfiguration;
  /** By device name. */
  readonly devices: Readonly<Record<string, { readonly schema: Schema; readonly stateAt: number; readonly guardAt: number }>>;
  readonly slots: readonly SlotContent[];
  /** Byte offset of each hart's `core-signals`. */
  readonly signals: readonly number[];
  readonly uartRing: number;
  readonly emergencyRing: number;
  readonly doorbell: number;
  /** Byte offset of a u32: nonzero lets core threads that wait for room go. */
  readonly release: number;
  /** Byte offset of the lock of the PCI bus's lines. */
  readonly pciLock: number;
  /** First byte, and bytes in all; `base + size` is a multiple of 64. */
  readonly base: number;
  readonly size: number;
}

function slotContents({ disks, ports }: BoardConfiguration): readonly SlotContent[] {
  return Array.from({ length: VIRTIO_SLOTS }, (_, slot) => {
    if (slot < disks.length) return 'block';
    if (slot === CONSOLE_SLOT && ports.length > 0) return 'console';
    return slot === RNG_SLOT ? 'rng' : 'empty';
  });
}

/** The state of the functions on the PCI bus, by name: the bridge itself, then what is behind it. */
function pciStates(
  { virtio, devices = [], ports }: BoardConfiguration,
  slots: readonly SlotContent[],
): readonly (readonly [string, Schema])[] {
  const queues: Record<SlotContent, number> = { block: 1, console: consoleQueues(ports.length), rng: 1, empty: 0 };
  const onBus = slots.flatMap((content, slot) =>
    virtio === 'pci' && content !== 'empty' ? [[pciName(slotName(content, slot)), virtioPciState(queues[content])] as const] : [],
  );
  const edu = [
    ['edu', eduState],
    [pciName('edu'), eduPciState],
  ] as const;
  return [['pci-host', pciHostState], ...onBus, ...(devices.includes('edu') ? edu : [])];
}

/** The name of the PCI function in front of a virtio device. */
export const pciName = (device: string): string => `${device}-pci`;

/** The name of the device in a slot: disks are `virtio-block-0` and so on, as the guest counts them. */
export const slotName = (content: SlotContent, slot: number): string =>
  content === 'block' ? `virtio-${content}-${slot}` : `virtio-${content}`;

/**
 * Lays a board out from byte `base` (a multiple of 64) of the machine's shared memory.
 * @throws MachineError for more disks or ports than the board has room for
 */
export function boardLayout(configuration: BoardConfiguration, base: number): BoardLayout {
  const { cores, disks, ports } = configuration;
  if (disks.length > DISKS_MAX) throw new MachineError(`this board takes at most ${DISKS_MAX} disks, not ${disks.length}; remove some`);
  if (ports.length > 31) throw new MachineError(`this board takes at most 31 console ports, not ${ports.length}; remove some`);
  let at = base;
  const place = (size: number, alignment = 8): number => {
    at = Math.ceil(at / alignment) * alignment;
    const here = at;
    at += size;
    return here;
  };
  const slots = slotContents(configuration);
  const schemas: Record<Exclude<SlotContent, 'empty'>, Schema> = {
    block: blockState,
    console: consoleState(ports.length),
    rng: rngState,
  };
  const wanted: readonly (readonly [string, Schema])[] = [
    ['finisher', finisherState],
    ['goldfish-rtc', rtcState],
    ['clint', clintState(cores)],
    ['plic', plicState(2 * cores)],
    ['uart16550', uartState],
    ['vmgenid', vmgenidState],
    ...slots.flatMap((content, slot) => (content === 'empty' ? [] : [[slotName(content, slot), schemas[content]] as const])),
    ...pciStates(configuration, slots),
  ];
  const devices = Object.fromEntries(
    wanted.map(([name, schema]) => [name, { schema, stateAt: place(schema.size), guardAt: place(GUARD_SIZE) }]),
  );
  const signals = Array.from({ length: cores }, () => place(coreSignals.size, CACHE_LINE));
  const doorbell = place(Doorbell.SIZE, CACHE_LINE);
  const release = place(8);
  const pciLock = place(8);
  const uartRing = place(ByteRing.size(UART_RING_BYTES), CACHE_LINE);
  const emergencyRing = place(ByteRing.size(EMERGENCY_RING_BYTES), CACHE_LINE);
  const end = place(0, CACHE_LINE);
  return { configuration, devices, slots, signals, uartRing, emergencyRing, doorbell, release, pciLock, base, size: end - base };
}

/** Where a device of the layout is. */
export function placeOf(layout: BoardLayout, name: string, buffer: SharedArrayBuffer): Place {
  const found = layout.devices[name];
  if (!found) throw new Error(`the layout has no device ${name}`);
  return { buffer, stateAt: found.stateAt, guardAt: found.guardAt };
}
