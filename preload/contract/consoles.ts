/**
 * Consoles: history and attachment by contract, live bytes over their own channel (see `ConsoleChannel`), batched
 * and acknowledged, so that a guest that prints in a loop slows its UART and not the window.
 */
import type { Reason } from './errors/reasons.ts';
import {
  args,
  consoleIndex,
  consoleSearch,
  doorId,
  doorRequest,
  machineId,
  nothing,
  position,
  searchText,
  terminalSize,
} from './checks.ts';
import { call, contract } from './contract.ts';
import { flag, optional } from './schema/shapes.ts';
import type { MachineId } from './machines.ts';
import type { SnapshotId } from './ids.ts';

/** The console that is none of the machine's: a terminal of this computer's ssh, logged in to the guest. */
export const SSH_CONSOLE = 31;

export interface ConsoleDescription {
  /** 0 is the serial port, n the n-th virtio port, `SSH_CONSOLE` ssh. */
  readonly index: number;
  /** The guest's name for it: `ttyS0`, or the port's name. */
  readonly name: string;
}

/** What to open for other programs of this computer. */
export interface DoorRequest {
  readonly kind: 'pty' | 'tcp' | 'socket';
  /** Of TCP; 0 or absent: any free one. */
  readonly port?: number;
  /** Of TCP: the address that is listened on; absent: the loopback. */
  readonly host?: string;
  /** Of a Unix socket; absent: one in the library's folder. */
  readonly path?: string;
}
/** A way to a console for other programs, open until it is closed; a program that ends closes it, the next one opens it again. */
export interface ConsoleDoor {
  readonly id: string;
  readonly console: number;
  readonly kind: DoorRequest['kind'];
  /** A path, or host and port. */
  readonly address: string;
  /** Command lines that go through it, the usual one first. */
  readonly commands: readonly string[];
  /** Programs there now; absent where that cannot be known. */
  readonly readers?: number;
}
/** One step of a search in all that consoles printed; whoever wants more asks again with the answer's `before`. */
export interface ConsoleSearch {
  /** Any piece of a line, whatever its case. */
  readonly text: string;
  /** In this machine's consoles only, in this one of them. */
  readonly machine?: MachineId;
  readonly console?: number;
  readonly before?: number;
}
/** A line that consoles printed. */
export interface FoundLine {
  readonly machine: MachineId;
  readonly console: number;
  /** Where it begins, in all that the console ever printed. */
  readonly position: number;
  /** When it was printed, in milliseconds since the epoch; absent where nobody knows. */
  readonly time?: number;
  readonly line: string;
  /** The machine's snapshot that was taken nearest to then. */
  readonly snapshot?: { readonly id: SnapshotId; readonly name: string; readonly createdAt: number };
}
export interface ConsoleFindings {
  /** Newest first. */
  readonly found: readonly FoundLine[];
  /** Where the next step goes on; absent when everything was looked at. */
  readonly before?: number;
}
/** What is kept of a console's output. Positions count all that it ever printed. */
export interface KeptOutput {
  /** Without gaps in each, oldest first. */
  readonly stretches: readonly { readonly position: number; readonly length: number }[];
  /** `[position, time]`: what follows was printed then, in milliseconds since the epoch; 0 where nobody knows. */
  readonly marks: readonly (readonly [position: number, time: number])[];
}
/** What a console printed between two times. */
export interface PrintedBetween {
  /** Where it begins and ends, in all that the console ever printed. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
  /** Bytes before the first of the lines. */
  readonly omitted: number;
}
/** What is kept of all consoles, in bytes. */
export interface OutputUsage {
  readonly printedBytes: number;
  /** On the disk, with the index; and how far that may grow, without it. */
  readonly storedBytes: number;
  readonly mostBytes: number;
  /** Not indexed yet: looked through by every search. */
  readonly unindexedBytes: number;
}

export const consoles = contract('consoles', {
  list: call<(id: MachineId) => readonly ConsoleDescription[]>(args(machineId)),
  /** The stored output, oldest first, at most the last 1 MiB; kept after the machine stops. */
  history: call<(id: MachineId, console: number) => Uint8Array>(args(machineId, consoleIndex)),
  clear: call<(id: MachineId, console: number) => void>(args(machineId, consoleIndex)),
  resize: call<(id: MachineId, console: number, size: { readonly columns: number; readonly rows: number }) => void>(
    args(machineId, consoleIndex, terminalSize),
  ),
  /**
   * Logs in to the guest with this computer's ssh, as `viv ssh` does, on a console of its own, which the list has until it is closed.
   * One that is logged in already stays so, unless it is to end and log in `again`. Refused while nothing runs or no network leads to the guest.
   */
  openSsh: call<(id: MachineId, again?: boolean) => void>(args(machineId, optional(flag))),
  closeSsh: call<(id: MachineId) => void>(args(machineId)),
  /** Lines that contain a text, in all that the consoles of all machines, or of one, ever printed and that is kept. */
  find: call<(search: ConsoleSearch) => ConsoleFindings>(args(consoleSearch)),
  /** What is kept of a console, and when that between two positions was printed. */
  kept: call<(id: MachineId, console: number, from: number, to: number) => KeptOutput>(args(machineId, consoleIndex, position, position)),
  /** What is kept between two positions, one after the other; at most the first 4 MiB. */
  past: call<(id: MachineId, console: number, from: number, to: number) => Uint8Array>(args(machineId, consoleIndex, position, position)),
  /** What a console printed between two times, in milliseconds since the epoch, as lines of plain text; the last 256 KiB of it. */
  between: call<(id: MachineId, console: number, from: number, to: number) => PrintedBetween>(
    args(machineId, consoleIndex, position, position),
  ),
  usage: call<() => OutputUsage>(nothing),
  /** Ways to a machine's consoles for other programs. */
  doors: call<(id: MachineId) => readonly ConsoleDoor[]>(args(machineId)),
  openDoor: call<(id: MachineId, console: number, request: DoorRequest) => ConsoleDoor>(args(machineId, consoleIndex, doorRequest)),
  closeDoor: call<(id: MachineId, door: string) => void>(args(machineId, doorId)),
  /** Lines of the stored history that contain the text (case-insensitive), newest first, at most 200. */
  search: call<(id: MachineId, console: number, text: string) => readonly { readonly line: number; readonly text: string }[]>(
    args(machineId, consoleIndex, searchText),
  ),
});

/** A live attachment to one console: the stored tail first, then bytes as they come, until closed. */
export interface ConsoleChannel {
  /**
   * The console was found: output begins at `position` of all that it ever printed, and the first `historyBytes` were printed before. A terminal must not answer the
   * questions in them (cursor position and the like), because they were answered then.
   */
  onOpened(listener: (historyBytes: number, position: number) => void): void;
  /** Called with batches; the receiver calls `acknowledge(count)` when it has rendered them. */
  onOutput(listener: (bytes: Uint8Array) => void): void;
  /**
   * Whether the questions in the output that follows are this terminal's to answer. At first they are not; of several
   * terminals at one console, the one that was active last is asked.
   */
  onAnswers(listener: (answers: boolean) => void): void;
  /** The receiver fell so far behind that this many bytes were left out; what follows is newer. */
  onSkipped(listener: (bytes: number) => void): void;
  /** The channel ended from the other side, with the reason; `close` by the receiver is not reported. */
  onClosed(listener: (reason: Reason) => void): void;
  acknowledge(count: number): void;
  /**
   * Input, sent as fast as the guest takes it. Resolves when all of it is on its way and more may be written; whoever has
   * much waits for that. What is written before the console was found is sent when it is.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when the guest has taken all that was written, or it is lost, or the channel has ended. */
  delivered(): Promise<void>;
  /** So many bytes that were written never reach the guest: it ended, was reset or went back, or the channel ended. */
  onLost(listener: (bytes: number) => void): void;
  /** Bytes that were written and are neither taken by the guest nor lost yet. */
  undelivered(): number;
  /** Ends the channel once everything that was printed until now has come; resolves then, or when the channel ends otherwise. */
  finish(): Promise<void>;
  close(): void;
}
