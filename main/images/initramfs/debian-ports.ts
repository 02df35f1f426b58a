/**
 * Debian's ports that guests are made of: where their libraries lie, and which package brings them to a computer of
 * another architecture. Source: Debian's multiarch tuples and the packages of cross-toolchain-base.
 */
export interface DebianPort {
  /** The multiarch tuple: the folder of libraries in a root, and of the cross compiler's root below /usr. */
  readonly tuple: string;
  /** Further folders of a root in which its libraries can lie. */
  readonly folders: readonly string[];
  /** The package with the guest's C library. */
  readonly crossLibrary: string;
}

/** By the architecture that templates name. */
const ports: Readonly<Record<string, DebianPort>> = {
  riscv64: { tuple: 'riscv64-linux-gnu', folders: ['lib64/lp64d', 'usr/lib64/lp64d'], crossLibrary: 'libc6-riscv64-cross' },
  amd64: { tuple: 'x86_64-linux-gnu', folders: ['lib64', 'usr/lib64'], crossLibrary: 'libc6-amd64-cross' },
};

/** @throws Error for an architecture that no template has */
export function debianPort(architecture: string): DebianPort {
  const port = ports[architecture];
  if (!port) throw new Error(`Debian's port ${architecture} is not described`);
  return port;
}

/** Host folders that stand for the guest's root when its libraries are looked for. */
export const sysrootsOf = ({ tuple }: DebianPort): readonly string[] => [`/usr/${tuple}`, '/'];
/** Where libraries lie in a root. */
export const libraryFoldersOf = ({ tuple, folders }: DebianPort): readonly string[] => [
  'lib',
  'usr/lib',
  `lib/${tuple}`,
  `usr/lib/${tuple}`,
  ...folders,
];
