/**
 * What can be done with a machine in each state, as data: the header, the menu, the palette and the keys all read
 * this one table. Actions that destroy something unsaved carry the sentence a person confirms.
 */
import type { MachineState, MachineStatus } from '../../preload/contract/machines.ts';
import type { IconName } from '../components/icons.ts';
import { t, type WordKey } from '../words/words.ts';
import { keyText } from './key-text.ts';
import { sentence } from './sentence.ts';
import { wordsOf } from '../words/contract-words.ts';

export type ActionName = 'start' | 'pause' | 'resume' | 'suspend' | 'reset' | 'shutdown' | 'stop' | 'rename' | 'delete';

export interface Action {
  readonly name: ActionName;
  readonly label: () => string;
  readonly icon: IconName;
  readonly shortcut?: () => string;
  readonly danger?: boolean;
  /** The question before it, where something is lost that cannot be brought back. */
  readonly asks?: (name: string) => string;
}

const START: Action = { name: 'start', label: () => t('machines.start'), icon: 'play', shortcut: () => keyText('Enter') };
/** A start that goes on from saved memory. */
const GO_ON: Action = { ...START, label: () => t('machines.resume') };
const PAUSE: Action = { name: 'pause', label: () => t('machines.pause'), icon: 'pause' };
const RESUME: Action = { name: 'resume', label: () => t('machines.resume'), icon: 'play', shortcut: () => keyText('Enter') };
const SUSPEND: Action = { name: 'suspend', label: () => t('machines.suspend'), icon: 'moon' };
const RENAME: Action = { name: 'rename', label: () => t('everyday.rename'), icon: 'pencil', shortcut: () => keyText('F2') };
const RESET: Action = {
  name: 'reset',
  label: () => t('machines.reset'),
  icon: 'reset',
  asks: (name) => t('machines.resetTitle', { name }),
};
/** It asks the guest, so nothing is lost. */
const SHUT_DOWN: Action = { name: 'shutdown', label: () => t('machines.shutDown'), icon: 'power' };
const STOP: Action = {
  name: 'stop',
  label: () => t('machines.stop'),
  icon: 'stop',
  danger: true,
  asks: (name) => t('machines.stopTitle', { name }),
};
const DELETE: Action = { name: 'delete', label: () => t('everyday.delete'), icon: 'bin', shortcut: () => keyText('Delete'), danger: true };

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

const STATE_WORDS = {
  off: 'machines.stateOff',
  starting: 'machines.stateStarting',
  running: 'machines.stateRunning',
  paused: 'machines.statePaused',
  stopping: 'machines.stateStopping',
  failed: 'machines.stateFailed',
} as const satisfies Readonly<Record<MachineState, WordKey>>;
/** Off with its memory kept is a state of its own to a person. */
export const isSuspended = ({ state, suspended }: Life): boolean => state === 'off' && suspended;

/** Why the state is what it is, as a sentence's beginning; nothing where that only repeats the state's word. */
export function saidReason(machine: Life & Pick<MachineStatus, 'reason'>): string {
  const words = wordsOf(machine.reason);
  return words.toLowerCase() === stateWord(machine).toLowerCase() ? '' : sentence(words);
}

/** The state as one word for people. */
export const stateWord = (life: Life): string => t(isSuspended(life) ? 'machines.stateSuspended' : STATE_WORDS[life.state]);
