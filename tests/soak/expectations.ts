/** What a library must hold, gathered from what the process under trial has said before it was killed. */
import { GuestLines } from './guest-lines.ts';
import type { TrialEvent } from './trial-events.ts';

interface Call {
  readonly what: string;
  readonly machine?: string;
  readonly snapshot?: string;
  /** The machine was told to have gone back meanwhile. */
  returned?: boolean;
}

export interface ExpectedSnapshot {
  /** Its kind and name, for people. */
  about?: string;
  machine?: string;
  /** It was stored as a whole, or was found so: it must be there. */
  stored: boolean;
  /** Whether a deletion has begun, and whether it was answered. */
  deleting: boolean;
  deleted: boolean;
  /** Of everything in it, as it was first found. */
  hash?: string;
  /** Of its memory, as it was while the machine stood still. */
  memoryHash?: string;
}

export class Expectations {
  readonly snapshots = new Map<string, ExpectedSnapshot>();
  readonly machines = new Map<string, GuestLines>();
  readonly counts = new Map<string, number>();
  readonly refusals = new Map<string, number>();
  #calls = new Map<number, Call>();
  opened = false;

  /** A new process: its calls are numbered anew, and nothing is under way. */
  restarted(): void {
    this.#calls.clear();
    this.opened = false;
    // Machines that are off print nothing; what they had flushed was compared.
    this.machines.clear();
  }

  snapshot(id: string): ExpectedSnapshot {
    const known = this.snapshots.get(id);
    if (known) return known;
    const made: ExpectedSnapshot = { stored: false, deleting: false, deleted: false };
    this.snapshots.set(id, made);
    return made;
  }
  lines(machine: string): GuestLines {
    const known = this.machines.get(machine);
    if (known) return known;
    const made = new GuestLines();
    this.machines.set(machine, made);
    return made;
  }

  /** Calls that were begun and not answered. */
  get underWay(): readonly Call[] {
    return [...this.#calls.values()];
  }

  /** @throws Error for what must never be said */
  take(event: TrialEvent): void {
    switch (event.event) {
      case 'opened':
        this.opened = true;
        return;
      case 'output': {
        const error = this.lines(event.machine).output(event.text);
        if (error !== undefined) throw new Error(`the guest of machine ${event.machine} found: ${error}`);
        return;
      }
      case 'returned':
        this.lines(event.machine).returned();
        for (const call of this.#calls.values()) if (call.machine === event.machine) call.returned = true;
        return;
      case 'begun':
        this.#calls.set(event.call, { ...event });
        if (event.what === 'delete' && event.snapshot !== undefined) this.snapshot(event.snapshot).deleting = true;
        if (event.what === 'delete machine')
          for (const snapshot of this.snapshots.values()) if (snapshot.machine === event.machine) snapshot.deleting = true;
        return;
      case 'done':
        this.#done(event.call);
        return;
      case 'refused': {
        const call = this.#calls.get(event.call);
        this.#calls.delete(event.call);
        if (event.fault) throw new Error(`${call?.what ?? 'something'} failed: ${event.text}`);
        const key = `${call?.what ?? ''}: ${event.text.replaceAll(/[0-9A-Z]{26}|"[^"]*"|\d+/g, '…')}`;
        this.refusals.set(key, (this.refusals.get(key) ?? 0) + 1);
        if (call?.what === 'delete' && call.snapshot !== undefined) this.snapshot(call.snapshot).deleting = false;
        return;
      }
      case 'taken':
        this.snapshot(event.snapshot).machine = event.machine;
        return;
      case 'stored':
        this.snapshot(event.snapshot).stored = true;
        return;
      case 'memory':
        this.snapshot(event.snapshot).memoryHash = event.hash;
    }
  }

  #done(number: number): void {
    const call = this.#calls.get(number);
    if (!call) return;
    this.#calls.delete(number);
    this.counts.set(call.what, (this.counts.get(call.what) ?? 0) + 1);
    // To disks only: the machine is off, and what it printed before is of another present.
    if (call.what === 'restore' && call.machine !== undefined && !call.returned) this.lines(call.machine).returned();
    const snapshot = call.snapshot === undefined ? undefined : this.snapshots.get(call.snapshot);
    if (call.what === 'delete' && snapshot) snapshot.deleted = true;
    if (call.what === 'undelete' && snapshot) snapshot.deleting = snapshot.deleted = false;
  }
}
