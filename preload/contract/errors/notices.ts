/** What a person should know now although nobody asked: closed values as reasons are, put into words in the same catalogue. */
import { entry, type Entry, type Fact, type Fault } from '../../../emulator/error/coded-error.ts';
import { counted } from '../counts.ts';

type Named = { readonly name: string };
type Because = { readonly why: Fault };

const told = <F = Record<never, Fact>>(words: Entry<F>['words']): Entry<F> => entry<F>('told', words);

export const notices = {
  'machine-is': told<Named & Because>(({ name, why }, say) => `"${name}" is ${say(why)}`),
  'machine-resumed-with-space': told<Named>(({ name }) => `"${name}" resumed: there is enough space again`),
  'door-not-reopened': told<Named & Because>(
    ({ name, why }, say) => `a way to a console of "${name}" that was open could not be opened again: ${say(why)}`,
  ),
  'machine-not-resumed': told<Named & Because>(({ name, why }, say) => `"${name}" could not be resumed: ${say(why)}`),
  'machine-stopped-unsaved': told<Named & Because>(({ name, why }, say) => `"${name}" could not be suspended and was stopped: ${say(why)}`),
  'console-not-kept': told<Named & Because>(({ name, why }, say) => `what "${name}" prints is not being kept: ${say(why)}`),
  'output-not-kept': told<Because>(({ why }, say) => `what consoles print is not being kept for searching: ${say(why)}`),
  'checkpoint-not-taken': told<Named & Because>(({ name, why }, say) => `no automatic snapshot of "${name}": ${say(why)}`),
  'timeline-trouble': told<Named & Because>(({ name, why }, say) => `the timeline of "${name}": ${say(why)}`),
  'snapshots-unusable': told<Because>(({ why }, say) => `snapshots cannot be used: ${say(why)}`),
  'card-address-taken': told<{ network: string; machine: string; other: string; card: string }>(
    ({ network, machine, other, card }) =>
      `"${machine}" and "${other}" have the same card address (${card}) on the network "${network}": the cable of "${machine}" is pulled. Give it another address with viv set --net, or another network`,
  ),
  'recovered-store': told<{ changes: number }>(
    ({ changes }) => `removed what ${counted(changes, 'unfinished change')} had left in the store`,
  ),
  'recovered-overlays': told<{ files: number }>(({ files }) => `removed ${counted(files, 'overlay file')} that no disk uses`),
  'recovered-removed': told<Named>(({ name }) => `removed the unfinished snapshot "${name}"`),
  'recovered-finished': told<Named>(({ name }) => `finished the snapshot "${name}"`),
  'recovered-disks': told<Named>(({ name }) => `finished the disks of the snapshot "${name}"; its memory is lost`),
  'recovered-later': told<Named & Because>(({ name, why }, say) => `the snapshot "${name}" is ${say(why)}`),
} as const;
