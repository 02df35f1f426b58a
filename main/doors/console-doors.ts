/**
 * Ways to consoles for other programs of this computer, open until they are closed, their machine is deleted or the
 * program ends: pseudo-terminals, TCP ports (of the loopback, unless somebody says otherwise) and Unix sockets.
 */
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { ConsoleDoor, DoorRequest } from '../../preload/contract/consoles.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
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
  readonly #doors = new Map<string, Known>();
  #next = 1;

  /** @param folder where sockets are that nobody named; made when it is needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  list(machine: MachineId): readonly ConsoleDoor[] {
    return [...this.#doors.values()].filter((known) => known.machine === machine).map(told);
  }

  /** @throws ContractError where it cannot be had, with the reason */
  async open(machine: MachineId, console: number, { kind, port, host, path }: DoorRequest, to: DoorConsole): Promise<ConsoleDoor> {
    const id = String(this.#next++);
    const door = await this.#open(
      kind,
      to,
      { port, host, path: path ?? join(this.#folder, `${machine}-${console}-${id}.sock`) },
      path === undefined,
    );
    const known: Known = { id, machine, console, kind, address: door.address, commands: commandsFor(kind, door.address), door };
    this.#doors.set(id, known);
    return told(known);
  }

  /** @throws ContractError where there is none of that name */
  close(machine: MachineId, id: string): void {
    const known = this.#doors.get(id);
    if (known?.machine !== machine) throw new ContractError('door-gone', { id });
    this.#doors.delete(id);
    known.door.close();
  }
  /** Closes a machine's, or all. */
  closeAll(machine?: MachineId): void {
    for (const known of [...this.#doors.values()])
      if (machine === undefined || known.machine === machine) this.close(known.machine, known.id);
  }

  async #open(
    kind: ConsoleDoor['kind'],
    to: DoorConsole,
    { port = 0, host = LOOPBACK, path }: { port?: number | undefined; host?: string | undefined; path: string },
    isOurs: boolean,
  ): Promise<OpenDoor> {
    if (kind === 'pty') return ptyDoor(to);
    try {
      if (kind === 'tcp') return await openSocketDoor(to, { host, port });
      if (isOurs) requirePrivateFolder(this.#folder, true);
      if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`a socket's path has at most ${LONGEST_PATH} bytes`);
      await removeUnused(path);
      return await openSocketDoor(to, { path });
    } catch (error) {
      if (error instanceof ContractError) throw error;
      throw new ContractError('door-refused', { where: kind === 'tcp' ? `${host}:${port}` : path, detail: (error as Error).message });
    }
  }
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
