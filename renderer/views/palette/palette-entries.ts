/** What the command palette offers, and which entries a person means by what is typed. */
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { IconName } from '../../components/icons.ts';
import { actionsFor, type Action } from '../../composables/machine-actions.ts';
import type { DialogName, MachineTab } from '../../composables/window-state.ts';

export type Intent =
  | { readonly kind: 'machine'; readonly action: Action; readonly machine: MachineStatus }
  | { readonly kind: 'show'; readonly machine: MachineStatus }
  | { readonly kind: 'tab'; readonly tab: MachineTab }
  | { readonly kind: 'find' }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'ssh' }
  | { readonly kind: 'dialog'; readonly dialog: DialogName };

export interface Entry {
  readonly label: string;
  readonly icon: IconName;
  readonly shortcut?: string;
  readonly intent: Intent;
}

const canLogIn = ({ state, definition: { networks = [] } }: MachineStatus): boolean =>
  (state === 'running' || state === 'paused') && networks.length > 0;

/** Everything that can be done now, what concerns the selected machine first. */
export function paletteEntries(machines: readonly MachineStatus[], selected: MachineStatus | undefined): readonly Entry[] {
  const own: Entry[] = selected
    ? [
        ...actionsFor(selected).map((action): Entry => ({
          label: `${action.label} “${selected.definition.name}”`,
          icon: action.icon,
          ...(action.shortcut ? { shortcut: action.shortcut } : {}),
          intent: { kind: 'machine', action, machine: selected },
        })),
        { label: 'Take a snapshot', icon: 'camera', shortcut: 'Ctrl+Shift+S', intent: { kind: 'snapshot' } },
        ...(canLogIn(selected) ? [{ label: 'Log in with SSH', icon: 'key', intent: { kind: 'ssh' } } as const] : []),
        { label: 'Console', icon: 'prompt', intent: { kind: 'tab', tab: 'console' } },
        { label: 'Timeline', icon: 'clock', intent: { kind: 'tab', tab: 'timeline' } },
        { label: 'Hardware', icon: 'chip', intent: { kind: 'tab', tab: 'hardware' } },
        { label: 'Network', icon: 'globe', intent: { kind: 'tab', tab: 'network' } },
        { label: 'Overview', icon: 'info', intent: { kind: 'tab', tab: 'overview' } },
        { label: 'Find in the console', icon: 'search', shortcut: 'Ctrl+F', intent: { kind: 'find' } },
        { label: 'Export this machine', icon: 'upload', intent: { kind: 'dialog', dialog: 'export' } },
        { label: 'Show commands', icon: 'prompt', intent: { kind: 'dialog', dialog: 'commands' } },
      ]
    : [];
  const others = machines
    .filter((machine) => machine !== selected)
    .map((machine): Entry => ({ label: `Go to “${machine.definition.name}”`, icon: 'leaf', intent: { kind: 'show', machine } }));
  return [
    ...own,
    ...others,
    { label: 'New machine', icon: 'plus', shortcut: 'Ctrl+Alt+N', intent: { kind: 'dialog', dialog: 'create' } },
    { label: 'Import a machine from a file', icon: 'download', intent: { kind: 'dialog', dialog: 'import' } },
    { label: 'Networks', icon: 'globe', intent: { kind: 'dialog', dialog: 'networks' } },
    { label: 'Deleted machines', icon: 'bin', intent: { kind: 'dialog', dialog: 'bin' } },
    { label: 'Check the library', icon: 'done', intent: { kind: 'dialog', dialog: 'check' } },
    { label: 'Settings', icon: 'settings', shortcut: 'Ctrl+,', intent: { kind: 'dialog', dialog: 'settings' } },
  ];
}

/** Entries that hold every typed word, in any order. */
export function matching(entries: readonly Entry[], typed: string): readonly Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
