/**
 * The composition root: everything a running program consists of, built here and handed to whichever shell asks.
 * Shells (Electron, browser, local socket) get an `Application` and bring only their transport.
 */
import { causeOf, faultWith } from '../preload/contract/errors/contract-error.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepCoreModules, keepThreadsReady, letThreadsGo, startMachine } from '../emulator/host/index.ts';
import type { DiskAttachment } from '../emulator/index.ts';
import type { About } from '../preload/contract/application.ts';
import type { MachineDefinition, MachineId } from '../preload/contract/machines.ts';
import type { SnapshotId } from '../preload/contract/ids.ts';
import { broadcaster, dispatcher, type Dispatch, type EventListener, type ServiceEvents } from './border/border.ts';
import type { OpenCable } from './border/session-commands.ts';
import { serveSession, type Link, type Session } from './border/session.ts';
import { FileClaims } from './claims/file-claims.ts';
import { machineDisks, OVERLAY_DISK } from './disks/machine-disks.ts';
import { hostPath } from './images/files/host-path.ts';
import {
  defaultCacheDirectory,
  GuestKit,
  imagesService,
  openEngineCache,
  ReceivedFiles,
  type Report,
  mirrorInEnvironment,
} from './images/index.ts';
import { hasDisk, installedGuest } from './installing/index.ts';
import { findHome, type Home } from './library/home.ts';
import { openLibrary, type Library } from './library/library.ts';
import { applicationService, type DesktopParts } from './services/application-service.ts';
import { SharedNetworks } from './network/shared-networks.ts';
import { networksService } from './services/networks-service.ts';
import { asPlugged } from './network/attachments.ts';
import { plugNetworks } from './supervisor/machine-networks.ts';
import { ConsoleDoors } from './doors/console-doors.ts';
import { PrintedOutput } from './printed/printed-output.ts';
import { TemporaryCards } from './supervisor/temporary-cards.ts';
import { SshConsoles } from './ssh/ssh-consoles.ts';
import { commandOpener, consoleOpener, consolesService, reopenDoors, streamOpener } from './services/consoles-service.ts';
import { disksService } from './services/disks-service.ts';
import { filesService } from './services/files-service.ts';
import { hostFigures } from './services/host-figures.ts';
import { machinesService } from './services/machines-service.ts';
import { snapshotsService } from './services/snapshots-service.ts';
import { tasksService } from './services/tasks-service.ts';
import { checkDefinition } from './supervisor/check-definition.ts';
import type { StartMachine } from './supervisor/machine-life.ts';
import { machineDeviceTree } from './supervisor/device-tree.ts';
import { needsTemplate, requireFiles, resolveConfiguration } from './supervisor/resolve-configuration.ts';
import { resuming } from './supervisor/interrupted.ts';
import { openSupervisor, type Supervisor } from './supervisor/supervisor.ts';
import { templateDefinition } from './supervisor/template-definition.ts';
import { taskList, type TaskList } from './tasks/task-list.ts';
import { storageOf } from './workers/storage.ts';
import { openHistory, type History } from './history/history.ts';
import { printError } from './output/print.ts';

export interface ApplicationOptions extends DesktopParts {
  readonly shell: About['shell'];
  /** How this process calls itself to others that find the library in use. */
  readonly program: string;
  /** Default: `$VIVARIUM_HOME` or the platform's place. */
  readonly home?: Home;
  /** Whether other processes can reach it at `home.socket`. */
  readonly listens?: boolean;
  /** Called once when a client asks the program to quit. */
  readonly quit?: () => void;
  /** A bundled program must name the folder of its templates, and its version. */
  readonly templateDirectory?: string;
  readonly version?: string;
  /** Another emulator, for tests. */
  readonly startMachine?: StartMachine;
}

export interface Application {
  readonly home: Home;
  readonly version: string;
  readonly dispatch: Dispatch;
  readonly events: ServiceEvents;
  /** Hears every event of every service, as clients do. @returns ends that */
  listen(listener: EventListener): () => void;
  readonly supervisor: Supervisor;
  readonly tasks: TaskList;
  readonly history: History;
  /** Serves one client over a transport's connection. */
  serve(link: Link): Session;
  /** Suspends or stops all machines, as each is set, and closes the library; a second call waits for the first. */
  close(): Promise<void>;
  /** Lets `close` wait for nothing that is still being saved: those machines are stopped. */
  hurry(): void;
}

/** The program's version, from package.json beside the rooms. */
export function programVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Our own faults, for whoever started the program. */
const report = (error: Error) => printError(error.stack ?? error.message);

/**
 * Opens the library and builds the program over it.
 * @throws ContractError when the library cannot be used
 */
export async function createApplication(options: ApplicationOptions): Promise<Application> {
  const home = options.home ?? findHome();
  const version = options.version ?? programVersion();
  const library = await openLibrary(home, { program: options.program, ...(options.listens ? { socket: home.socket } : {}) });
  try {
    return await compose(options, home, version, library);
  } catch (error) {
    await library.close();
    throw error;
  }
}

async function compose(options: ApplicationOptions, home: Home, version: string, library: Library): Promise<Application> {
  const border = broadcaster();
  const { events } = border;
  const kit = new GuestKit({ home: home.folder, templateDirectory: options.templateDirectory });
  kit.useMirror((await library.settings.read()).mirror);
  const tasks = taskList(events.tasks.changed);
  const storage = storageOf(home);
  const notice: Parameters<typeof openHistory>[0]['notice'] = (level, what) => events.application.notice({ level, what });
  const starting = options.startMachine ?? startMachine;
  // A program that stays is to start machines, and go back to snapshot points, without waiting for threads; first comes its window.
  if (options.listens && !options.startMachine) keepThreadsReady([OVERLAY_DISK], 1_500);
  if (!options.startMachine) keepCoreModules(openEngineCache);

  const claims = new FileClaims();
  const disks = machineDisks({
    library,
    claims,
    storage,
    inBackground: (kind, path, work) =>
      void tasks.begin(kind, { path }, (progress, signal) =>
        work((bytesDone, bytesTotal) => progress({ message: '', fraction: bytesDone / bytesTotal, bytesDone, bytesTotal }), signal),
      ),
  });

  async function configure(definition: MachineDefinition, attached: readonly DiskAttachment[], signal: AbortSignal) {
    const prepared = needsTemplate(definition) ? await prepare(definition.template as string, definition.name, signal) : undefined;
    const { networks } = definition;
    const plugged = networks ? { ...definition, networks: asPlugged(networks, await library.networks.list()) } : definition;
    const configuration = resolveConfiguration(plugged, prepared, attached);
    await requireFiles(configuration);
    return configuration;
  }

  function prepare(template: string, machine: string, signal: AbortSignal) {
    // Only fetching is worth a line in the task list: cached parts are here in a moment.
    if (kit.status(template).parts === 'ready') return kit.prepare(template, {}, undefined, signal);
    const task = tasks.begin('fetch-template', { template, name: machine }, (progress, taskSignal) =>
      // Tried again after its start was given up, it still puts the parts into the cache.
      kit.prepare(template, {}, progress, signal.aborted ? taskSignal : AbortSignal.any([taskSignal, signal])),
    );
    return task.result;
  }

  /** The disks that a template gives its machines; making them is worth a line in the task list. */
  async function install(template: string) {
    const work = (report: Report, signal: AbortSignal) => installedGuest(kit, template, {}, report, signal);
    if (kit.status(template).parts === 'ready') return (await work(() => undefined, new AbortController().signal)).disks;
    return (await tasks.begin('fetch-template', { template }, work).result).disks;
  }

  const ssh = new SshConsoles();
  const doors = new ConsoleDoors(join(home.folder, 'doors'), library.doors);
  const printed = new PrintedOutput({
    folder: home.folder,
    failed: (error) => notice('warning', faultWith('output-not-kept', { why: causeOf(error) })),
    stored: () => library.consoles.ends(),
    tail: ({ machine, console }) => library.consoles.tail(machine as MachineId, console),
  });
  const shared = new SharedNetworks(({ network, machine, other, card }) =>
    notice('warning', faultWith('card-address-taken', { network, machine, other, card })),
  );
  // The supervisor starts machines where their timelines say, and their history acts on the supervisor's machines.
  const supervisor: Supervisor = await openSupervisor({
    library,
    startMachine: starting,
    begin: (machine, signal) => history.timelines.startOf(machine.id, signal),
    changed: (machine) => {
      if (machine.life.isGone) disks.release(machine.id);
      history.machineChanged(machine);
    },
    printed: (machine, console, log, from) => printed.printed(machine, console, log, from),
    runs: (machine) => void plugNetworks(machine, library, shared, (error) => notice('warning', causeOf(error))),
    diskTrouble: (machine, slot, message) => history.diskTrouble(machine, slot, message),
    events: {
      changed: events.machines.changed,
      deleted: (id) => {
        ssh.close(id);
        void doors.closeOf(id).catch(() => undefined);
        events.machines.deleted({ id });
      },
      activity: events.machines.activity,
      notice,
    },
  });
  const temporary = new TemporaryCards({
    networks: library.networks,
    shared,
    taken: () => supervisor.list().map(({ definition }) => definition.name),
    changed: () => void networksChanged(),
  });
  const networks = networksService(library, supervisor, temporary, events.networks);
  const networksChanged = async () => {
    const listed = await Promise.resolve(networks.list()).catch(() => undefined);
    if (listed) events.networks.changed(listed);
  };
  const history = openHistory({
    library,
    storage,
    tasks,
    events: printed.noting(events.snapshots),
    disks,
    notice,
    supervisor,
    configure,
    version,
    startMachine: starting,
    printed: (nameOf) => printed.check(nameOf),
    purged: (id) => void printed.forget(id).catch(() => undefined),
  });

  const resume = resuming({
    library,
    machines: () => supervisor.machines(),
    start: (id) => supervisor.machine(id).start(),
    restore: (snapshot) => history.timelines.restore(snapshot),
    failed: (error, name) => notice('warning', name ? faultWith('machine-not-resumed', { name, why: causeOf(error) }) : causeOf(error)),
  });
  const named = mirrorInEnvironment(process.env);
  const about: About = {
    ...{ version, shell: options.shell, libraryPath: home.library, nodeVersion: process.version },
    ...(named === undefined ? {} : { mirror: named }),
  };
  const reading = {
    ...{ library, storage, tasks, supervisor },
    alone: <T>(id: MachineId, work: () => Promise<T>) => history.timelines.alone(id, work),
    stored: (id: SnapshotId) => history.timelines.stored(id),
  };
  const dispatch = dispatcher(
    {
      application: applicationService({
        about,
        settings: library.settings,
        events: events.application,
        desktop: options,
        changed(settings) {
          options.settingsChanged?.(settings);
          kit.useMirror(settings.mirror);
          for (const status of kit.templates()) events.images.changed(status);
        },
        hostFigures: hostFigures(home.folder),
        storageUse: () => history.storageUse(defaultCacheDirectory()),
        quit: () => void setImmediate(() => options.quit?.()),
      }),
      consoles: consolesService({
        supervisor,
        ssh,
        printed,
        doors,
        snapshots: async (id) => (await library.snapshots.list(id)).filter(({ deletedAt }) => deletedAt === undefined),
      }),
      disks: disksService({ ...reading, claims, events: events.disks }),
      files: filesService(reading),
      images: imagesService(
        kit,
        {
          prepare: (name, report, signal) => installedGuest(kit, name, {}, report, signal),
          fetch: (template, work) => tasks.begin('fetch-template', { template }, work).id,
          booted: () => history.booted.templates(),
          saved: { list: () => history.copying.templates(), remove: (name) => history.copying.remove(name) },
          received: new ReceivedFiles(join(home.folder, 'imported')),
        },
        events.images,
      ),
      machines: machinesService({
        supervisor,
        fromTemplate: async (name, machine, taken) => {
          const template = kit.template(name);
          const disks = hasDisk(template) ? await install(name) : [];
          return { ...templateDefinition(template, machine, taken), disks };
        },
        suspend: (id) => history.timelines.suspend(id),
        remove: (id) => history.putIntoBin(id),
        undo: (id) => history.undo(id),
        journal: (id) => library.machines.history(id),
        bin: history.machineBin,
        forgetSuspended: (id) => history.timelines.forgetSuspended(id),
        copying: history.copying,
        isBuiltIn: (name) => kit.templates().some((template) => template.name === name),
        createBooted: (definition) => history.createBooted(definition, kit.template(definition.template as string).ready),
        deviceTree: (machine) =>
          machineDeviceTree(machine, (name) => {
            const template = kit.template(name);
            return template.kind === 'linux' ? template.commandLine : undefined;
          }),
        resume,
        check: (definition) => checkDefinition(definition, { inspect: async (file) => kit.inspect(hostPath(file)) }),
      }),
      networks,
      snapshots: snapshotsService(history),
      tasks: tasksService(tasks),
    },
    report,
  );
  const openConsole = consoleOpener(supervisor, ssh);
  const openCommand = commandOpener(supervisor);
  const openStream = streamOpener(supervisor);
  if (options.listens && !options.startMachine) printed.catchUpSoon();
  if (options.listens) await reopenDoors(doors, supervisor, (what) => notice('warning', what));
  const openCable: OpenCable = (request, events) => temporary.plug(request, events);
  // Only a program that stays has a use for machines that run by themselves.
  if (options.listens) resume.opened((await library.settings.read()).interrupted, options.shell !== 'cli');
  let closing: Promise<void> | undefined;
  const inHurry = new AbortController();
  const close = async () => {
    resume.leave();
    await history.leave(inHurry.signal);
    tasks.cancelAll();
    ssh.closeAll();
    doors.closeAll();
    await supervisor.close(resume.settled());
    await printed.close();
    await history.close(inHurry.signal);
    await shared.close();
    await library.close();
    if (options.listens && !options.startMachine) await letThreadsGo();
  };
  return {
    home,
    version,
    dispatch,
    events,
    listen: border.listen,
    supervisor,
    tasks,
    history,
    serve: (link) =>
      serveSession(link, { version, dispatch, broadcaster: border, openConsole, openCommand, openStream, openCable, report }),
    close: () => (closing ??= close()),
    hurry: () => inHurry.abort(),
  };
}
