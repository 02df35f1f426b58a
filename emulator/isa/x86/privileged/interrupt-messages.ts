/** Interrupt messages between cores, from IOAPICs and as MSI (SDM, volume 3A, sections 10.6 and 10.11); any thread may send them. */
import { bind } from '../../../snapshot/schema.ts';
import { coreState, EVENT_BIT } from '../state.ts';
import type { CoreState } from './context.ts';

/** Indexes into the local vector table of the state. */
export const LVT = { cmci: 0, timer: 1, thermal: 2, performance: 3, lint0: 4, lint1: 5, error: 6 } as const;
export const MASKED = 1 << 16;

export const DELIVERY = { fixed: 0, lowestPriority: 1, smi: 2, nmi: 4, init: 5, startup: 6, external: 7 } as const;

/** Whom a message is for: APICs by their name, a core by its number, or by a shorthand. */
export type Destination =
  | { readonly kind: 'named'; readonly number: number; readonly logical: boolean }
  | { readonly kind: 'core'; readonly number: number }
  | { readonly kind: 'all' | 'others' };

export interface InterruptMessage {
  readonly to: Destination;
  /** See DELIVERY. */
  readonly mode: number;
  readonly vector: number;
  /** Level-triggered: its end is told to the IOAPICs. */
  readonly level: boolean;
}

/** Makes a core look at what has come for it. */
export interface CoreBell {
  nudge(): void;
}

export interface MessageParts {
  readonly buffer: SharedArrayBuffer;
  /** Addresses of the cores' architectural state. */
  readonly states: readonly number[];
  readonly signals: readonly CoreBell[];
}

const WINDOW = 0xfee;
const SOFTWARE_ENABLED = 0x100;

/** Whether a named destination means an APIC. */
function names(
  { number, logical }: { readonly number: number; readonly logical: boolean },
  { apicId, apicLdr, apicDfr }: CoreState,
): boolean {
  if (!logical) return number === 0xff || number === apicId;
  const own = apicLdr >>> 24;
  if (apicDfr >>> 28 === 0xf) return (own & number) !== 0;
  return number === 0xff || (own >> 4 === number >> 4 && (own & number & 15) !== 0);
}

function isFor({ to }: InterruptMessage, core: number, state: CoreState, from: number | undefined): boolean {
  switch (to.kind) {
    case 'named':
      return names(to, state);
    case 'core':
      return to.number === core;
    case 'all':
      return true;
    case 'others':
      return core !== from;
  }
}

/** The cores' APICs as those see them who send. */
export class ApicBus {
  readonly #states: readonly CoreState[];
  readonly #signals: readonly CoreBell[];
  constructor({ buffer, states, signals }: MessageParts) {
    this.#states = states.map((at) => bind(coreState, buffer, at));
    this.#signals = signals;
  }

  send(message: InterruptMessage, from?: number): void {
    const { mode } = message;
    let left = mode === DELIVERY.lowestPriority ? 1 : Infinity;
    this.#states.forEach((state, core) => {
      if (left === 0 || !isFor(message, core, state, from)) return;
      left--;
      this.#deliver(message, state, core);
    });
  }
  /** A write of `data` to the window of interrupt messages. @returns false where the address is not in it */
  write(address: number, data: number): boolean {
    if (address >>> 20 !== WINDOW) return false;
    const to = { kind: 'named', number: (address >> 12) & 0xff, logical: ((address >> 2) & 1) !== 0 } as const;
    this.send({ to, mode: (data >> 8) & 7, vector: data & 0xff, level: ((data >> 15) & 1) !== 0 });
    return true;
  }

  #deliver({ mode, vector, level }: InterruptMessage, state: CoreState, core: number): void {
    const { events, apicIrr, apicTmr } = state;
    if (mode === DELIVERY.nmi) Atomics.or(events, 0, EVENT_BIT.NMI);
    else if (mode === DELIVERY.init) {
      Atomics.and(events, 0, ~EVENT_BIT.SIPI);
      Atomics.or(events, 0, EVENT_BIT.INIT);
    } else if (mode === DELIVERY.startup) {
      Atomics.store(events, 1, vector);
      Atomics.or(events, 0, EVENT_BIT.SIPI);
    } else if (mode === DELIVERY.fixed || mode === DELIVERY.lowestPriority) {
      if (!(state.apicSpurious & SOFTWARE_ENABLED) || vector < 16) return;
      const bit = 1 << (vector & 31);
      if (level) Atomics.or(apicTmr, vector >> 5, bit);
      else Atomics.and(apicTmr, vector >> 5, ~bit);
      Atomics.or(apicIrr, vector >> 5, bit);
    } else return;
    this.#signals[core]?.nudge();
  }
}

const buses = new WeakMap<readonly CoreBell[], ApicBus>();
/** Sends what is written to an address. @returns false where that is not in the window of interrupt messages */
export function writeInterruptMessage(parts: MessageParts, address: number, data: number): boolean {
  let bus = buses.get(parts.signals);
  if (!bus) buses.set(parts.signals, (bus = new ApicBus(parts)));
  return bus.write(address, data);
}
