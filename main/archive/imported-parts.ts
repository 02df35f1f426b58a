/** States of cores and devices and ends of consoles of a file, held compressed until their rows are made. */
import { LARGEST_CONSOLE, LARGEST_STATE, packPart, type PackedParts } from '../library/saved-parts.ts';
import { damaged } from './damaged-archive.ts';
import { consolesOf, type ArchivedMachine, type ArchivedSnapshot } from './archived-machine.ts';
import { decodeSubject } from './runs.ts';

export class ImportedParts {
  readonly #file: string;
  #expected: ReadonlyMap<unknown, ArchivedSnapshot> = new Map();
  readonly #parts = new Map<unknown, { state?: Uint8Array; readonly consoles: Uint8Array[] }>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Says which parts the file may have: a state for each snapshot with memory, one end for each console. */
  expect({ snapshots }: ArchivedMachine): void {
    this.#expected = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  }

  /** @throws ContractError `damaged` for a part that no snapshot calls for, comes twice, or is larger than any machine's */
  add(bytes: Uint8Array): void {
    const { subject, rest } = decodeSubject(bytes) ?? {};
    const snapshot = this.#expected.get(subject?.['snapshot']);
    if (!snapshot || !rest) throw damaged(this.#file, 'it has a saved state that belongs to no snapshot');
    const parts = this.#parts.get(snapshot.id) ?? { consoles: [] };
    this.#parts.set(snapshot.id, parts);
    if (subject?.['of'] === 'state' && snapshot.hasMemory && !parts.state && rest.length <= LARGEST_STATE) parts.state = packPart(rest);
    else if (this.#isNextConsole(subject, parts.consoles.length, snapshot) && rest.length <= LARGEST_CONSOLE)
      parts.consoles.push(packPart(rest));
    else throw damaged(this.#file, `its data of "${snapshot.name}" is not valid`);
  }

  #isNextConsole(subject: Readonly<Record<string, unknown>> | undefined, next: number, snapshot: ArchivedSnapshot): boolean {
    return subject?.['of'] === 'console' && subject['console'] === next && next < consolesOf(snapshot);
  }

  /** @throws ContractError `damaged` when its state is missing */
  of({ id, hasMemory, name }: ArchivedSnapshot): PackedParts {
    const parts = this.#parts.get(id) ?? { consoles: [] };
    if (hasMemory && !parts.state) throw damaged(this.#file, `the state of "${name}" is missing`);
    return { packed: true, ...parts };
  }
}
