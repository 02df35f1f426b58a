/**
 * The virtio-pci transport without the legacy interface (virtio 1.3, section 4.1): a PCI function whose fourth region
 * holds the structures that its capabilities name. Interrupts are MSI-X vectors, or the pin with the ISR status.
 */
import { type Schema, type Field, bind, schema, type StateOf, u16, u32s, u8, u32 } from '../../snapshot/schema.ts';
import type { Capability } from '../pci/capability.ts';
import { PciFunction, type PciShape, type PciWires } from '../pci/function.ts';
import { type PciFields, pciFields } from '../pci/state.ts';
import { type Device, mount, type Place, type RegionTarget } from '../kit/device.ts';
import { INTERRUPT_CONFIG, INTERRUPT_USED, type VirtioDevice, type VirtioTransport } from './device.ts';
import {
  COMMON_AT,
  DEVICE_AT,
  ISR_AT,
  NOTIFY_AT,
  NOTIFY_MULTIPLIER,
  pciRegisters,
  REGION_BYTES,
  STRUCTURE_BYTES,
  type VirtioPciFront,
} from './pci-registers.ts';

/** Red Hat's number, which virtio devices carry (section 4.1.2), and the first device number of those without legacy. */
const VENDOR = 0x1af4;
const FIRST_DEVICE = 0x1040;
const SUBSYSTEM = 0x1100;
const MSIX_BAR = 1;
const STRUCTURES_BAR = 4;
/** "No vector" (section 4.1.4.3). */
const NO_VECTOR = 0xffff;
/** Classes by virtio device type, as drivers and `lspci` expect them: network, SCSI storage, communication, unclassified. */
const CLASSES: Readonly<Record<number, number>> = { 1: 0x02_0000, 2: 0x01_0000, 3: 0x07_8000, 4: 0x00_ff00 };

export type VirtioPciFields = PciFields & {
  configVector: Field<number>;
  queueVectors: Field<Int32Array>;
  windowBar: Field<number>;
  windowOffset: Field<number>;
  windowLength: Field<number>;
};

/** State of the function in front of a device with `queues` queues: one vector a queue, and one for the configuration. */
export const virtioPciState = (queues: number): Schema<VirtioPciFields> =>
  schema('virtio-pci', 1, {
    ...pciFields(queues + 1),
    configVector: u16(NO_VECTOR),
    queueVectors: { ...u32s(Math.max(2, queues)), reset: NO_VECTOR },
    /** What the capability that reaches the structures through configuration space points at (section 4.1.4.9). */
    windowBar: u8(),
    windowOffset: u32(),
    windowLength: u32(),
  });

/** Types of structures (section 4.1.4). */
const COMMON_CONFIG = 1;
const NOTIFY_CONFIG = 2;
const ISR_CONFIG = 3;
const DEVICE_CONFIG = 4;
const PCI_CONFIG = 5;
const VENDOR_CAPABILITY = 9;

/** Names one structure of the region. */
const structure = (type: number, offset: number, extra = 0): Capability => {
  const length = type === NOTIFY_CONFIG ? 20 : 16;
  return {
    id: VENDOR_CAPABILITY,
    length,
    registers: (at) => ({
      lengthAndType: {
        at: at + 2,
        width: 2,
        doc: 'bytes of the capability, and which structure it names',
        read: () => length | (type << 8),
      },
      structureBar: { at: at + 4, doc: 'in which region it is', read: () => STRUCTURES_BAR },
      structureOffset: { at: at + 8, doc: 'where in the region', read: () => offset },
      structureLength: { at: at + 12, doc: 'its length in bytes', read: () => STRUCTURE_BYTES },
      ...(type === NOTIFY_CONFIG ? { notifyMultiplier: { at: at + 16, doc: 'bytes from queue to queue', read: () => extra } } : {}),
    }),
  };
};

/** What the region's registers stand for: the device, and the function's vectors. */
export class PciTransport implements VirtioTransport, VirtioPciFront {
  readonly device: VirtioDevice;
  readonly function: PciFunction;
  /** The device as it answers in the function's region. */
  readonly registers: Device;
  readonly state: VirtioDevice['state'];
  readonly name: string;
  readonly schema: VirtioDevice['schema'];
  readonly place: Place;
  readonly lock: VirtioDevice['lock'];
  readonly countUnknown: (offset: number) => void;
  readonly #own: StateOf<Schema<VirtioPciFields>>;

  /** @param functionPlace of the function's state, `virtioPciState` of the device's queues */
  constructor(device: VirtioDevice, functionPlace: Place, wires: PciWires) {
    this.device = device;
    ({ state: this.state, name: this.name, schema: this.schema, place: this.place, lock: this.lock } = device);
    this.countUnknown = device.countUnknown;
    const { queues, deviceId } = device.kind;
    const own = virtioPciState(queues);
    this.#own = bind(own, functionPlace.buffer, functionPlace.stateAt);
    const region = (this.registers = mount(this, pciRegisters));
    const shape: PciShape = {
      identity: {
        vendor: VENDOR,
        device: FIRST_DEVICE + deviceId,
        revision: 1,
        classCode: CLASSES[deviceId] ?? 0x00_ff00,
        subsystemVendor: VENDOR,
        subsystem: SUBSYSTEM,
      },
      pin: 1,
      msix: { vectors: queues + 1, bar: MSIX_BAR },
      regions: [{ bar: STRUCTURES_BAR, kind: 'memory64', prefetchable: true, size: REGION_BYTES, target: region }],
      capabilities: [
        structure(COMMON_CONFIG, COMMON_AT),
        structure(ISR_CONFIG, ISR_AT),
        structure(DEVICE_CONFIG, DEVICE_AT),
        structure(NOTIFY_CONFIG, NOTIFY_AT, NOTIFY_MULTIPLIER),
        this.#window(region),
      ],
    };
    this.function = new PciFunction(`${device.name}-pci`, own, functionPlace, shape, wires);
    this.function.masterEnabled = () => device.kick();
    device.connect(this);
  }

  get unknownAccesses(): number {
    return this.device.unknownAccesses;
  }
  get lastUnknown(): number {
    return this.device.lastUnknown;
  }

  released(): void {
    this.device.released();
  }

  get mayUseMemory(): boolean {
    return this.function.mayMaster;
  }

  used(queue: number): void {
    this.#raise(INTERRUPT_USED, this.#own.queueVectors[queue] as number);
  }
  configurationChanged(): void {
    this.#raise(INTERRUPT_CONFIG, this.#own.configVector);
  }
  #raise(bit: number, vector: number): void {
    if (this.function.msixEnabled) return this.function.sendMsix(vector);
    this.state.interruptStatus |= bit;
    this.function.setPin(true);
  }
  settled(): void {
    this.function.setPin(this.state.interruptStatus !== 0);
    if (this.state.status !== 0) return;
    this.#own.configVector = NO_VECTOR;
    this.#own.queueVectors.fill(NO_VECTOR);
  }

  /** Reading the ISR status clears it (section 4.1.4.5). */
  takeInterruptStatus(): number {
    const { interruptStatus } = this.state;
    this.device.acknowledge(interruptStatus);
    return interruptStatus;
  }

  get configVector(): number {
    return this.#own.configVector;
  }
  /** A vector that there is not becomes "no vector", by which the driver notices (section 4.1.5.1.2). */
  set configVector(vector: number) {
    this.#own.configVector = this.#existing(vector);
  }
  get queueVector(): number {
    return this.#own.queueVectors[this.state.queueSelect] ?? NO_VECTOR;
  }
  set queueVector(vector: number) {
    const { queueSelect } = this.state;
    if (queueSelect < this.device.kind.queues) this.#own.queueVectors[queueSelect] = this.#existing(vector);
  }
  #existing(vector: number): number {
    return vector <= this.device.kind.queues ? vector : NO_VECTOR;
  }

  /** A driver that keeps the largest size need not write it. */
  enableQueue(value: number): void {
    const { device } = this;
    if ((value & 1) === 0) return;
    if (device.queue('queueSize') === 0) device.setQueueSize(device.queueSizeMax());
    device.setQueueReady(1);
  }

  /** The capability through which firmware without memory access reaches the structures (section 4.1.4.9). */
  #window(region: RegionTarget): Capability {
    const own = this.#own;
    const reachable = (size: number) =>
      own.windowBar === STRUCTURES_BAR && own.windowLength === size && own.windowOffset + size <= REGION_BYTES;
    return {
      id: VENDOR_CAPABILITY,
      length: 20,
      // prettier-ignore
      registers: (at) => ({
        lengthAndType: { at: at + 2, width: 2, doc: 'bytes of the capability, and which structure it names', read: () => 20 | (PCI_CONFIG << 8) },
        windowBar:     { at: at + 4, doc: 'the region to be reached', read: () => own.windowBar, write: (_, value) => (own.windowBar = value & 0xff) },
        windowOffset:  { at: at + 8, doc: 'where in it', read: () => own.windowOffset, write: (_, value) => (own.windowOffset = value) },
        windowLength:  { at: at + 12, doc: 'how many bytes: 1, 2 or 4', read: () => own.windowLength, write: (_, value) => (own.windowLength = value) },
        windowData:    { at: at + 16, doc: 'what is there' },
      }),
      through: {
        at: 16,
        read: (size) => (reachable(size) ? region.read(own.windowOffset, size) : 0),
        write: (size, value) => (reachable(size) ? region.write(own.windowOffset, size, value) : undefined),
      },
    };
  }
}
