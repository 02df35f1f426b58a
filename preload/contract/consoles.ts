/**
 * Consoles: history and attachment by contract, live bytes over their own channel (see `ConsoleChannel`), batched
 * and acknowledged, so that a guest that prints in a loop slows its UART and not the window.
 */
import type { Reason } from './errors/reasons.ts';
import { args, consoleIndex, machineId, searchText, terminalSize } from './checks.ts';
import { call, contract } from './contract.ts';
import { flag, optional } from './schema/shapes.ts';
import type { MachineId } from './machines.ts';

/** The console that is none of the machine's: a terminal of this computer's ssh, logged in to the guest. */
export const SSH_CONSOLE = 31;

export interface ConsoleDescription {
  /** 0 is the serial port, n the n-th virtio port, `SSH_CONSOLE` ssh. */
  readonly index: number;
  /** The guest's name for it: `ttyS0`, or the port's name. */
  readonly name: string;
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
  /** Lines of the stored history that contain the text (case-insensitive), newest first, at most 200. */
  search: call<(id: MachineId, console: number, text: string) => readonly { readonly line: number; readonly text: string }[]>(
    args(machineId, consoleIndex, searchText),
  ),
});

/** A live attachment to one console: the stored tail first, then bytes as they come, until closed. */
export interface ConsoleChannel {
  /**
   * The console was found: the first `historyBytes` of output were printed before. A terminal must not answer the
   * questions in them (cursor position and the like), because they were answered then.
   */
  onOpened(listener: (historyBytes: number) => void): void;
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
