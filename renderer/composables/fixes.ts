/** What a person can do about an error at once: from its code, in one table, to a button that leads there. */
import type { Fault } from '../../emulator/index.ts';
import type { ErrorCode } from '../../preload/contract/errors/catalogue.ts';
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { useMachines } from '../stores/machines.ts';
import { goToPage, type DialogName, type MachineTab, type WindowState, useWindowState } from './window-state.ts';
import { t } from '../words/words.ts';

/** The button of an error: what it is called, and what it does. */
export interface Fix {
  readonly label: string;
  run(): void;
}

/** What a fix works with; the machine that the error is about, where it is about one. */
interface FixContext {
  readonly state: WindowState;
  readonly machine: MachineStatus | undefined;
  readonly machines: ReturnType<typeof useMachines>;
  fail(error: unknown): void;
}
type MakeFix = (context: FixContext) => Fix | undefined;

/** A tab of the machine, and of Hardware its category; only where the machine is known. */
const toTab =
  (label: () => string, tab: MachineTab, section?: string): MakeFix =>
  ({ machine, state }) =>
    machine && {
      label: label(),
      run() {
        goToPage(state, machine.id);
        state.tabs.set(machine.id, tab);
        // What is looked at over the timeline is what failed.
        if (tab === 'timeline') [state.compared, state.browsed].forEach((over) => over.delete(machine.id));
        if (section !== undefined) state.sections.set(machine.id, section);
      },
    };
const toDialog =
  (label: () => string, dialog: DialogName): MakeFix =>
  ({ state }) => ({ label: label(), run: () => void (state.dialog.value = dialog) });
/** Something to do with the machine, where it is in a state for it. */
const toMachine =
  (label: () => string, fits: (machine: MachineStatus) => boolean, act: 'start' | 'resume' | 'shutdown'): MakeFix =>
  ({ machine, machines, fail }) =>
    machine && fits(machine) ? { label: label(), run: () => void machines[act](machine.id).catch(fail) } : undefined;

/** The ways out, by name. */
export const FIXES = {
  'choose-boot-file': toTab(() => t('fixes.chooseImage'), 'hardware', 'boot'),
  'choose-disk': toTab(() => t('fixes.chooseImage'), 'hardware', 'disks'),
  'choose-share': toTab(() => t('fixes.chooseFolder'), 'hardware', 'shares'),
  'set-memory': toTab(() => t('fixes.changeMemory'), 'hardware', 'system'),
  'set-devices': toTab(() => t('fixes.editHardware'), 'hardware', 'devices'),
  'set-network': toTab(() => t('fixes.editCards'), 'hardware', 'network'),
  'change-port': toTab(() => t('fixes.changePort'), 'network'),
  'show-hardware': toTab(() => t('fixes.showHardware'), 'hardware'),
  'show-timeline': toTab(() => t('fixes.showTimeline'), 'timeline'),
  'show-usage': ({ state }: FixContext) => ({
    label: t('fixes.showUsage'),
    run() {
      goToPage(state);
      state.usageOpen.value = true;
    },
  }),
  'check-library': toDialog(() => t('commands.check'), 'check'),
  'open-bin': toDialog(() => t('commands.bin'), 'bin'),
  'open-networks': toDialog(() => t('commands.networks'), 'networks'),
  'set-mirror': toDialog(() => t('fixes.changeMirror'), 'settings'),
  start: toMachine(
    () => t('machines.start'),
    ({ state }) => state === 'off' || state === 'failed',
    'start',
  ),
  resume: toMachine(
    () => t('machines.resume'),
    ({ state }) => state === 'paused',
    'resume',
  ),
  'shut-down': toMachine(
    () => t('machines.shutDown'),
    ({ state }) => state === 'running',
    'shutdown',
  ),
} as const satisfies Readonly<Record<string, MakeFix>>;
export type FixName = keyof typeof FIXES;

/** Which way out each code has; those that are not here have none, or the sentence is all. */
const CODES: Readonly<Record<FixName, readonly ErrorCode[]>> = {
  'choose-boot-file': [
    ...(['boot-file-unusable', 'boot-file-other', 'boot-file-not-set', 'boot-file-missing', 'machine-file-unusable'] as const),
    ...(['boot-for-other-board', 'boot-elf-other', 'boot-elf-not-a-program', 'boot-elf-damaged', 'boot-gzip-damaged'] as const),
    ...(['boot-truncated', 'boot-cut-off', 'boot-not-unpacked', 'boot-payload-damaged', 'boot-unpacks-too-large'] as const),
    ...(['boot-protocol-old', 'boot-command-line-too-long', 'boot-multiboot-flags', 'boot-overlap'] as const),
    ...(['boot-entry-outside', 'boot-linked-outside'] as const),
  ],
  'choose-disk': [
    ...(['disk-cannot-be-opened', 'disk-unusable', 'disk-file-unusable', 'file-gone', 'disk-no-file', 'disk-no-file-or-size'] as const),
    ...(['disk-no-file-set', 'disk-base-larger', 'disk-base-grown', 'disk-overlay-missing', 'base-unreadable', 'base-missing'] as const),
    ...(['base-changed', 'base-in-use', 'disk-file-twice', 'disk-file-shared', 'image-qcow2-in-place', 'image-truncated-in-use'] as const),
    ...(['disk-direct-snapshot', 'snapshot-needs-disk', 'board-too-many-disks', 'disks-too-many', 'archive-disk-in-place'] as const),
    ...(['image-unusable', 'image-unsupported', 'image-other-format', 'image-damaged', 'image-backing-unusable'] as const),
    ...(['image-backing-not-allowed', 'image-backing-is-address', 'image-backing-format', 'image-backing-unsaid'] as const),
    ...(['image-backs-itself', 'image-chain-too-long', 'disk-readonly-resize', 'disk-direct-compact', 'paused-disk-unwritable'] as const),
  ],
  'choose-share': ['share-folder-unusable', 'share-no-folder', 'share-absent', 'board-too-many-shares'],
  'set-memory': ['machine-memory-size', 'machine-core-count', 'boot-memory-too-small', 'boot-initrd-too-large', 'boot-beyond-memory'],
  'set-devices': ['board-virtio-pci-only', 'board-too-many-ports'],
  'set-network': [
    ...([
      'machine-no-card',
      'machine-no-nat',
      'network-absent',
      'network-address-wrong',
      'network-full',
      'board-too-many-networks',
    ] as const),
    ...(['guest-no-network', 'guest-network-apart', 'card-address-taken'] as const),
  ],
  'change-port': ['port-unusable', 'guest-port-closed', 'guest-port-silent'],
  'show-hardware': [
    'configuration-changed',
    'change-record-damaged',
    'change-unknown',
    'change-damaged',
    'field-invalid',
    'disk-still-empty',
    'guest-no-agent-port',
  ],
  'show-timeline': [
    ...(['snapshot-protected', 'snapshot-gone', 'snapshot-deleted', 'snapshot-content-damaged', 'snapshot-unusable'] as const),
    ...([
      'snapshot-memory-unusable',
      'snapshot-not-stored',
      'snapshot-not-stored-yet',
      'saved-part-damaged',
      'change-was-restore',
    ] as const),
    ...(['overlay-cluster-damaged', 'overlay-state-missing', 'overlay-missing', 'timeline-trouble', 'disk-of-snapshot-unusable'] as const),
  ],
  'show-usage': [
    ...(['disk-full', 'output-full', 'space-too-small', 'library-full', 'store-full', 'overlay-full', 'write-back-full'] as const),
    ...(['archive-disk-full', 'archive-files-too-large', 'cache-space-too-small', 'cache-full', 'paused-host-full'] as const),
  ],
  'check-library': [
    ...(['library-damaged', 'store-damaged', 'overlay-damaged', 'library-row-damaged', 'chunk-damaged', 'chunk-missing'] as const),
    ...(['manifest-damaged', 'manifest-missing', 'content-missing', 'memory-missing', 'memory-not-stored', 'write-back-damaged'] as const),
    ...(['memory-of-two-missing', 'memory-of-parent-missing', 'snapshot-disks-unreadable', 'snapshots-unusable'] as const),
  ],
  'open-bin': ['machine-in-bin', 'machine-keeps-protected', 'in-bin'],
  'open-networks': ['network-unknown', 'network-taken', 'networks-too-many', 'network-in-use'],
  'set-mirror': [
    ...(['apt-failed', 'apt-programs-missing', 'apt-configuration-unreadable', 'apt-no-debian-source', 'apt-source-file-useless'] as const),
    ...(['mirror-not-set', 'mirror-not-of-apt', 'mirror-unreachable', 'mirror-silent', 'mirror-redirection', 'mirror-refuses'] as const),
    ...(['mirror-cut-off', 'mirror-lacks', 'mirror-no-release', 'mirror-no-architecture', 'mirror-too-much', 'mirror-unsigned'] as const),
    ...([
      'mirror-key-unknown',
      'mirror-release-damaged',
      'mirror-release-other',
      'mirror-release-expired',
      'mirror-release-older',
    ] as const),
    ...(['mirror-release-future', 'mirror-index-damaged', 'mirror-content-differs', 'mirror-address-wrong'] as const),
  ],
  start: ['machine-off', 'machine-not-running', 'machine-ended', 'guest-off', 'suspend-not-running', 'system-not-installed'],
  resume: ['guest-paused', 'machine-not-resumed'],
  'shut-down': ['machine-must-stop', 'disk-machine-started', 'disk-needs-stopped', 'disk-direct-export', 'suspend-kept-running'],
};
const BY_CODE = new Map<string, FixName>(
  Object.entries(CODES).flatMap(([fix, codes]) => codes.map((code) => [code, fix as FixName] as const)),
);

const isFault = (fact: unknown): fact is Fault => typeof fact === 'object' && fact !== null && 'code' in fact && 'facts' in fact;

/**
 * The way out of an error: its own, or that of what caused it. The cause knows better where the error itself only says
 * what could not be done.
 */
export function fixNameOf({ code, facts }: Fault): FixName | undefined {
  for (const fact of Object.values(facts)) {
    const inner = isFault(fact) ? fixNameOf(fact) : undefined;
    // A file that is not there is chosen where it is set, which the error around it knows.
    if (inner === 'show-usage' || (inner !== undefined && !BY_CODE.has(code))) return inner;
  }
  return BY_CODE.get(code);
}
/** The name of a machine that an error tells, itself or in what caused it. */
function nameIn({ facts }: Fault): string | undefined {
  if (typeof facts['name'] === 'string') return facts['name'];
  return Object.values(facts)
    .filter(isFault)
    .map(nameIn)
    .find((name) => name !== undefined);
}

/** @returns finds the button for an error; the machine it is about is the given one, or the one that it names */
export function useFixes(fail: (error: unknown) => void): (fault: Fault | undefined, about?: MachineId) => Fix | undefined {
  const state = useWindowState();
  const machines = useMachines();
  return (fault, about) => {
    const name = fault && fixNameOf(fault);
    if (name === undefined) return undefined;
    const machine = machines.get(about) ?? machines.list.find(({ definition }) => definition.name === nameIn(fault as Fault));
    return FIXES[name]({ state, machine, machines, fail });
  };
}
