/** One version of one package, as a signed index describes it. */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly installedBytes: number;
  readonly sha256: string;
  readonly depends: string;
}

/** With what only our own client asks for. */
export interface IndexedPackage extends PackageRecord {
  readonly preDepends: string;
  readonly provides: string;
  readonly priority: string;
  readonly isEssential: boolean;
  readonly architecture: string;
  /** Below the mirror's address; without "..". */
  readonly fileName: string;
}
