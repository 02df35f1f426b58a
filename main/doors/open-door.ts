/** A door that is open. */
export interface OpenDoor {
  /** A pseudo-terminal's or socket's path, or host and port. */
  readonly address: string;
  /** Programs there now; a pseudo-terminal does not know. */
  readers(): number | undefined;
  close(): void;
}
