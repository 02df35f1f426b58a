/** Timelines in memory for tests of the window: the contracts `snapshots` and `disks` over scripted snapshots. */
import { fakeFiles } from './fake-files.ts';
import type { ServiceEvents } from '../../main/border/border.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { ContractError, type Handlers } from '../../preload/contract/contract.ts';
import type { DiskHolder, disks, DiskStatus } from '../../preload/contract/disks.ts';
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import type { FileDiff, HardwareChange, Present, Snapshot, SnapshotId, snapshots } from '../../preload/contract/snapshots.ts';

const MEBI = 2 ** 20;
const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** What a scripted snapshot says about itself; the rest is filled in. */
export type Scripted = Partial<Omit<Snapshot, 'id' | 'parent'>> & { readonly id: string; readonly parent?: string; readonly agoMs: number };

const screen = (id: string, lines: number): string =>
  [
    'This is Linux 6.12.107+deb13-riscv64 for riscv64 with BusyBox, running from memory.',
    '',
    ...Array.from({ length: lines }, (_, line) => `root@vivarium:~# echo ${id} ${line}\n${id} ${line}`),
    'root@vivarium:~# ',
  ].join('\n');

/** A week of work: seconds apart, hours apart, days apart, a branch that was left, one of every kind. */
export const WEEK: readonly Scripted[] = [
  { id: 'S01', kind: 'booted', name: 'Booted', agoMs: 150 * HOUR, uptimeMs: 21 * SECOND, ownBytes: 41 * MEBI },
  { id: 'S02', parent: 'S01', name: 'Tools installed', agoMs: 149 * HOUR, note: 'gcc, make and strace', pinned: true },
  { id: 'S03', parent: 'S02', name: 'Before the upgrade', agoMs: 54 * HOUR, protected: true },
  { id: 'S04', parent: 'S03', name: 'Upgrade went wrong', agoMs: 53.5 * HOUR },
  { id: 'S05', parent: 'S04', kind: 'kept', name: 'Kept before “Before the upgrade”', agoMs: 53 * HOUR },
  { id: 'S06', parent: 'S03', kind: 'suspended', name: 'Suspended', agoMs: 30 * HOUR },
  { id: 'S07', parent: 'S06', name: 'Disk grown', agoMs: 29 * HOUR, hasMemory: false, uptimeMs: 0 },
  ...Array.from({ length: 14 }, (_, step): Scripted => ({
    id: `C${String(step).padStart(2, '0')}`,
    parent: step === 0 ? 'S07' : `C${String(step - 1).padStart(2, '0')}`,
    kind: 'automatic',
    name: `Checkpoint ${step + 1}`,
    agoMs: 400 * SECOND - step * 10 * SECOND,
    ownBytes: (1 + (step % 5)) * 300_000,
    pinned: step === 6,
  })),
  { id: 'S08', parent: 'C09', name: 'Trying another way', agoMs: 200 * SECOND },
  { id: 'S09', parent: 'C13', name: 'Works', agoMs: 120 * SECOND },
];

export function fakeTimeline(
  events: ServiceEvents,
  machines: { branch(machine: MachineId, name: string | undefined, start: boolean): MachineStatus },
) {
  const lists = new Map<MachineId, Snapshot[]>();
  const presents = new Map<MachineId, Present>();
  const deleted = new Map<SnapshotId, Snapshot>();
  const restored: SnapshotId[] = [];
  const hardware = new Map<SnapshotId, readonly HardwareChange[]>();
  const exported: string[] = [];
  let next = 1;

  const presentOf = (machine: MachineId): Present => presents.get(machine) ?? { machine, parent: null, suspended: false };
  const snapshotsOf = (machine: MachineId) => lists.get(machine) ?? [];
  function find(id: SnapshotId): Snapshot {
    const found = [...lists.values()].flat().find((snapshot) => snapshot.id === id);
    if (!found) throw new ContractError('snapshot-gone');
    return found;
  }
  function put(snapshot: Snapshot): Snapshot {
    const others = snapshotsOf(snapshot.machine).filter(({ id }) => id !== snapshot.id);
    lists.set(
      snapshot.machine,
      [...others, snapshot].sort((a, b) => a.createdAt - b.createdAt),
    );
    events.snapshots.changed(snapshot);
    return snapshot;
  }
  function move(machine: MachineId, parent: SnapshotId | null) {
    presents.set(machine, { machine, parent, suspended: false });
    events.snapshots.present(presentOf(machine));
  }
  function script(machine: MachineId, scripted: readonly Scripted[], at = Date.now()) {
    lists.set(
      machine,
      scripted.map(({ id, parent, agoMs, ...rest }, index) => ({
        machine,
        id: id as SnapshotId,
        parent: (parent ?? null) as SnapshotId | null,
        kind: 'manual',
        name: id,
        note: '',
        pinned: false,
        protected: false,
        createdAt: at - agoMs,
        sequence: index,
        uptimeMs: (index + 1) * 61 * SECOND,
        hasMemory: true,
        memoryMiB: 512,
        thumbnail: screen(id, 3 + (index % 8)),
        disks: [{ slot: 0, id: 'D1', sizeBytes: 2 ** 30 }],
        ownBytes: (index + 1) * 700_000,
        sharedBytes: 38 * MEBI,
        state: 'ready',
        ...rest,
      })),
    );
    move(machine, (scripted.at(-1)?.id ?? null) as SnapshotId | null);
  }
  function take(machine: MachineId, patch: Partial<Snapshot>): Snapshot {
    const number = next++;
    const snapshot = put({
      id: `N${number}` as SnapshotId,
      machine,
      parent: presentOf(machine).parent,
      kind: 'manual',
      name: `Snapshot ${number}`,
      note: '',
      pinned: false,
      protected: false,
      createdAt: Date.now(),
      sequence: 1000 + number,
      uptimeMs: 90 * SECOND,
      hasMemory: true,
      memoryMiB: 512,
      thumbnail: screen('now', 5),
      disks: [],
      ownBytes: 2 * MEBI,
      sharedBytes: 40 * MEBI,
      state: 'storing',

      ...patch,
    });
    move(machine, snapshot.id);
    return snapshot;
  }
  const files: readonly FileDiff[] = [
    { path: '/etc/hostname', kind: 'file', change: 'changed', sizeBefore: 9, sizeAfter: 12 },
    { path: '/root/notes.txt', kind: 'file', change: 'added', sizeAfter: 1843 },
    { path: '/tmp/build', kind: 'directory', change: 'removed' },
    { path: '/usr/bin/strace', kind: 'file', change: 'added', sizeAfter: 1_843_112 },
    { path: '/var/log/messages', kind: 'file', change: 'changed', sizeBefore: 10_240, sizeAfter: 40_960 },
  ];
  /** A task that ends in a moment. */
  const endingTask = (
    ended: Pick<TaskStatus, 'state' | 'fault' | 'result'> = { state: 'done', result: { snapshots: [], disks: [] } },
    kind: TaskStatus['kind'] = 'export-machine',
  ) => {
    const id = `T-timeline-${next++}`;
    setTimeout(
      () =>
        events.tasks.changed({
          id,
          kind,
          subject: { machine: 'M1', name: 'debian', path: '/x' },
          message: '',
          startedAt: Date.now(),
          ...ended,
        } as TaskStatus),
      30,
    );
    return { task: id };
  };
  const service: Handlers<typeof snapshots> = {
    timeline: (machine) => ({
      snapshots: snapshotsOf(machine),
      present: presentOf(machine),
      storedBytes: 96.4 * MEBI,
      freeBytes: 118 * 1024 * MEBI,
    }),
    create(machine, { name, note }) {
      const snapshot = take(machine, { ...(name ? { name } : {}), ...(note ? { note } : {}) });
      setTimeout(() => put({ ...find(snapshot.id), state: 'ready' }), 300);
      return { snapshot, task: 'T-snapshot' };
    },
    estimate: () => ({ neededBytes: 40 * MEBI, freeBytes: 118 * 1024 * MEBI }),
    restore(id) {
      const { machine, name } = find(id);
      const kept = take(machine, { kind: 'kept', name: `Kept before “${name}”`, state: 'ready' });
      move(machine, id);
      restored.push(id);
      return { kept: kept.id, milliseconds: 12, hardware: [] };
    },
    hardwareChanges: (id) => hardware.get(id) ?? [],
    branch: (id, { name, start }) => machines.branch(find(id).machine, name, start),
    fork: (machine, moment, name) => machines.branch(machine, name ?? `fork from ${moment === null ? 'now' : find(moment).name}`, true),
    change: (id, patch) => put({ ...find(id), ...patch }),
    delete(ids) {
      for (const id of ids) {
        const gone = find(id);
        deleted.set(id, gone);
        lists.set(
          gone.machine,
          snapshotsOf(gone.machine)
            .filter((snapshot) => snapshot.id !== id)
            .map((snapshot) => (snapshot.parent === id ? { ...snapshot, parent: gone.parent } : snapshot)),
        );
        events.snapshots.removed({ machine: gone.machine, id });
      }
    },
    undelete(ids) {
      for (const id of ids) put(deleted.get(id) as Snapshot);
    },
    diff: (from, to) => ({
      from,
      to,
      hardware: [],
      pages: {
        changed: 1204,
        total: 131_072,
        runs: [
          [512, 300],
          [40_000, 700],
          [41_200, 96],
          [90_000, 40],
          [130_000, 68],
        ],
      },
      disks: [
        {
          ...{
            slot: 0,
            clusters: 512,
            clusterBytes: 4096,
            map: {
              total: 262_144,
              runs: [
                [100, 300],
                [90_000, 212],
              ],
            },
          },
          volumes: [{ place: 'whole disk', kind: 'ext4', label: 'root', files, omitted: 0 }],
        },
      ],
    }),
    export(_machine, file) {
      exported.push(file);
      const ended = file.startsWith('/nowhere/')
        ? { state: 'failed' as const, fault: { code: 'output-no-folder', facts: { folder: '/nowhere' } } }
        : undefined;
      return endingTask(ended);
    },
    import: () => ({ task: 'T-import' }),
    checkAll: () => ({ task: 'T-check' }),
  };
  const diskLists = new Map<MachineId, readonly DiskStatus[]>();
  /** By the disk's id. */
  const diskHolders = new Map<string, readonly DiskHolder[]>();
  const diskCalls: string[] = [];
  const said = (call: string, task = 'T-disk') => {
    diskCalls.push(call);
    return { task };
  };
  const diskService: Handlers<typeof disks> = {
    list: (machine) => diskLists.get(machine) ?? [],
    holders: (_machine, disk) => diskHolders.get(disk) ?? [],
    import: (_machine, { path, copy }) => said(`import ${path} ${copy ? 'copy' : 'reference'}`),
    export: (_machine, slot, { path, format }) =>
      said(
        `export ${slot} ${path} ${format}`,
        endingTask({ state: 'done', result: { unrest: faultWith('guest-not-frozen', { detail: 'it has no fsfreeze' }) } }, 'export-disk')
          .task,
      ),
    resize: (_machine, slot, sizeBytes) => void said(`resize ${slot} ${sizeBytes}`),
    compact: (_machine, slot) => said(`compact ${slot}`),
    acceptBase: (_machine, slot) => void said(`accept ${slot}`),
  };
  return {
    service,
    diskService,
    fileService: fakeFiles((call) => {
      diskCalls.push(call);
      return endingTask({ state: 'done', result: { sizeBytes: 12 } }, 'take-file');
    }),
    script,
    take,
    put,
    restored,
    hardware,
    exported,
    diskLists,
    diskHolders,
    diskCalls,
    snapshotsOf,
    presentOf,
  };
}
