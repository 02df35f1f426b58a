/** Answers the calls of the contract `consoles`, and attaches channels to live consoles. */
import type { OpenCommand, OpenStream } from '../border/session-commands.ts';
import type { OpenConsole } from '../border/session.ts';
import { SSH_CONSOLE, type consoles } from '../../preload/contract/consoles.ts';
import { causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { Handlers } from '../../preload/contract/contract.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { ConsoleDoors } from '../doors/console-doors.ts';
import type { DoorConsole } from '../doors/door-reader.ts';
import { hostPath } from '../images/files/host-path.ts';
import { USUAL_ROOM } from '../printed/parts.ts';
import { plainLines } from '../supervisor/plain-text.ts';
import type { SshConsoles } from '../ssh/ssh-consoles.ts';
import { openStream, requireWay } from '../supervisor/machine-links.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { findInConsoles, type FindingParts } from './console-findings.ts';

const MAX_FOUND = 200;
/** What one answer of `past` may have, in bytes. */
const MOST_PAST = 4 * 1024 * 1024;

/** What one answer of `between` may have, in bytes. */
const MOST_BETWEEN = 256 * 1024;

const consoleOf = (supervisor: Supervisor, id: MachineId, console: number) => {
  const machine = supervisor.machine(id);
  machine.requireConsole(console);
  return machine;
};

export interface ConsolesParts extends Omit<FindingParts, 'isInUse'> {
  readonly supervisor: Supervisor;
  readonly ssh: SshConsoles;
  readonly doors: ConsoleDoors;
}

/** The handlers of `consoles`. */
export function consolesService({ supervisor, ssh, printed, doors, snapshots }: ConsolesParts): Handlers<typeof consoles> {
  const log = async (id: MachineId, console: number) =>
    console === SSH_CONSOLE ? ssh.require(id).log : consoleOf(supervisor, id, console).consoles.log(console);
  return {
    list: (id) => [...supervisor.machine(id).describeConsoles(), ...(ssh.has(id) ? [{ index: SSH_CONSOLE, name: 'SSH' }] : [])],
    history: async (id, console) => (await log(id, console)).tail(),
    async clear(id, console) {
      if (console === SSH_CONSOLE) return ssh.require(id).log.clear();
      await consoleOf(supervisor, id, console).consoles.clear(console);
      await printed.forget(id, console);
    },
    find: (search) =>
      findInConsoles({ printed, snapshots, isInUse: (id) => supervisor.machines().some((machine) => machine.id === id) }, search),
    kept: async (id, console, from, to) => {
      supervisor.machine(id);
      return printed.stretches({ machine: id, console }, from, to);
    },
    past: async (id, console, from, to) => {
      supervisor.machine(id);
      return printed.read({ machine: id, console }, from, Math.min(to, from + MOST_PAST));
    },
    between: async (id, console, since, until) => {
      supervisor.machine(id);
      const place = { machine: id, console };
      const [from, to] = (await printed.positionsAt(place, [since, until])) as [number, number];
      const start = Math.max(from, to - MOST_BETWEEN);
      const bytes = await printed.read(place, start, to);
      return { from, to, lines: plainLines(bytes), omitted: start - from };
    },
    usage: async () => {
      const { bytes, storedBytes, unindexedBytes } = await printed.usage();
      return { printedBytes: bytes, storedBytes, mostBytes: USUAL_ROOM.total, unindexedBytes };
    },
    resize(id, console, size) {
      if (console === SSH_CONSOLE) ssh.require(id).resize(size);
      else consoleOf(supervisor, id, console).resize(console, size);
    },
    doors: (id) => doors.list(supervisor.machine(id).id),
    openDoor: (id, console, request) => {
      const to = doorConsole(supervisor, id, console);
      const where = request.path === undefined ? request : { ...request, path: hostPath(request.path) };
      return doors.open(id, console, where, to);
    },
    closeDoor: (id, door) => doors.close(id, door),
    async openSsh(id, again) {
      const machine = supervisor.machine(id);
      requireWay(machine);
      await ssh.open(id, machine.record.definition.name, again);
    },
    closeSsh: (id) => ssh.close(id),
    search: async (id, console, text) => {
      const wanted = text.toLowerCase();
      const lines = plainLines((await log(id, console)).tail()).map((line, index) => ({ line: index, text: line }));
      return lines
        .filter((line) => line.text.toLowerCase().includes(wanted))
        .reverse()
        .slice(0, MAX_FOUND);
    },
  };
}

/** Opens the doors of the last program again. @param told about each that could not be opened */
export async function reopenDoors(doors: ConsoleDoors, supervisor: Supervisor, told: (what: Reason) => void): Promise<void> {
  const nameOf = (id: MachineId) => supervisor.machines().find((machine) => machine.id === id)?.record.definition.name ?? id;
  await doors.reopen(
    (machine, console) => doorConsole(supervisor, machine, console),
    ({ machine }, error) => told(faultWith('door-not-reopened', { name: nameOf(machine), why: causeOf(error) })),
  );
}

/** A console as doors reach it. @throws ContractError where the machine has none of that number */
function doorConsole(supervisor: Supervisor, id: MachineId, console: number): DoorConsole {
  const { consoles, life } = consoleOf(supervisor, id, console);
  return {
    attach: async (listener) => (await consoles.log(console)).open(listener),
    write: (bytes) => life.write(console, bytes),
  };
}

/** How a session attaches to a console; the attachment survives stops and starts of the machine. */
export function consoleOpener(supervisor: Supervisor, ssh: SshConsoles): OpenConsole {
  return async (machine, console, attachment, listener) => {
    if (console === SSH_CONSOLE) return ssh.require(machine as MachineId).attach(attachment, listener);
    const supervised = consoleOf(supervisor, machine as MachineId, console);
    const channel = (await supervised.consoles.log(console)).open(listener, attachment);
    return {
      ...channel,
      write(bytes) {
        channel.touched();
        return supervised.life.write(console, bytes);
      },
    };
  };
}

/** How a session runs a command in a machine's guest. */
export function commandOpener(supervisor: Supervisor): OpenCommand {
  return (machine, request, events) => supervisor.machine(machine as MachineId).agent.start(request, events);
}

/** How a session opens a stream that leads to a machine's guest or to one of its network cards. */
export function streamOpener(supervisor: Supervisor): OpenStream {
  return (machine, request, events) => openStream(supervisor.machine(machine as MachineId), request, events);
}
