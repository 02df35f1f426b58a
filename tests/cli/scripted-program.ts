/**
 * A running program whose services a test plays: the real lock, socket, wire and argument checks, so that the commands
 * under test run as they are, in a process of their own.
 */
import { said } from '../kit/said.ts';
import { mkdirSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { broadcaster, dispatcher, type ServiceEvents, type ServiceHandlers } from '../../main/border/border.ts';
import { serveSession } from '../../main/border/session.ts';
import { lockInstance } from '../../main/library/instance-lock.ts';
import { listenLocally } from '../../main/local/local-server.ts';
import { contracts } from '../../preload/contract/index.ts';
import type { DiskDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId, Timeline } from '../../preload/contract/snapshots.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { bareDefinition } from '../main/scripted-machine.ts';
import { temporaryHome } from '../main/temporary-home.ts';
import { startViv, viv, type Result, type Running } from './viv.ts';

export type Script = { readonly [K in keyof ServiceHandlers]?: Partial<ServiceHandlers[K]> };

export interface ScriptedProgram {
  /** Its folder, as VIVARIUM_HOME says it. */
  readonly home: string;
  readonly events: ServiceEvents;
  /** What was asked, as `service.call`, with its arguments, but for the looking things up. */
  readonly calls: (readonly [string, ...unknown[]])[];
  viv(...args: readonly string[]): Promise<Result>;
  start(...args: readonly string[]): Running;
  /** Ends it, whatever is under way. */
  end(): Promise<void>;
}

const LOOKING = ['machines.list', 'snapshots.timeline', 'tasks.list', 'disks.list', 'disks.holders', 'snapshots.hardwareChanges'];

/** Takes a home of its own and answers there until the test is over. */
export async function scriptedProgram(script: Script): Promise<ScriptedProgram> {
  const home = temporaryHome();
  mkdirSync(home.folder, { recursive: true });
  const lock = lockInstance(home.lock, 'a scripted program', home.socket);
  const border = broadcaster();
  const calls: [string, ...unknown[]][] = [];
  const handlers = Object.fromEntries(
    Object.values(contracts).map(({ name, members }) => [
      name,
      Object.fromEntries(
        Object.entries(members).map(([member]) => [
          member,
          (...args: unknown[]) => {
            const call = `${name}.${member}`;
            if (!LOOKING.includes(call)) calls.push([call, ...args]);
            const played = (script as Record<string, Record<string, ((...args: unknown[]) => unknown) | undefined>>)[name]?.[member];
            if (!played) throw new Error(`the test does not play ${call}`);
            return played(...args);
          },
        ]),
      ),
    ]),
  ) as unknown as ServiceHandlers;
  const report = () => undefined;
  const dispatch = dispatcher(handlers, report);
  const openConsole = () => Promise.reject(new Error('the test plays no consoles'));
  const server = await listenLocally(home.socket, (link) =>
    serveSession(link, {
      version: '0',
      dispatch,
      broadcaster: border,
      openConsole,
      openCommand: openConsole,
      openStream: openConsole,
      openCable: openConsole,
      report,
    }),
  );
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= server.close().then(() => lock.release()));
  onTestFinished(end);
  return {
    home: home.folder,
    events: border.events,
    calls,
    viv: (...args) => viv(home.folder, ...args),
    start: (...args) => startViv(home.folder, ...args),
    end,
  };
}

export const BOX = 'box-id' as MachineId;

export function machine(name = 'box', change: Partial<MachineStatus> = {}, disks: readonly DiskDefinition[] = []): MachineStatus {
  return {
    id: `${name}-id` as MachineId,
    definition: { ...bareDefinition(name), disks },
    state: 'off',
    reason: said('off'),
    needsRestart: false,
    lastLine: '',
    createdAt: 0,
    suspended: false,
    ...change,
  };
}

/** A moment in the person's time zone, so that what is printed is the same everywhere. */
export const at = (minute: number): number => new Date(2026, 10, 21, 12, minute, 0).getTime();

/** @param id the rest of an id that begins as ids of that minute do */
export function snapshot(id: string, name: string, minute: number, change: Partial<Snapshot> = {}): Snapshot {
  return {
    id: `01K0${id}`.padEnd(26, '0') as SnapshotId,
    machine: BOX,
    parent: null,
    kind: 'manual',
    name,
    note: '',
    pinned: false,
    protected: false,
    createdAt: at(minute),
    sequence: minute,
    uptimeMs: minute * 60_000,
    hasMemory: true,
    memoryMiB: 16,
    thumbnail: '',
    disks: [],
    ownBytes: 1024 * 1024,
    sharedBytes: 2048,
    state: 'ready',

    ...change,
  };
}

export function timeline(snapshots: readonly Snapshot[], parent: Snapshot | null = snapshots.at(-1) ?? null): Timeline {
  const sum = snapshots.reduce((all, { ownBytes }) => all + ownBytes, 0);
  return {
    snapshots,
    present: { machine: BOX, parent: parent?.id ?? null, suspended: false },
    storedBytes: sum,
    freeBytes: 5 * 1024 ** 3,
  };
}

/** @param message the step of one that runs, or why one failed */
export const task = (state: TaskStatus['state'], message = '', more: Partial<TaskStatus> = {}): TaskStatus =>
  ({
    id: 'task-1',
    kind: 'store-snapshot',
    subject: { machine: BOX, name: 'box', snapshot: 'fresh' },
    state,
    message,
    startedAt: 0,
    ...(state === 'failed' ? { fault: { code: 'text', facts: { text: message } } } : {}),
    ...more,
  }) as TaskStatus;
