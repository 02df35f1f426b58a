/** A core's accesses outside RAM: to what answers on its machine's bus or at its ports, or to nothing. */
import type { AccessRules, EngineCauses } from '../../isa/architecture.ts';
import type { HostCalls } from './parts.ts';

/** What answers outside RAM, by physical address or port. */
export interface AddressSpace {
  /** @returns -1 where nothing answers */
  read(address: number, size: 1 | 2 | 4): number;
  /** @returns false where nothing answers */
  write(address: number, size: 1 | 2 | 4, value: number): boolean;
  /** Eight bytes in one access. Absent, or undefined and false: they are done as two of four, the lower first. */
  readWide?(address: number): bigint | undefined;
  writeWide?(address: number, value: bigint): boolean;
}

export interface DeviceAccessParts {
  readonly bus: AddressSpace;
  readonly ports: AddressSpace | undefined;
  readonly accesses: AccessRules;
  readonly causes: EngineCauses;
  /** Raises a fault of the access under way. */
  raise(cause: number): void;
  /** Passed by each. */
  pace(): void;
  /** A device may have changed what pages are (GuestMemory.assign). */
  written(): void;
}

const lowBytes = (value: number, width: number): number => (width === 4 ? value >>> 0 : value & (2 ** (8 * width) - 1));
const physicalAddress = (low: number, high: number): number => (high >>> 0) * 2 ** 32 + (low >>> 0);

type DeviceCalls = Pick<HostCalls, 'mmioRead' | 'mmioWrite' | 'mmioReadWide' | 'mmioWriteWide' | 'portRead' | 'portWrite'>;

export function deviceAccesses({ bus, ports, accesses, causes, raise, pace, written }: DeviceAccessParts): DeviceCalls {
  const faults = accesses.unanswered === 'fault';
  /** All ones where nothing answers and nothing faults. */
  const read = (address: number, width: 1 | 2 | 4): number => {
    const value = bus.read(address, width);
    if (value === -1 && faults) raise(causes.loadAccess);
    return value;
  };
  const write = (address: number, width: 1 | 2 | 4, value: number): boolean => {
    const answered = bus.write(address, width, lowBytes(value, width));
    if (!answered && faults) raise(causes.storeAccess);
    return answered || !faults;
  };
  return {
    mmioRead: (low, high, width) => {
      pace();
      const value = read(physicalAddress(low, high), width as 1 | 2 | 4);
      return width === 4 ? value | 0 : value & (2 ** (8 * width) - 1);
    },
    mmioWrite: (low, high, width, value) => {
      pace();
      write(physicalAddress(low, high), width as 1 | 2 | 4, value);
      written();
    },
    mmioReadWide: (low, high) => {
      pace();
      const address = physicalAddress(low, high);
      const whole = bus.readWide?.(address);
      if (whole !== undefined) return whole;
      const lower = read(address, 4);
      if (lower === -1 && faults) return 0n;
      return BigInt(lower >>> 0) | (BigInt(read(address + 4, 4) >>> 0) << 32n);
    },
    mmioWriteWide: (low, high, value) => {
      pace();
      const address = physicalAddress(low, high);
      if (bus.writeWide?.(address, BigInt.asUintN(64, value)) !== true) {
        const lower = write(address, 4, Number(BigInt.asUintN(32, value)));
        if (lower) write(address + 4, 4, Number(BigInt.asUintN(32, value >> 32n)));
      }
      written();
    },
    // Where no port answers all bits read as ones, and writes are lost.
    portRead: (port, width) => {
      pace();
      return (ports?.read(port & 0xffff, width as 1 | 2 | 4) ?? -1) | 0;
    },
    portWrite: (port, width, value) => {
      pace();
      ports?.write(port & 0xffff, width as 1 | 2 | 4, lowBytes(value, width));
      written();
    },
  };
}
