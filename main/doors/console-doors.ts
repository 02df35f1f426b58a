/**
 * Ways to consoles for other programs of this computer, open until they are closed or their machine is deleted:
 * pseudo-terminals, TCP ports (of the loopback, unless somebody says otherwise) and Unix sockets. A program that ends
 * closes them, the next one opens them again at the same port or path; a pseudo-terminal gets another number.
 */
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { ConsoleDoor, DoorRequest } from '../../preload/contract/consoles.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { DoorRecord, DoorRecords } from '../library/door-records.ts';
import { requirePrivateFolder } from '../library/own-files.ts';
import { serveReader, type DoorConsole } from './door-reader.ts';
import { openHostPty } from './host-pty.ts';
import type { OpenDoor } from './open-door.ts';
import { openSocketDoor } from './socket-door.ts';

const LOOPBACK = '127.0.0.1';
/** sun_path of unix(7), without its end. */
const LONGEST_PATH = 107;

interface Known extends Omit<ConsoleDoor, 'readers'> {
  readonly machine: MachineId;
  readonly door: OpenDoor;
}

export class ConsoleDoors {
  readonly #folder: string;
  readonly #records: DoorRecords;
  readonly #doors = new Map<string, Known>();

  /** @param folder where sockets are that nobody named; made when it is needed */
  constructor(folder: string, records: DoorRecords) {
    this.#folder = folder;
    this.#records = records;
  }

  list(machine: MachineId): readonly ConsoleDoor[] {
    return [...this.#doors.values()].filter((known) => known.machine === machine).map(told);
  }

  /** @throws ContractError where it cannot be had, with the reason */
  async open(machine: MachineId, console: number, request: DoorRequest, to: DoorConsole): Promise<ConsoleDoor> {
    const door = await this.#open(machine, console, request, to);
    try {
      const id = await this.#records.add({ machine, console, request: asOpened(request, door.address) });
      return this.#know({ id, machine, console, request }, door);
    } catch (error) {
      door.close();
      throw error;
    }
  }

  /** Opens what was open when the last program ended; each that cannot be is told, and forgotten. */
  async reopen(consoleOf: (machine: MachineId, console: number) => DoorConsole, failed: (record: DoorRecord, error: unknown) => void) {
    for (const record of await this.#records.list()) {
      const { id, machine, console, request } = record;
      if (this.#doors.has(id)) continue;
      try {
        this.#know(record, await this.#open(machine, console, request, consoleOf(machine, console)));
      } catch (error) {
        await this.#records.remove(id);
        failed(record, error);
      }
    }
  }

  /** @throws ContractError where there is none of that name */
  async close(machine: MachineId, id: string): Promise<void> {
    const known = this.#doors.get(id);
    if (known?.machine !== machine) throw new ContractError('door-gone', { id });
    this.#end(known);
    await this.#records.remove(id);
  }
  /** Closes a machine's for good. */
  async closeOf(machine: MachineId): Promise<void> {
    for (const known of [...this.#doors.values()]) if (known.machine === machine) this.#end(known);
    await this.#records.removeOf(machine);
  }
  /** Closes all, for the next program to open. */
  closeAll(): void {
    for (const known of [...this.#doors.values()]) this.#end(known);
  }

  #know({ id, machine, console, request: { kind } }: DoorRecord, door: OpenDoor): ConsoleDoor {
    const known: Known = { id, machine, console, kind, address: door.address, commands: commandsFor(kind, door.address), door };
    this.#doors.set(id, known);
    return told(known);
  }
  #end({ id, door }: Known): void {
    this.#doors.delete(id);
    door.close();
  }

  async #open(machine: MachineId, console: number, request: DoorRequest, to: DoorConsole): Promise<OpenDoor> {
    const { kind, port = 0, host = LOOPBACK } = request;
    if (kind === 'pty') return ptyDoor(to);
    const path = request.path ?? this.#ownPath(machine, console);
    try {
      if (kind === 'tcp') return await openSocketDoor(to, { host, port });
      if (dirname(path) === this.#folder) requirePrivateFolder(this.#folder, true);
      if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`a socket's path has at most ${LONGEST_PATH} bytes`);
      await removeUnused(path);
      return await openSocketDoor(to, { path });
    } catch (error) {
      if (error instanceof ContractError) throw error;
      throw new ContractError('door-refused', { where: kind === 'tcp' ? `${host}:${port}` : path, detail: (error as Error).message });
    }
  }

  /** A socket that nobody named: the first of its console's that is free. */
  #ownPath(machine: MachineId, console: number): string {
    const taken = new Set([...this.#doors.values()].map(({ address }) => address));
    for (let number = 1; ; number++) {
      const path = join(this.#folder, `${machine}-${console}-${number}.sock`);
      if (!taken.has(path)) return path;
    }
  }
}

/** What brings the same door again. */
function asOpened(request: DoorRequest, address: string): DoorRequest {
  if (request.kind === 'pty') return request;
  if (request.kind === 'socket') return { ...request, path: address };
  return { ...request, port: Number(/\d+$/.exec(address)?.[0]) };
}

async function ptyDoor(to: DoorConsole): Promise<OpenDoor> {
  const pty = await openHostPty();
  const leave = await serveReader(to, pty);
  return {
    address: pty.path,
    readers: () => undefined,
    close() {
      leave();
      pty.close();
    },
  };
}

/** A socket that nobody listens on any more is in the way of a new one; everything else stays. */
async function removeUnused(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const isRefused = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => (socket.destroy(), resolve(false)));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
  if (isRefused) rmSync(path);
}

const told = ({ id, console, kind, address, commands, door }: Known): ConsoleDoor => {
  const readers = door.readers();
  return { id, console, kind, address, commands, ...(readers === undefined ? {} : { readers }) };
};

/** How other programs go through a door. */
function commandsFor(kind: ConsoleDoor['kind'], address: string): readonly string[] {
  const raw = 'socat -,raw,echo=0,escape=0x1d';
  if (kind === 'pty') return [`screen ${address}`, `socat -,raw,echo=0,escape=0x1d ${address},raw,echo=0`];
  if (kind === 'socket') return [`${raw} UNIX-CONNECT:${address}`, `nc -U ${address}`];
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  return [`nc ${host?.replace(/^\[|\]$/g, '')} ${port}`, `${raw} TCP:${address}`];
}
