/**
 * The Berkeley host-target interface: a bare program stores a command to `tohost` and waits for the answer in `fromhost`
 * (Spike, fesvr/htif.cc, device.cc and syscall.cc). Commands carry a device in bits 63 to 56, a command in 55 to
 * 48 and what belongs to it below. Of the devices there are the exit code, the console, and the few system calls that
 * test programs make.
 */
import { MachineError } from '../error/machine-error.ts';
import { faultOf } from '../error/coded-error.ts';
import type { Ending } from '../index.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';

export interface HtifParts {
  readonly memory: GuestMemory;
  /** Physical addresses; without `fromhost` a program waits for no answers. */
  readonly tohost: number;
  readonly fromhost: number | undefined;
  /** Prints on the first console. @returns bytes printed; fewer when the machine wants its core back */
  print(bytes: Uint8Array): number;
  end(ending: Ending): void;
  log(line: string): void;
}

const DEVICE = { system: 0, console: 1 } as const;
const CONSOLE_PUT = 1;
/** Linux's numbers, which fesvr's system calls have. */
const CALL = { write: 64, exit: 93 } as const;
const NOT_IMPLEMENTED = -38n;
const BAD_ADDRESS = -14n;
const WORD_BYTES = 8;
/** A call's number and seven arguments. */
const CALL_WORDS = 8;
/** Calls that are not answered are named in the log, but not each time. */
const LOGGED_CALLS = 20;

/** @returns what is to be called when a page of `tohost` was stored to */
export function createHtif(parts: HtifParts): () => void {
  const { memory, end, print, log } = parts;
  const unanswered = new Set<number>();

  function store(address: number, value: bigint): boolean {
    const target = memory.bytes(address, WORD_BYTES);
    if (!target) return false;
    memory.prepare(address, WORD_BYTES);
    new DataView(target.buffer, target.byteOffset).setBigUint64(0, BigInt.asUintN(64, value), true);
    memory.written(address, WORD_BYTES);
    return true;
  }

  function words(address: number, count: number): readonly bigint[] | undefined {
    const bytes = memory.bytes(address, count * WORD_BYTES);
    if (!bytes) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Array.from({ length: count }, (_, index) => view.getBigUint64(index * WORD_BYTES, true));
  }

  /** The call's number and arguments are in memory, and its result goes there. */
  function systemCall(at: number): void {
    const call = words(at, CALL_WORDS);
    if (!call) return unsupported(`a system call at 0x${at.toString(16)}, where there is no memory`);
    const [number, first, second, third] = call.map(Number) as [number, number, number, number];
    if (number === CALL.exit) return end({ kind: 'poweroff', code: first & 0xff });
    store(at, number === CALL.write ? write(second, third) : notImplemented(number));
  }

  function write(address: number, length: number): bigint {
    const bytes = memory.bytes(address, length);
    return bytes ? BigInt(print(bytes.slice())) : BAD_ADDRESS;
  }

  function notImplemented(number: number): bigint {
    if (!unanswered.has(number) && unanswered.size < LOGGED_CALLS) {
      unanswered.add(number);
      log(`the program makes HTIF system call ${number}, which is answered with "not implemented"`);
    }
    return NOT_IMPLEMENTED;
  }

  const unsupported = (what: string): void =>
    end({
      kind: 'failed',
      fault: faultOf(new MachineError('htif-unanswered', { what })),
      log: '',
    });

  return () => {
    const [command] = words(parts.tohost, 1) ?? [0n];
    if (command === undefined || command === 0n) return;
    const device = Number(command >> 56n);
    const kind = Number((command >> 48n) & 0xffn);
    const payload = command & 0xffff_ffff_ffffn;
    // An odd value ends the run, the rest is the exit code.
    if (device === DEVICE.system && (payload & 1n) !== 0n) return end({ kind: 'poweroff', code: Number((payload >> 1n) & 0xffn) });
    store(parts.tohost, 0n);
    let answer = 1n;
    if (device === DEVICE.system && kind === 0) systemCall(Number(payload));
    else if (device === DEVICE.console && kind === CONSOLE_PUT) {
      print(Uint8Array.of(Number(payload & 0xffn)));
      answer = 0x100n | (payload & 0xffn);
    } else return unsupported(device === DEVICE.console ? 'console input' : `command ${kind} of device ${device}`);
    if (parts.fromhost !== undefined) store(parts.fromhost, (command & ~0xffff_ffff_ffffn) | answer);
  };
}
