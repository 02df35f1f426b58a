/**
 * What a shared folder's device and what is behind it ask of each other. The device knows queues and nothing of the
 * messages; what is behind it knows the messages and nothing of queues.
 */

/** What serves one shared folder. All methods are called on the machine's I/O thread and return soon. */
export interface ShareLink {
  /**
   * Serves one message of the guest's.
   * @param bytes the whole message; its bytes are the receiver's
   * @param room the longest answer that the guest has room for, in bytes
   * @returns the answer; undefined where the message has none. A promise where it takes longer than a moment
   */
  serve(bytes: Uint8Array<ArrayBuffer>, room: number): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * The device takes nothing more for now: waits for what is under way, but not for ever for a folder that does not answer.
   * @returns the session as it is then, for `restored`; undefined where the folder does not answer
   */
  settled(): Promise<Uint8Array | undefined>;
  /** The device holds a saved state: the session goes on from there. Absent: nothing is known of it. */
  restored(session: Uint8Array | undefined): void;
  /** The guest's driver, or the machine, begins anew: nothing that was opened or looked up is used any more. */
  reset(): void;
}

/** A shared folder and what the guest knows it by. */
export interface AttachedShare {
  /** What the guest mounts; at most 36 bytes of ASCII. */
  readonly tag: string;
  readonly link: ShareLink;
}
