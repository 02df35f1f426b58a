/** The types that hold catalogue, translations and uses together: a missing message or a wrong placeholder does not compile. */

/** The names in braces of a message: `'name' | 'count'` of `{name} has {count} disks`. */
export type NamesIn<M extends string> = M extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

type Containing<Name extends string> = Name extends unknown ? `${string}{${Name}}${string}` : never;
type AllOf<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void ? All : never;

/** What another language may say for a message: any text with the same placeholders. */
export type TranslationOf<M extends string> = [NamesIn<M>] extends [never] ? string : AllOf<Containing<NamesIn<M>>>;

/** A topic in another language: the same keys, each with the same placeholders. */
export type Translation<Topic> = {
  readonly [Key in keyof Topic]: Topic[Key] extends string ? TranslationOf<Topic[Key]> : Translation<Topic[Key]>;
};
