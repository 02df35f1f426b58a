/** Errors that belong to no one room: faults of ours, foreign errors inside others, calls and the wire. */
import { entry, type Fault } from '../../../emulator/error/coded-error.ts';

export const generalErrors = {
  /** An error of the system or of a library inside one of ours, in its own words. */
  outside: entry<{ detail: string }>('unavailable', ({ detail }) => detail),
  'internal-fault': entry<{ detail: string }>('internal', ({ detail }) => `something went wrong inside Vivarium: ${detail}`),
  /** What an older program stored or sent as text. */
  text: entry<{ text: string }>('unavailable', ({ text }) => text),
  cancelled: entry('conflict', () => 'cancelled'),
  'program-ending': entry('unavailable', () => 'the program is ending'),
  'thread-ending': entry('unavailable', () => 'the storage thread is ending'),
  'thread-ended': entry('unavailable', () => 'the storage thread ended unexpectedly: try again'),

  'call-unknown': entry<{ call: string }>('invalid', ({ call }) => `there is no call ${call}`),
  'calls-too-many': entry<{ most: number }>('conflict', ({ most }) => `more than ${most} calls at once`),
  'consoles-too-many': entry<{ most: number }>('conflict', ({ most }) => `more than ${most} consoles at once`),
  'arguments-count': entry<{ wanted: number; given: number }>(
    'invalid',
    ({ wanted, given }) => `the call must be given ${wanted} arguments, not ${given}`,
  ),
  /**
   * `where`: which argument, `field`: its part (`memoryMiB`, `disks.0.path`; empty: all of it), `message`: what it must be
   * ("must be a whole number"), or a sentence that stands by itself.
   */
  'argument-invalid': entry<{ where: string; field: string; message: string }>('invalid', ({ where, field, message }) =>
    /^[A-Z]/.test(message) ? message : `${[where, field].filter((part) => part !== '').join('.')} ${message}`,
  ),
  /** A definition's field, and what is wrong with it. */
  'field-invalid': entry<{ field: string; why: Fault }>('invalid', ({ field, why }, say) => `${field}: ${say(why)}`),

  'wire-message-too-long': entry('invalid', () => 'the message is too long'),
  'wire-frame-unexpected': entry('invalid', () => 'a client sends input and acknowledgements only'),
  'wire-frame-unknown': entry('invalid', () => 'not a frame of this program'),
  'wire-acknowledgement-wrong': entry('invalid', () => 'an acknowledgement carries four bytes'),
  'wire-message-not-json': entry('invalid', () => 'a message must be JSON of moderate size'),
  'wire-message-unknown': entry('invalid', () => 'a message must be a call, an open, a run, a control, a finish or a close'),
  'wire-lost': entry('unavailable', () => 'the connection to Vivarium was lost; reconnecting'),
  'wire-other-version': entry<{ version: string }>(
    'unavailable',
    ({ version }) => `Vivarium ${version} is already running, and this is another version; quit it first`,
  ),
  'wire-not-connected': entry('unavailable', () => 'not connected to Vivarium yet'),
  'wire-program-ended': entry('unavailable', () => 'the program that runs the machines has ended'),

  'port-unusable': entry<{ port: number; why: 'in use' | 'permission' | 'other'; detail: string; other: number }>(
    'unavailable',
    ({ port, why, detail, other }) => {
      const reasons = {
        'in use': 'is in use by another program',
        permission: 'requires special permissions',
        other: `cannot be used (${detail})`,
      };
      return `port ${port} ${reasons[why]}: choose another, for example --port ${other}, or omit --port to use a free one`;
    },
  ),
  'socket-unusable': entry<{ path: string; detail: string }>(
    'unavailable',
    ({ path, detail }) => `the socket ${path} cannot be opened: ${detail}`,
  ),
  'task-failed': entry('unavailable', () => 'the task failed'),
  'task-gone': entry('missing', () => 'this task no longer exists'),
  'task-not-retried': entry('conflict', () => 'this task cannot be tried again: begin it anew where it was begun'),
} as const;
