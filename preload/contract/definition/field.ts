/** What the declaration says of a field of a machine's definition; everything that reads, shows or checks the field follows from it. */
import type { BoardDescription, BootKind } from '../../../emulator/index.ts';
import type { Schema } from '../schema/shapes.ts';

/** One of several values, for people. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  /** One sentence about it. */
  readonly about?: string;
}

/** How a form edits a field. `special`: an editor of its own, by its name. */
export type Editor =
  | { readonly kind: 'line'; readonly max: number; readonly mono?: true }
  | { readonly kind: 'prose'; readonly max: number }
  | {
      readonly kind: 'whole';
      readonly unit?: string;
      readonly step?: number;
      /** A slider beside the number: people expect one where all values are equally likely. */
      readonly slider?: true;
      /** Values to choose with one click, in words. */
      readonly presets?: readonly { readonly value: number; readonly label: string }[];
      readonly limits: (board: BoardDescription) => { readonly min: number; readonly max: number };
    }
  | { readonly kind: 'choice'; readonly look: 'menu' | 'radio'; readonly choices: (board: BoardDescription) => readonly Choice[] }
  | { readonly kind: 'several'; readonly choices: (board: BoardDescription) => readonly Choice[] }
  | { readonly kind: 'file' }
  /** A list, an item a line, written as the field's option is. */
  | { readonly kind: 'lines' }
  | { readonly kind: 'special'; readonly name: 'disks' | 'ports' | 'checkpoints' };

export type OptionCommand = 'create' | 'set' | 'run';

/** An option of `viv create`, `viv set` and `viv run`. */
export interface FieldOption {
  /** Without the dashes. */
  readonly name: string;
  /** What its value is called in the help: SIZE. */
  readonly value: string;
  /** Lines of help; those after the first are indented. */
  readonly help: readonly string[];
  /** Which commands have it; absent: all three. */
  readonly commands?: readonly OptionCommand[];
  /** It may be given several times. */
  readonly multiple?: true;
  /** The part of the field's value that it sets, where the value has parts; absent: the whole. */
  readonly part?: string;
  /** Its text is a file of the host: a relative name means one in the current folder. */
  readonly isFile?: true;
  /**
   * The value of what was typed. Absent: main has a reader of its own for it.
   * @param texts one, unless it may be given several times
   * @throws OptionError
   */
  readonly read?: (texts: readonly string[]) => unknown;
  /** The texts that give this value; empty where none can. */
  readonly write: (value: unknown) => readonly string[];
}

/** What an option takes instead of what was typed: follows its name, "takes a number from 1 to 8". */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** What of a definition a placeholder can depend on. */
export interface Surroundings {
  readonly template?: string;
  readonly boot: { readonly kind: BootKind };
}

export type Section = 'general' | 'system' | 'boot' | 'disks' | 'network' | 'shares' | 'ports' | 'devices';

export interface Field<S extends Schema = Schema> {
  /** The label of its form field. */
  readonly label: string;
  /** What it is called inside a sentence and in lists of facts; absent: the label with a small letter. */
  readonly fact?: string;
  readonly section: Section;
  /** Absent: it is not edited. */
  readonly editor?: Editor;
  readonly hint?: (board: BoardDescription) => string;
  /** What stands in the empty field. */
  readonly placeholder?: (board: BoardDescription, definition: Surroundings) => string;
  /** What a board takes. */
  readonly schema: (board: BoardDescription) => S;
  /** What a new machine has; absent: nothing. */
  readonly initial?: (board: BoardDescription) => unknown;
  /** What a definition without the field means. */
  readonly absent?: (board: BoardDescription) => unknown;
  readonly options?: readonly FieldOption[];
  /** It is always part of the shown command, also when it is what a new machine has. */
  readonly alwaysShown?: true;
  /** It says something about the machine and is not part of it: it holds at once, and no snapshot takes it back. */
  readonly isOwners?: true;
  /** A guest with an operating system has a change while it runs. */
  readonly holdsAtOnce?: true;
  /**
   * Its value without the parts that are its owner's, and with those of the present value: they hold at once too, and no snapshot takes
   * them back.
   */
  readonly owners?: { readonly without: (value: never) => unknown; readonly of: (value: never, present: never) => unknown };
  /** It is settled when the machine is made. */
  readonly isFixed?: true;
  /** Template files may give it. */
  readonly inTemplates?: 'always' | 'optional';
  /** It goes to the emulator as it is, under its own name. A saved machine goes on only with the same value, but for `anyTime`. */
  readonly passedOn?: true | 'anyTime';
  /** It is asked for when a machine is made from files: always, or for some kinds of boot. */
  readonly asked?: true | readonly BootKind[];
  /** Of a part of `boot`: the kinds of boot that it is for. */
  readonly boots?: readonly BootKind[];
  /** Of a part of `boot`: the kind of boot that cannot be without it. */
  readonly startsWith?: BootKind;
  /** Its value in a few words; absent: as it is. */
  readonly words?: (value: never) => string;
  /** Of a list: what an item is known by when two versions are merged. */
  readonly knownBy?: (item: never) => string;
}

/** Holds a declaration to its type and keeps what its schema admits. */
export const field = <S extends Schema>(declared: Field<S>): Field<S> => declared;
