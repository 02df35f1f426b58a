/**
 * A pseudo-terminal of the host for other terminal programs: what they write comes out here byte for byte, and what is
 * written here they read. Our own hold on their side keeps it alive, raw, while none of them has it open.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, write } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { turns } from '../../emulator/structures/in-turn.ts';
import { closeToOthers } from '../library/own-files.ts';
import { loadNodePty } from '../ssh/node-pty.ts';

/** A terminal program that does not read is looked at again after so many milliseconds. */
const FULL_REST = 10;

/** What node-pty's `open` gives; its own types leave that function out. */
interface OpenPair {
  readonly fd: number;
  readonly ptsName: string;
  readonly master: ReadStream;
  readonly slave: ReadStream;
}
declare module 'node-pty' {
  export function open(options: { readonly encoding: null }): OpenPair;
}

export interface HostPty {
  /** For other programs, such as /dev/pts/7. */
  readonly path: string;
  /** What other programs write, piece by piece; the next one is read when the listener's promise has resolved. */
  onInput(listener: (bytes: Uint8Array) => Promise<void>): void;
  /** Resolves when the other side has taken the bytes, as far as the system's buffer does not hold them. Calls keep their order. */
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/**
 * Opens one.
 * @throws ContractError `unavailable` where the host has none or they cannot be made raw
 */
export async function openHostPty(): Promise<HostPty> {
  if (process.platform === 'win32') throw new ContractError('cli-no-pseudo-terminals');
  const { open } = await loadNodePty();
  const { fd, ptsName: path, master, slave } = open({ encoding: null });
  // node-pty reads the other side, too, and would take bytes that are meant for others.
  const hold = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  slave.destroy();
  // Systems let a group write to terminals (write, wall); what it wrote here would be typed into the guest.
  closeToOthers(hold);
  // Node's own raw mode still makes CR LF of a line feed, and the guest would see Enter twice.
  const stty = spawnSync('stty', ['raw', '-echo'], { stdio: [hold, 'ignore', 'pipe'], encoding: 'utf8' });
  let isOpen = true;
  const close = () => {
    isOpen = false;
    // This side first: it reports an error when the last hold on the other one goes.
    master.destroy();
    closeSync(hold);
  };
  if (stty.status !== 0) {
    close();
    throw new ContractError('cli-not-raw', { path, detail: (stty.error?.message ?? stty.stderr).trim() });
  }
  const writeSome = promisify(write);
  // Not through the stream: its writes block the whole process while the other side's buffer is full.
  const send = async (bytes: Uint8Array) => {
    for (let sent = 0; isOpen && sent < bytes.length;) {
      try {
        sent += (await writeSome(fd, bytes, sent, bytes.length - sent, null)).bytesWritten;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await new Promise((resolve) => setTimeout(resolve, FULL_REST));
      }
    }
  };
  const inTurn = turns();
  return {
    path,
    onInput: (listener) =>
      void master.on('data', (bytes: Buffer) => {
        master.pause();
        void listener(new Uint8Array(bytes)).then(() => isOpen && master.resume());
      }),
    write: (bytes) => inTurn(() => send(bytes)),
    close,
  };
}
