/** Machines in memory for tests of the window: the contract `machines` and its consoles over fake guests. */
import { said } from '../kit/said.ts';
import type { DeviceDescription } from '../../emulator/index.ts';
import type { ServiceEvents } from '../../main/border/border.ts';
import type { OpenConsole } from '../../main/border/session.ts';
import { ConsoleLog } from '../../main/supervisor/console-log.ts';
import { screenText } from '../../main/supervisor/screen-text.ts';
import { unlessChanged } from '../../main/supervisor/unless-changed.ts';
import { ContractError, type Handlers } from '../../preload/contract/contract.ts';
import { SSH_CONSOLE, type consoles } from '../../preload/contract/consoles.ts';
import type {
  DefinitionVersion,
  InterruptedMachine,
  MachineDefinition,
  MachineId,
  machines,
  MachineStatus,
} from '../../preload/contract/machines.ts';
import { bootFakeGuest, type FakeGuest } from './fake-guest.ts';
import { fakeDoors } from './fake-doors.ts';
import { fakePast } from './fake-past.ts';
import { fakeNetwork } from './fake-network.ts';

type Entry = {
  status: MachineStatus;
  /** What `undo` goes back to. */ before: MachineDefinition;
  readonly logs: ConsoleLog[];
  guest: FakeGuest | undefined;
  ticker: NodeJS.Timeout | undefined;
};

/** As a board would list them: one at an address, one on the PCI bus, one that the guest has not placed. */
const FAKE_DEVICES: readonly DeviceDescription[] = [
  {
    name: 'uart16550',
    title: 'Serial port (16550A)',
    address: 0x1000_0000,
    size: 0x100,
    line: 10,
    unknownAccesses: 0,
    registers: [
      { name: 'receiver', at: 0, width: 1, doc: 'the next received byte', effect: 'takes the byte' },
      { name: 'lineStatus', at: 5, width: 1, doc: 'what the line and the FIFOs are doing', value: 0x60 },
    ],
  },
  {
    name: 'edu-pci',
    title: 'Teaching device (edu): PCI function',
    address: 0x300f_0000,
    size: 0x1000,
    line: 34,
    pci: { slot: 30, vendor: 0x1234, device: 0x11e8, revision: 16, classCode: 0xff00, subsystemVendor: 0x1af4, subsystem: 0x1100 },
    unknownAccesses: 0,
    registers: [{ name: 'vendorId', at: 0, width: 2, doc: 'who made the device', value: 0x1234 }],
  },
  { name: 'edu', title: 'Teaching device (edu)', size: 0x10_0000, unknownAccesses: 2, lastUnknown: 0x44, registers: [] },
];

const ENDING = 'powered off by the guest';

export function fakeMachines(events: ServiceEvents, sizes: string[]) {
  const entries = new Map<MachineId, Entry>();
  const bin = new Map<MachineId, Entry>();
  let next = 1;

  const entry = (id: MachineId): Entry => {
    const found = entries.get(id);
    if (!found) throw new ContractError('machine-gone');
    return found;
  };
  const change = (id: MachineId, patch: Partial<MachineStatus>) => {
    const one = entry(id);
    one.status = { ...one.status, ...patch };
    events.machines.changed(one.status);
    return one.status;
  };
  const off = (id: MachineId, reason: string) => {
    const one = entry(id);
    one.guest?.stop();
    clearInterval(one.ticker);
    one.guest = undefined;
    const { startedAt: _gone, ...rest } = one.status;
    one.status = rest;
    change(id, { state: 'off', reason: said(reason), needsRestart: false });
  };
  const start = (id: MachineId) => {
    const one = entry(id);
    one.status = { ...one.status, suspended: false };
    if (one.status.definition.boot.kernel === '/missing/Image') {
      change(id, {
        state: 'failed',
        reason: said('kernel file not found: /missing/Image'),
        log: 'board riscv64-virt, 512 MiB\nkernel file not found: /missing/Image: choose another file in Hardware, Boot',
      });
      throw new ContractError('boot-file-missing', { what: 'kernel', path: '/missing/Image' });
    }
    change(id, { state: 'starting', reason: said('loading the kernel') });
    const log = one.logs[0] as ConsoleLog;
    const guest = bootFakeGuest(
      (bytes) => log.append(bytes),
      () => off(id, ENDING),
    );
    one.guest = guest;
    log.attachGuest((count) => guest.acknowledge(count));
    change(id, { state: 'running', reason: said('booted'), startedAt: Date.now(), lastLine: 'Welcome to Debian on riscv64' });
    let seconds = 0;
    const tick = () => {
      seconds++;
      const mips = 380 + 140 * Math.sin(seconds / 3);
      events.machines.activity([
        {
          id,
          mips,
          hostCpuPercent: 97,
          instructions: seconds * 4e8,
          compiledInstructions: seconds * 3.9e8,
          fragments: 412 + seconds,
          seconds,
          hostCpuSeconds: seconds,
        },
      ]);
    };
    one.ticker = setInterval(tick, 1000);
    for (let early = 0; early < 40; early++) tick();
  };
  function add(definition: MachineDefinition): MachineStatus {
    if ([...entries.values()].some(({ status }) => status.definition.name === definition.name))
      throw new ContractError('machine-name-taken', { name: definition.name });
    const id = `M${next++}` as MachineId;
    const status: MachineStatus = {
      id,
      definition,
      state: 'off',
      reason: said('never started'),
      needsRestart: false,
      suspended: false,
      lastLine: '',
      createdAt: Date.UTC(2026, 0, next),
    };
    entries.set(id, {
      status,
      before: definition,
      logs: [0, ...definition.ports].map(() => new ConsoleLog()),
      guest: undefined,
      ticker: undefined,
    });
    events.machines.changed(status);
    return status;
  }
  const plain = (name: string, template?: string): MachineDefinition => ({
    name,
    board: 'riscv64-virt',
    cores: 1,
    memoryMiB: 512,
    engine: 'auto',
    ...(template ? { template } : {}),
    boot: { kind: 'linux' },
    disks: [],
    ports: [],
    note: '',
  });
  const network = fakeNetwork({
    status: (id) => entry(id).status,
    store: (id, networks) => change(id, { definition: { ...entry(id).status.definition, networks } }),
  });
  /** Templates that were saved, the oldest first. */
  const saved: { readonly name: string; readonly description: string; readonly definition: MachineDefinition }[] = [];
  /** What each machine was, for a test to fill; changes are added. */
  const versions = new Map<MachineId, DefinitionVersion[]>();
  /** For a test to fill. */
  const interrupted: InterruptedMachine[] = [];
  const service: Handlers<typeof machines> = {
    list: () => [...entries.values()].map(({ status }) => status),
    interrupted: () => interrupted,
    continue: (id) => void service.start(id),
    get: (id) => entry(id).status,
    duplicate: (id, name) => {
      const { definition } = entry(id).status;
      return add({ ...definition, name: name ?? `${definition.name} copy` });
    },
    saveTemplate: (id, { name, description }) => {
      const { definition } = entry(id).status;
      if (saved.some((template) => template.name === name)) throw new ContractError('template-name-taken', { name });
      saved.push({ name, description, definition });
    },
    screens: (ids) =>
      ids.flatMap((id) =>
        entries.has(id) ? [{ id, text: screenText(entry(id).logs[0]?.tail() ?? new Uint8Array(), { lines: 24, columns: 100 }) }] : [],
      ),
    devices: (id) => {
      if (!entry(id).guest) throw new ContractError('machine-not-in-state', { state: 'off', wanted: ['running', 'paused'] });
      return FAKE_DEVICES;
    },
    ...network.service,
    shares: () => [],
    deviceTree: () => new Uint8Array(),
    draft: ({ template, name }) => plain(name ?? template, template),
    create({ template, name, definition, booted }) {
      const made = add(definition ?? plain(name ?? template ?? 'machine', template));
      return booted ? change(made.id, { suspended: true, reason: said('booted') }) : made;
    },
    update(id, patch, base) {
      const one = entry(id);
      const checked = base === undefined ? patch : unlessChanged(patch, base);
      const fields = typeof checked === 'function' ? checked(one.status.definition) : checked;
      if (fields.name !== undefined && [...entries.values()].some((other) => other !== one && other.status.definition.name === fields.name))
        throw new ContractError('machine-name-taken', { name: fields.name ?? '' });
      one.before = one.status.definition;
      const running = one.status.runsAs ?? one.before;
      const definition = { ...one.before, ...fields };
      const known = versions.get(id) ?? [{ number: 1, at: Date.UTC(2026, 0, 5), what: 'create', after: one.before }];
      versions.set(id, [...known, { number: known.length + 1, at: Date.now(), what: 'update', before: one.before, after: definition }]);
      return change(id, {
        definition,
        needsRestart: one.guest !== undefined,
        ...(one.guest ? { runsAs: running } : {}),
      });
    },
    check: ({ boot }) =>
      boot.kernel && !boot.kernel.startsWith('/boot/')
        ? [{ field: 'boot.kernel', message: `there is no file ${boot.kernel}: choose another one` }]
        : [],
    start,
    pause: (id) => void change(id, { state: 'paused', reason: said('paused by you') }),
    resume: (id) => void change(id, { state: 'running', reason: said('resumed') }),
    reset: (id) => (off(id, 'reset'), start(id)),
    shutdown: (id) => (off(id, 'powered off by the guest'), { asked: 'agent' }),
    stop: (id) => off(id, 'stopped by you'),
    suspend(id) {
      off(id, 'suspended by you');
      change(id, { suspended: true });
    },
    delete(id) {
      if (entry(id).guest)
        throw new ContractError('machine-must-stop', { name: entry(id).status.definition.name, state: 'running', before: 'deleting it' });
      bin.set(id, entry(id));
      entries.delete(id);
      events.machines.deleted({ id });
    },
    undelete(id) {
      entries.set(id, bin.get(id) as Entry);
      bin.delete(id);
      return change(id, {});
    },
    bin: () =>
      [...bin.values()].map(({ status }, index) => ({
        ...status,
        deletedAt: Date.UTC(2026, 1, 1),
        snapshots: index,
        protectedSnapshots: status.definition.note === 'protected' ? ['precious'] : [],
        freedBytes: (index + 1) * 100 * 1024 * 1024,
      })),
    purge(ids) {
      ids.forEach((id) => bin.delete(id));
      const task = { id: 'T-purge', kind: 'purge', subject: { names: ['gamma'] }, message: '', startedAt: 0 } as const;
      setTimeout(() => events.tasks.changed({ ...task, state: 'done', result: { freedBytes: 100 * 2 ** 20, space: 'freed' } }), 20);
      return { task: task.id };
    },
    undo: (id) => change(id, { definition: entry(id).before }),
    history: (id) => (versions.get(id) ?? []).toReversed(),
    revert: (id, number) => {
      const version = versions.get(id)?.find((one) => one.number === number)?.after;
      if (!version) throw new ContractError('change-unknown', { number });
      return service.update(id, version) as MachineStatus;
    },
  };
  const consoleService: Handlers<typeof consoles> = {
    list: (id) => [
      ...['ttyS0', ...entry(id).status.definition.ports.map(({ name }) => name)].map((name, index) => ({ index, name })),
      ...(entry(id).logs[SSH_CONSOLE] ? [{ index: SSH_CONSOLE, name: 'SSH' }] : []),
    ],
    openSsh(id, again) {
      const log = (entry(id).logs[SSH_CONSOLE] ??= new ConsoleLog());
      log.append(new TextEncoder().encode(`${again ? 'Logging in again\r\n' : ''}root@vivarium:~# `));
    },
    closeSsh: (id) => void delete entry(id).logs[SSH_CONSOLE],
    history: (id, console) => entry(id).logs[console]?.tail() ?? new Uint8Array(),
    clear: (id, console) => entry(id).logs[console]?.clear(),
    resize: (_id, console, { columns, rows }) => void sizes.push(`${console}: ${columns}x${rows}`),
    search: () => [],
    ...fakeDoors(),
    ...fakePast(() => [...entries].map(([id, { logs }]) => ({ id, logs }))),
  };
  const openConsole: OpenConsole = async (machine, console, attachment, listener) => {
    const one = entry(machine as MachineId);
    const channel = (one.logs[console] as ConsoleLog).open(listener, attachment);
    return {
      ...channel,
      async write(bytes) {
        if (console === SSH_CONSOLE) one.logs[console]?.append(bytes);
        else one.guest?.type(bytes);
        return bytes.length;
      },
    };
  };
  /** Types at a machine's serial console. */
  const type = (id: MachineId, text: string) => entry(id).guest?.type(new TextEncoder().encode(text));
  const ids = () => [...entries.keys()];
  /** The oldest machine. */
  const first = () => [...entries.keys()][0] as MachineId;
  const close = () => entries.forEach((one) => (one.guest?.stop(), clearInterval(one.ticker)));
  const definitionOf = (id: MachineId) => entry(id).status.definition;
  return { saved, ids, type, interrupted, network, add, plain, definitionOf, service, consoleService, openConsole, first, close };
}
