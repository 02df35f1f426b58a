/**
 * What can be done with a machine in each state, as data: the header, the menu, the palette and the keys all read
 * this one table. Actions that destroy something unsaved carry the sentence a person confirms.
 */
import { wordsOf } from '../../preload/contract/errors/catalogue.ts';
import type { MachineState, MachineStatus } from '../../preload/contract/machines.ts';
import type { IconName } from '../components/icons.ts';
import { sentence } from './sentence.ts';

export type ActionName = 'start' | 'pause' | 'resume' | 'suspend' | 'reset' | 'shutdown' | 'stop' | 'rename' | 'delete';

export interface Action {
  readonly name: ActionName;
  readonly label: string;
  readonly icon: IconName;
  readonly shortcut?: string;
  readonly danger?: boolean;
  /** What is lost, where it cannot be brought back; `{name}` stands for the machine's name. */
  readonly loses?: string;
}

const START: Action = { name: 'start', label: 'Start', icon: 'play', shortcut: 'Enter' };
/** A start that goes on from saved memory. */
const GO_ON: Action = { ...START, label: 'Resume' };
const PAUSE: Action = { name: 'pause', label: 'Pause', icon: 'pause' };
const RESUME: Action = { name: 'resume', label: 'Resume', icon: 'play', shortcut: 'Enter' };
const SUSPEND: Action = { name: 'suspend', label: 'Suspend', icon: 'moon' };
const RENAME: Action = { name: 'rename', label: 'Rename', icon: 'pencil', shortcut: 'F2' };
const UNSAVED = 'Anything “{name}” has not written to disk is lost.';
const RESET: Action = { name: 'reset', label: 'Reset', icon: 'reset', loses: UNSAVED };
/** It asks the guest, so nothing is lost. */
const SHUT_DOWN: Action = { name: 'shutdown', label: 'Shut down', icon: 'power' };
const STOP: Action = { name: 'stop', label: 'Stop', icon: 'stop', danger: true, loses: UNSAVED };
const DELETE: Action = { name: 'delete', label: 'Delete', icon: 'bin', shortcut: 'Del', danger: true };

const TABLE: Readonly<Record<MachineState, readonly Action[]>> = {
  off: [START, RENAME, DELETE],
  failed: [START, RENAME, DELETE],
  starting: [STOP, RENAME],
  running: [PAUSE, SUSPEND, SHUT_DOWN, RESET, STOP, RENAME],
  paused: [RESUME, SUSPEND, RESET, STOP, RENAME],
  stopping: [RENAME],
};

/** What of a machine decides which actions there are. */
export type Life = Pick<MachineStatus, 'state' | 'suspended'>;

/** Everything that can be done now, in menu order. */
export const actionsFor = ({ state, suspended }: Life): readonly Action[] =>
  suspended ? TABLE[state].map((action) => (action === START ? GO_ON : action)) : TABLE[state];

/** The one action with its own fixed place: Start, then Pause, then Resume. None while starting or stopping. */
export const primaryAction = (life: Life): Action | undefined =>
  actionsFor(life).find(({ name }) => name === 'start' || name === 'pause' || name === 'resume');

/** Whether a machine has a run that can be typed at. */
export const isLive = (state: MachineState): boolean => state === 'running' || state === 'paused' || state === 'starting';
/** Whether somebody would take what is typed now; while a machine is paused it would run later, unseen. */
export const takesInput = (state: MachineState): boolean => state === 'running' || state === 'starting';

const STATE_WORDS: Readonly<Record<MachineState, string>> = {
  off: 'Off',
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  stopping: 'Stopping',
  failed: 'Failed',
};
/** Off with its memory kept is a state of its own to a person. */
export const isSuspended = ({ state, suspended }: Life): boolean => state === 'off' && suspended;

/** Why the state is what it is, as a sentence's beginning; nothing where that only repeats the state's word. */
export function saidReason(machine: Life & Pick<MachineStatus, 'reason'>): string {
  const words = wordsOf(machine.reason);
  return words.toLowerCase() === stateWord(machine).toLowerCase() ? '' : sentence(words);
}

/** The state as one word for people. */
export const stateWord = (life: Life): string => (isSuspended(life) ? 'Suspended' : STATE_WORDS[life.state]);
