/** Answers the calls of the contract `machines` from the supervisor. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { Handlers } from '../../preload/contract/contract.ts';
import type { BinnedMachine, MachineDefinition, MachineId, machines, MachineStatus } from '../../preload/contract/machines.ts';
import { forwardStatuses } from '../supervisor/machine-forwards.ts';
import { changeLink, linkStatuses } from '../supervisor/machine-cables.ts';
import { cardActivity } from '../supervisor/machine-links.ts';
import { shareStatuses } from '../supervisor/machine-shares.ts';
import type { JournalEntry } from '../library/journal.ts';
import { definitionHistory, revertDefinition } from '../supervisor/definition-history.ts';
import type { Copying } from '../history/copying.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import { screenText } from '../supervisor/screen-text.ts';
import type { Resuming } from '../supervisor/interrupted.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { unlessChanged } from '../supervisor/unless-changed.ts';
import { withHostPaths } from '../images/files/host-path.ts';
import { admitDefinition } from '../supervisor/admit-definition.ts';

export interface MachinesParts {
  readonly supervisor: Supervisor;
  /** The definition a template gives, under a name of its own unless one is given. */
  fromTemplate(template: string, name: string | undefined, taken: readonly string[]): Promise<MachineDefinition>;
  suspend(id: MachineId): Promise<void>;
  /** Into the bin. */
  remove(id: MachineId): Promise<void>;
  /** Takes back the last change; `undefined` when that puts the machine into the bin. */
  undo(id: MachineId): Promise<MachineStatus | undefined>;
  /** Every journalled change of a machine, newest first. */
  journal(id: MachineId): Promise<readonly JournalEntry[]>;
  readonly bin: { list(): Promise<readonly BinnedMachine[]>; purge(ids: readonly MachineId[]): Promise<{ readonly task: string }> };
  /** Its next start does not go on from saved memory; that stays in the timeline. */
  forgetSuspended(id: MachineId): Promise<void>;
  readonly copying: Pick<Copying, 'duplicate' | 'save' | 'find' | 'fromTemplate'>;
  /** Whether there is a template of that name that no person saved. */
  isBuiltIn(template: string): boolean;
  /** A machine that goes on from the template's booted state, which is made first where it is missing. */
  createBooted(definition: MachineDefinition): Promise<MachineStatus>;
  deviceTree(machine: SupervisedMachine): Promise<Uint8Array>;
  readonly resume: Resuming;
  check(definition: MachineDefinition): Promise<readonly { readonly field: string; readonly message: string }[]>;
}

/** The handlers of `machines`. */
export function machinesService({
  supervisor,
  fromTemplate,
  suspend,
  remove,
  undo,
  journal,
  bin,
  forgetSuspended,
  copying,
  isBuiltIn,
  createBooted,
  deviceTree,
  resume,
  check,
}: MachinesParts): Handlers<typeof machines> {
  const draft = (template: string, name: string | undefined) =>
    fromTemplate(
      template,
      name,
      supervisor.list().map((status) => status.definition.name),
    );
  return {
    list: () => supervisor.list(),
    bin: () => bin.list(),
    purge: (ids) => bin.purge(ids),
    get: (id) => supervisor.machine(id).status(),
    draft: async ({ template, name }) => {
      const saved = await copying.find(template);
      return saved ? { ...saved.definition, name: name ?? template } : draft(template, name);
    },
    create: async ({ template, name, definition, booted = false }) => {
      if ((template === undefined) === (definition === undefined)) throw new ContractError('machine-source-unclear');
      const saved = template === undefined ? undefined : await copying.find(template);
      if (saved) return copying.fromTemplate(saved, name);
      const given = definition ? withHostPaths(definition) : await draft(template as string, name);
      const made = await supervisor.withAddresses(await admitDefinition(given));
      if (!booted) return supervisor.create(name === undefined ? made : { ...made, name });
      if (made.template === undefined) throw new ContractError('machine-booted-needs-template');
      return createBooted(made);
    },
    update: async (id, given, base) => {
      const admitted = await admitDefinition(withHostPaths(given), supervisor.machine(id).record.definition);
      const patch = await supervisor.withAddresses(admitted);
      return supervisor.update(id, base === undefined ? patch : unlessChanged(patch, base));
    },
    check,
    shares: (id) => shareStatuses(supervisor.machine(id)),
    forwards: (id) => forwardStatuses(supervisor.machine(id)),
    cardActivity: (id) => cardActivity(supervisor.machine(id)),
    links: (id) => linkStatuses(supervisor.machine(id)),
    setLink: (id, card, change) => changeLink(supervisor.machine(id), card, change, (patch) => supervisor.update(id, patch)),
    duplicate: (id, name) => copying.duplicate(id, name),
    saveTemplate: async (id, template) => {
      if (isBuiltIn(template.name)) throw new ContractError('template-name-taken', { name: template.name });
      await copying.save(id, template);
    },
    screens: (ids) => screensOf(supervisor, ids),
    devices: (id) => supervisor.machine(id).life.devices(),
    deviceTree: (id) => deviceTree(supervisor.machine(id)),
    interrupted: () => resume.list(),
    continue: (id) => resume.resume(id),
    start: (id) => supervisor.machine(id).start(),
    pause: (id) => supervisor.machine(id).life.pause(),
    resume: (id) => supervisor.machine(id).life.resume(),
    reset: (id) => supervisor.machine(id).life.reset(),
    shutdown: async (id) => ({ asked: await supervisor.machine(id).shutdown() }),
    // Of a suspended machine, the saved memory is let go: its next start is from power on.
    stop: (id) => (supervisor.machine(id).record.suspended ? forgetSuspended(id) : supervisor.machine(id).life.stop()),
    suspend,
    delete: remove,
    undelete: (id) => supervisor.undelete(id),
    history: (id) => {
      supervisor.machine(id);
      return definitionHistory({ history: journal }, id);
    },
    revert: (id, number) =>
      revertDefinition({ history: journal, update: (machine, change) => supervisor.update(machine, change) }, id, number),
    undo: async (id) => (await undo(id)) ?? null,
  };
}

/** As much of a console as a screenful may take with its escape sequences. */
const SCREEN_TAIL = 16 * 1024;
const SCREEN = { lines: 24, columns: 100 };

/** What the first console of each machine shows; machines that are gone are left out. */
async function screensOf(supervisor: Supervisor, ids: readonly MachineId[]) {
  const wanted = new Set(ids);
  const machines = supervisor.machines().filter(({ id }) => wanted.has(id));
  return Promise.all(
    machines.map(async ({ id, consoles }) => ({ id, text: screenText((await consoles.log(0)).tail(SCREEN_TAIL), SCREEN) })),
  );
}
