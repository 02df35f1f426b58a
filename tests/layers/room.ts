/** A room of the house, as rules name it. */
export interface Room {
  /** A folder, or a file without its extension; `folder/*` in the lists below means the files directly in it. */
  readonly room: string;
  /** Every folder below is a room of its own (devices do not know each other); the files beside them are one more. */
  readonly each?: true;
  /** Rooms whose values may be imported. */
  readonly may: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages and Node modules; `node:` stands for all of Node. */
  readonly packages: readonly string[];
}
