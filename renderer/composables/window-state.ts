/**
 * What only this window knows: what is selected, which tab is in front, which dialog is open. Nothing here is main's
 * truth, and losing it loses no work; what a person typed is in `drafts.ts`.
 */
import { inject, ref, shallowReactive, shallowRef, type InjectionKey } from 'vue';
import type { Browsed } from './browsed.ts';
import type { MachineTab, Place } from './place.ts';
import type { TourState } from './tour-state.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';

export type { MachineTab };
export type DialogName =
  'template' | 'settings' | 'palette' | 'commands' | 'bin' | 'networks' | 'import' | 'export' | 'check' | 'keys' | 'search';

/** The newest output: a place beyond all that a console will ever have printed, which an address can still say. */
export const NEWEST_OUTPUT = 10 ** 15 - 1;

/** A place in what a console printed earlier. */
export interface ConsolePlace {
  readonly console: number;
  readonly position: number;
  /** What is looked for there. */
  readonly text?: string;
  /** The line at the position is what somebody came for. */
  readonly marked?: boolean;
}

/** Two moments of a machine that are compared, and what of them is looked at. */
export interface Compared {
  readonly from: SnapshotId;
  readonly to: SnapshotId | 'now';
  readonly part: ComparedPart;
}
export const COMPARED_PARTS = ['files', 'disks', 'memory', 'console', 'hardware'] as const;
export type ComparedPart = (typeof COMPARED_PARTS)[number];

/** A question before something that cannot be undone. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** What it is about, item by item. */
  readonly list?: readonly string[];
  /** The verb on the button that goes on. */
  readonly verb: string;
  goOn(): void;
}

/** What a command asks of a view that it puts in front. */
export type Asked =
  | { readonly of: 'timeline'; readonly machine: MachineId; readonly act: SnapshotAct }
  | { readonly of: 'disks'; readonly machine: MachineId; readonly act: DiskAct; readonly slot: number }
  | { readonly of: 'disks'; readonly machine: MachineId; readonly act: 'add-empty' | 'add-image' };
/** What is done with the selected snapshot. */
export type SnapshotAct =
  | 'restore'
  | 'branch'
  | 'fork'
  | 'files'
  | 'compare-now'
  | 'compare-parent'
  | 'pick-second'
  | 'rename'
  | 'pin'
  | 'protect'
  | 'delete'
  | 'commands';
/** What is done with a disk that is stored. */
export type DiskAct = 'grow' | 'compact' | 'export' | 'accept' | 'commands';

export function createWindowState() {
  return {
    /** Absent: the overview of all machines, or the page for a new one. */
    selected: ref<MachineId>(),
    /** The page for a new machine is in front. */
    creating: ref(false),
    /** A page that is about no machine is in front, where none is selected. */
    reading: shallowRef<Extract<Place, { page: 'help' | 'stories' }>>(),
    /** What was selected before that. */
    before: ref<MachineId>(),
    /** Machines chosen beside the selected one, for what is done with several. */
    also: shallowReactive(new Set<MachineId>()),
    tabs: shallowReactive(new Map<MachineId, MachineTab>()),
    /** The place selected on each machine's timeline; absent: Now. */
    places: shallowReactive(new Map<MachineId, SnapshotId | 'now'>()),
    /** Machines of which two moments are compared in place of the timeline. */
    compared: shallowReactive(new Map<MachineId, Compared>()),
    /** Machines whose files are looked at in place of the timeline. */
    browsed: shallowReactive(new Map<MachineId, Browsed>()),
    /** What is looked for in each timeline, while its field is open. */
    soughtInTimeline: shallowReactive(new Map<MachineId, string>()),
    /** Raised to ask that field for the focus. */
    timelineFind: ref(0),
    /** Whether each timeline is shown as a table. */
    asTable: ref(false),
    /** Machines a snapshot is being taken of, and those being put back, to which snapshot. */
    taking: shallowReactive(new Set<MachineId>()),
    restoring: shallowReactive(new Map<MachineId, SnapshotId>()),
    consoles: shallowReactive(new Map<MachineId, number>()),
    /** The category of each machine's hardware that is in front. */
    sections: shallowReactive(new Map<MachineId, string>()),
    /** Machines whose earlier output is being read in place of a console. */
    past: shallowReactive(new Map<MachineId, ConsolePlace>()),
    /** What was looked for last in all consoles. */
    lastSearch: ref(''),
    dialog: ref<DialogName>(),
    /** The file that the import dialog begins with. */
    importPath: ref(''),
    question: shallowRef<Question>(),
    /** Until the view that it is for has seen to it. */
    asked: shallowRef<Asked>(),
    /** The tour, while somebody takes it. */
    tour: shallowRef<TourState>(),
    /** Whether the overview tells who takes how much of the disk. */
    usageOpen: ref(false),
    /** The task of the last check of the library that this window began. */
    check: ref<string>(),
    /** The machine whose name is being changed, and where the field for it is. */
    renaming: shallowRef<{ readonly id: MachineId; readonly place: 'list' | 'header'; readonly refused?: string }>(),
    /** The list as a drawer, in narrow windows. */
    drawerOpen: ref(false),
    /** The console in front is asked to take the focus; it lowers this when it has. */
    consoleFocus: ref(false),
    /** Raised to ask the console in front to open its find bar. */
    consoleFind: ref(0),
  };
}
export type WindowState = ReturnType<typeof createWindowState>;

/** Puts the page for a new machine in front. */
export function goToNew(state: WindowState): void {
  if (!state.creating.value) state.before.value = state.selected.value;
  state.selected.value = undefined;
  state.creating.value = true;
  state.drawerOpen.value = false;
}

/** Puts a machine in front, or the overview, above whatever was open. */
export function goToPage(state: WindowState, machine?: MachineId): void {
  state.dialog.value = undefined;
  state.creating.value = false;
  state.reading.value = undefined;
  state.drawerOpen.value = false;
  state.selected.value = machine;
}

/** Puts a page of the help in front, or that of the kit's stories. */
export function goToRead(state: WindowState, page: NonNullable<WindowState['reading']['value']>): void {
  goToPage(state);
  state.reading.value = page;
}

export const windowStateKey: InjectionKey<WindowState> = Symbol('window state');

export function useWindowState(): WindowState {
  const state = inject(windowStateKey);
  if (!state) throw new Error('no window state was provided: the application starts in app/main.ts');
  return state;
}
