/** What a board is to whoever defines a machine: its limits, what it starts from and what it can have. Data only, without code of the board. */

/** From `min` to `max`, both included. */
export interface Limits {
  readonly min: number;
  readonly max: number;
}

/** What a machine can start from: a Linux kernel, a program without an operating system, or firmware. */
export type BootKind = 'linux' | 'bare' | 'firmware';

/** A device beyond those that every machine of the board has. */
export interface DeviceChoice {
  /** As definitions and `--device` name it. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly about: string;
}

export interface BoardDescription {
  /** For people: "QEMU's virt (riscv64)". */
  readonly title: string;
  /** The architecture of its cores, as files and templates name it. */
  readonly architecture: string;
  readonly cores: Limits;
  readonly memoryMiB: Limits;
  /** Places for disks. */
  readonly disksMax: number;
  /** Places for network cards. */
  readonly networksMax: number;
  /** Shared folders; they have places of disks, which must be free. A board takes one device more, for those that come later. */
  readonly sharesMax: number;
  /** Ports of the virtio console beside the serial port, those of a template included. */
  readonly portsMax: number;
  /** The usual one first. */
  readonly boots: readonly BootKind[];
  /** What its files are, to a person who looks for one. */
  readonly files: { readonly kernel: string; readonly program: string; readonly firmware: string };
  /** The firmware that a Linux kernel gets where the definition names none; absent: it gets none. */
  readonly builtInFirmware?: string;
  /** A kernel command line that shows output on the serial port. */
  readonly commandLine: string;
  /** Buses that its virtio devices can be on; the first where the definition does not say. */
  readonly virtio: readonly ('mmio' | 'pci')[];
  readonly devices: readonly DeviceChoice[];
}
