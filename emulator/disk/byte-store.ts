/**
 * Where an image's bytes are: a host file, an upload, a piece of memory. Image formats are written against these
 * interfaces only, so that this room needs neither Node nor a browser.
 */

/** Bytes that can be read at any place. Many reads may be under way at once. */
export interface ByteStore {
  /** Length in bytes; it does not change while the store is read. */
  readonly sizeBytes: number;
  /** Bytes that it takes on the host, where that is known: less than its length where it has holes. */
  readonly hostBytes?: number;
  /** Fills `into` from `offset`. Rejects when the range is not wholly inside. */
  read(offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Bytes that can be written. What was never written reads as zeroes and takes no room where the host allows it. */
export interface WritableByteStore extends ByteStore {
  /** Writes `from` at `offset`, growing the store where needed. `from` may be reused once the promise resolves. */
  write(offset: number, from: Uint8Array): Promise<void>;
  /** Cuts the store, or grows it by a hole. */
  resize(sizeBytes: number): Promise<void>;
  /** Resolves when everything written before is durable. */
  flush(): Promise<void>;
}
