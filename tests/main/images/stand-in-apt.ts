/**
 * A folder of programs that stand in for apt on the PATH, so that its failures can be provoked. `STAND_IN_MODE` says what goes wrong. Every call is written to the folder's `calls` file.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { debOf, filesOf } from '../mirror/package-writer.ts';
import { sha256 } from '../mirror/stand-in-mirror.ts';
import { kernelModule } from './elf-writer.ts';

export interface StandIn {
  /** Holds everything; give `cache` to the guest kit. */
  readonly folder: string;
  readonly cache: string;
  /** The lines of calls so far: program and arguments. */
  calls(): string[];
  /** Sets what goes wrong next: '' for nothing. */
  mode(name: '' | 'offline' | 'no-suite' | 'cut-off' | 'wrong-content' | 'disk-full' | 'unsigned' | 'moved-index'): void;
  /** Takes a program away. */
  without(...programs: string[]): void;
}

const release = '9.9.9-test';
const sources = 'Types: deb\nURIs: http://mirror.invalid/debian\nSuites: bookworm\nComponents: main\n';

/** Its modules, each with what it needs. */
const MODULES: readonly (readonly [name: string, needs?: string])[] = [
  ['virtio_mmio'],
  ['virtio_pci'],
  ['virtio_net', 'net_failover'],
  ['net_failover'],
  ['virtio_blk'],
  ['ext4'],
  ['virtio-rng'],
  ['9pnet_virtio'],
  ['9p', '9pnet_virtio'],
];

/** The packages that debian-riscv64 wants, by name, each with its files. */
export const templateParts = (): Record<string, Record<string, string | Uint8Array>> => ({
  [`linux-image-${release}-riscv64`]: {
    [`boot/vmlinux-${release}`]: 'kernel',
    [`usr/lib/modules/${release}/modules.builtin`]: 'kernel/drivers/virtio/virtio.ko\n',
    ...Object.fromEntries(
      MODULES.map(([name, needs]) => [
        `usr/lib/modules/${release}/kernel/${name}.ko`,
        kernelModule({ vermagic: `${release} SMP`, depends: needs ?? '' }),
      ]),
    ),
  },
  'busybox-static': { 'usr/bin/busybox': 'text\0[\0[[\0ash\0busybox\0sh\0\0more' },
});

export function standInApt(): StandIn {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-apt-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  mkdirSync(join(folder, 'etc/sources.list.d'), { recursive: true });
  writeFileSync(join(folder, 'etc/sources.list.d/debian.sources'), sources);
  const packages = Object.entries(templateParts()).map(([name, files]) => makePackage(folder, name, files));
  const records = [...packages, { name: 'linux-image-riscv64', size: 1, sha256: '0'.repeat(64) }].map(
    ({ name, size, sha256 }) =>
      `Package: ${name}\nVersion: 1\nInstalled-Size: 1\nSize: ${size}\nSHA256: ${sha256}\n${name === 'linux-image-riscv64' ? `Depends: linux-image-${release}-riscv64 (= 1)\n` : ''}`,
  );
  records.forEach((record) => writeFileSync(join(folder, `record-${/^Package: (.*)$/m.exec(record)![1]}`), record));
  const scripts: Record<string, string> = {
    'apt-config': `echo 'Dir "/";'; echo 'Dir::Etc "${folder}/etc";'; echo 'Acquire::http::Proxy "http://proxy.invalid:3128";'; echo 'APT::Update::Post-Invoke:: "rm -rf /somewhere";'`,
    'apt-cache': `[ "$MODE" = no-package ] && exit 100; eval last=\\$$#; cat "$HERE/record-$last"`,
    'apt-get': `
eval last=\\$$#
case "$MODE" in
  offline) echo "E: Failed to fetch x  Could not connect to proxy.invalid:3128 (127.0.0.1). - connect (111: Connection refused)" >&2; exit 100 ;;
  no-suite) echo "E: The repository 'x trixie Release' does not have a Release file." >&2; exit 100 ;;
  unsigned) echo "W: GPG error: x trixie InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 1" >&2; exit 100 ;;
  disk-full) echo "E: Write error - write (28: No space left on device)" >&2; exit 100 ;;
esac
case "$last" in
  update)
    # As apt does: a list lies in partial while it comes, and is moved when it is whole.
    if [ "$MODE" = moved-index ]; then
      lists=\${APT_CONFIG%/apt.conf}/state/lists
      head -c 1000000 /dev/zero > "$lists/partial/Packages"; sleep 0.6
      mv "$lists/partial/Packages" "$lists/Packages"; sleep 0.6
    fi
    exit 0 ;;
  *=*)
    name=\${last%%=*}; file="\${name}_1.deb"; here=0
    [ -e "$file" ] && here=$(wc -c < "$file")
    echo "resumed-at $here" >> "$HERE/calls"
    if [ "$MODE" = cut-off ]; then head -c 100 "$HERE/$name.deb" > "$file"; echo "E: Failed to fetch x  Connection failed" >&2; exit 100; fi
    tail -c +$((here + 1)) "$HERE/$name.deb" >> "$file"
    [ "$MODE" = wrong-content ] && echo garbage >> "$file"
    exit 0 ;;
esac`,
  };
  for (const [name, body] of Object.entries(scripts)) {
    const file = join(bin, name);
    writeFileSync(file, `#!/bin/sh\nHERE='${folder}'\nMODE=$(cat "$HERE/mode" 2>/dev/null)\necho "${name} $*" >> "$HERE/calls"\n${body}\n`);
    chmodSync(file, 0o755);
  }
  return {
    folder,
    cache: join(folder, 'cache'),
    calls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n'),
    mode: (name) => writeFileSync(join(folder, 'mode'), name),
    without: (...programs) => programs.forEach((name) => chmodSync(join(bin, name), 0o644)),
  };
}

/** The PATH under which only the stand-in's programs and the plain tools they use are found. */
export function pathOf(standIn: StandIn): string {
  const tools = join(standIn.folder, 'tools');
  mkdirSync(tools, { recursive: true });
  for (const name of ['sh', 'cat', 'echo', 'head', 'tail', 'wc', 'rm', 'mv', 'sleep']) {
    const found = execFileSync('/bin/sh', ['-c', `command -v ${name} || true`], { encoding: 'utf8' }).trim();
    if (found.startsWith('/')) execFileSync('ln', ['-sf', found, join(tools, name)]);
  }
  return [join(standIn.folder, 'bin'), tools].join(delimiter);
}

function makePackage(
  folder: string,
  name: string,
  files: Record<string, string | Uint8Array>,
): { name: string; size: number; sha256: string } {
  const content = debOf(filesOf(files));
  writeFileSync(join(folder, `${name}.deb`), content);
  return { name, size: content.length, sha256: sha256(content) };
}
