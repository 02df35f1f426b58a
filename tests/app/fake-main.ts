/**
 * Main in memory for tests of the window: the real border, session and browser shell over fake services, so that
 * states which are hard to have for real (a fetch that fails, no apt, a guest without end) can be had at will.
 */
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import { broadcaster, dispatcher } from '../../main/border/border.ts';
import { serveSession, type Link } from '../../main/border/session.ts';
import { hostPath } from '../../main/images/files/host-path.ts';
import { openBrowserShell } from '../../main/browser/browser-shell.ts';
import { defaultSettings, type DesktopNotification, type OfferedToMenu, type Settings } from '../../preload/contract/application.ts';
import { ContractError } from '../../preload/contract/contract.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { TemplateStatus } from '../../preload/contract/images.ts';
import type { MachineStatus } from '../../preload/contract/machines.ts';
import type { TaskStatus, TaskStep } from '../../preload/contract/tasks.ts';
import { FAKE_HOST, fakeStorage } from './fake-host.ts';
import { fakeMachines } from './fake-machines.ts';
import { fakeNetworks } from './fake-networks.ts';
import { fakeTimeline } from './fake-timeline.ts';

export interface FakeOptions {
  readonly debian?: TemplateStatus['parts'];
  /** Whether Debian's booted state is stored; absent: it cannot be had. */
  readonly booted?: boolean;
  readonly folder: string;
  readonly port?: number;
}
const MEBI = 1024 * 1024;
const FILES: Readonly<Record<string, number>> = {
  'vmlinuz-6.12-riscv64': 21 * MEBI,
  'initrd.img': 4 * MEBI,
  'vmlinuz-6.12-amd64': 12 * MEBI,
};

export async function startFakeMain({ debian = 'ready', booted, folder, port = 0 }: FakeOptions) {
  const border = broadcaster();
  const { events } = border;
  const sizes: string[] = [];
  const received: string[] = [];
  const machines = fakeMachines(events, sizes);
  const networks = fakeNetworks(events, () => machines.service.list() as readonly MachineStatus[]);
  const timeline = fakeTimeline(events, {
    branch(machine, name, start) {
      const like = machines.definitionOf(machine);
      const made = machines.add({ ...like, name: name ?? 'branch' });
      if (start) void machines.service.start(made.id);
      return made;
    },
  });
  const tasks = new Map<string, TaskStatus>();
  const steps: TaskStep[] = [];
  const links = new Set<Link>();
  let quits = 0;
  const notified: DesktopNotification[] = [];
  let offered: readonly OfferedToMenu[] = [];
  let settings: Settings = {
    ...defaultSettings,
  };
  let template: TemplateStatus = {
    name: 'debian-riscv64',
    title: 'Debian Linux',
    description: 'Debian’s own kernel with a BusyBox shell on the serial console.',
    ...{ architecture: 'riscv64', board: 'riscv64-virt', memoryMiB: 512, cores: 1 },
    parts: debian,
    source: 'apt',
    ...(debian === 'unavailable' ? { trouble: faultWith('mirror-not-set') } : {}),
    ...(debian === 'fetchable' ? { fetchBytes: 34.2 * MEBI } : {}),
    ...(booted === undefined ? {} : { booted }),
  };
  const hello: TemplateStatus = {
    name: 'hello-riscv64',
    title: 'Hello',
    description: 'A small program of our own on the bare machine: greets, echoes, shows memory and time.',
    ...{ architecture: 'riscv64', board: 'riscv64-virt', memoryMiB: 64, cores: 1 },
    parts: 'ready',
    source: 'program',
  };
  const task = (patch: Partial<TaskStatus>) => {
    const now = { ...(tasks.get('T1') as TaskStatus), ...patch } as TaskStatus;
    tasks.set('T1', now);
    events.tasks.changed(now);
  };
  const kindOf = (file: string) => (file.includes('amd64') ? 'other-architecture' : file.includes('initrd') ? 'initrd' : 'kernel-image');
  const dispatch = dispatcher(
    {
      application: {
        about: () => ({
          version: '0.1.0',
          shell: 'browser',
          libraryPath: '/home/ada/.local/share/vivarium/library.db',
          nodeVersion: process.version,
        }),
        settings: () => settings,
        changeSettings(patch) {
          settings = { ...settings, ...patch };
          events.application.settingsChanged(settings);
          return settings;
        },
        hostFigures: () => FAKE_HOST,
        storageUse: () => fakeStorage(machines.service.list() as readonly MachineStatus[]),
        quit: () => void quits++,
        notify(notification) {
          notified.push(notification);
          return false;
        },
        offerCommands: (commands) => void (offered = commands),
      },
      consoles: machines.consoleService,
      machines: machines.service,
      snapshots: timeline.service,
      disks: timeline.diskService,
      files: timeline.fileService,
      images: {
        templates: () => [
          ...machines.saved.map(({ name, description, definition }): TemplateStatus => ({
            ...{ name, title: name, description, architecture: 'riscv64', board: definition.board },
            ...{ memoryMiB: definition.memoryMiB, cores: definition.cores, parts: 'ready', source: 'machine' },
          })),
          template,
          hello,
        ],
        removeTemplate: (name) => void machines.saved.splice(0, Infinity, ...machines.saved.filter((one) => one.name !== name)),
        fetch() {
          tasks.set('T1', {
            id: 'T1',
            kind: 'fetch-template',
            subject: { template: 'debian-riscv64' },
            state: 'running',
            message: { code: 'step-unpacking', facts: { name: 'linux-image-riscv64' } },
            startedAt: Date.now(),
            fraction: 0.38,
            bytesDone: 13 * MEBI,
            bytesTotal: 34.2 * MEBI,
            bytesPerSecond: 5.2 * MEBI,
          });
          task({});
          return { task: 'T1' };
        },
        receive: (piece) => {
          const answer = {
            file: '0'.repeat(26),
            ...(piece.at + Buffer.from(piece.base64, 'base64').length >= piece.sizeBytes ? { path: `/boot/${piece.name}` } : {}),
          };
          received.push(`${piece.name} ${piece.at}`);
          return answer;
        },
        dropReceived: (file) => void received.push(`drop ${file}`),
        resolvePath: (text) => hostPath(text, '/home/ada'),
        inspect(given) {
          const file = hostPath(given, '/home/ada');
          const name = file.slice(file.lastIndexOf('/') + 1);
          if (FILES[name] === undefined) throw new ContractError('path-missing', { path: file });
          const kind = kindOf(name);
          const description = {
            'other-architecture': 'A Linux kernel for x86-64',
            initrd: 'A gzipped initial file system',
            'kernel-image': 'A Linux kernel for riscv64',
          }[kind];
          const architecture = kind === 'kernel-image' ? { architecture: 'riscv64' } : {};
          return { path: file, sizeBytes: FILES[name], kind, description: `${description}, ${formatBytes(FILES[name])}`, ...architecture };
        },
        browse(given) {
          const where = given === '~' ? given : hostPath(given, '/home/ada');
          if (where === '/boot')
            return {
              folder: '/boot',
              parent: '/',
              entries: [
                { name: 'grub', directory: true, sizeBytes: 0 },
                ...Object.entries(FILES).map(([name, sizeBytes]) => ({ name, directory: false, sizeBytes })),
              ],
            };
          if (where === '~' || where === '/') return { folder: '/', entries: [{ name: 'boot', directory: true, sizeBytes: 0 }] };
          throw new ContractError('folder-missing', { path: where });
        },
      },
      networks,
      tasks: {
        list: () => [...tasks.values()],
        cancel: () => task({ state: 'cancelled', message: '', endedAt: Date.now() }),
        retry() {
          task({ retriedAs: 'T2' });
          events.tasks.changed({ ...(tasks.get('T1') as TaskStatus), id: 'T2', state: 'running', startedAt: Date.now() } as TaskStatus);
          return { task: 'T2' };
        },
        log: () => steps,
      },
    },
    (error) => console.error(error),
  );
  const shell = await openBrowserShell({
    port,
    folder,
    serve(link) {
      links.add(link);
      return serveSession(link, {
        version: '0.1.0',
        dispatch,
        broadcaster: border,
        openConsole: machines.openConsole,
        openCommand: () => Promise.reject(new Error('the fake machines run no commands')),
        openStream: () => Promise.reject(new Error('the fake machines have no network')),
        openCable: () => Promise.reject(new Error('the fake machines have no network')),
        report: console.error,
      });
    },
  });
  return {
    shell,
    events,
    machines,
    networks,
    timeline,
    /** What tasks say that they did. */
    steps,
    /** A task of any kind, as it is now. */
    task(status: TaskStatus) {
      tasks.set(status.id, status);
      events.tasks.changed(status);
    },
    /** Pieces of files that the window handed over. */
    received,
    /** Console sizes the guest was told, as `0: 80x24`. */
    sizes,
    /** How often the window asked the program to quit. */
    quits: () => quits,
    settings: () => settings,
    /** Changes them as another window does. */
    changeSettings(patch: Partial<Settings>) {
      settings = { ...settings, ...patch };
      events.application.settingsChanged(settings);
    },
    /** What the window asked the shell to notify of, and the commands that it offered to a menu. */
    notified,
    offered: () => offered,
    /** Ends the fetch. */
    fetched() {
      template = { ...template, parts: 'ready' };
      events.images.changed(template);
      task({ state: 'done', fraction: 1, message: '', endedAt: Date.now() });
    },
    failFetch: (message: string) =>
      task({ state: 'failed', message: '', fault: { code: 'text', facts: { text: message } }, endedAt: Date.now() }),
    /** Ends every connection, as a program that is killed does. */
    drop() {
      links.forEach((link) => link.close());
      links.clear();
    },
    async close() {
      machines.close();
      await shell.close();
    },
  };
}
