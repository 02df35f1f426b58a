/** Errors about templates, packages, the initial file system and files of the host. */
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { entry } from '../../../emulator/error/coded-error.ts';

const OTHER_DISK = 'Free some space, or set VIVARIUM_HOME to a folder on another disk';

/** Why apt failed, as far as its messages say. */
export type AptCause = 'full' | 'no-release' | 'signature' | 'mismatch' | 'unreachable' | 'locked' | 'other';
const APT: Record<AptCause, (suite: string) => string> = {
  full: () => `the disk is full. ${OTHER_DISK}`,
  'no-release': (suite) => `the mirror has no Debian release "${suite}". Check the template's suite and the mirror in apt's sources`,
  signature: (suite) => `apt does not trust the signature of Debian ${suite}. Update the package debian-archive-keyring`,
  mismatch: () =>
    'the download does not match the signed index (the mirror may be updating, or a proxy alters files). Nothing was kept; try again later',
  unreachable: () =>
    "the mirror cannot be reached. Check the network and the proxy in apt's configuration, then try again; completed downloads are kept. Without a network, a template of bare programs needs nothing",
  locked: () => 'another apt is working in the same cache folder. Try again when it has finished',
  other: () => 'apt failed with these messages:',
};

export const imageErrors = {
  'template-missing': entry<{ name: string; known: readonly string[] }>(
    'missing',
    ({ name, known }) => `there is no template "${name}". There are: ${known.join(', ')}`,
  ),
  'receive-interrupted': entry<{ name: string }>(
    'conflict',
    ({ name }) => `the copy of ${name} into the library was interrupted. Drop the file again`,
  ),
  'template-name-taken': entry<{ name: string }>('conflict', ({ name }) => `there is already a template "${name}": choose another name`),
  'template-not-saved': entry<{ name: string }>(
    'invalid',
    ({ name }) => `"${name}" is not a template saved from a machine: only those can be deleted`,
  ),
  'template-no-system': entry<{ name: string; others: readonly string[] }>(
    'invalid',
    ({ name, others }) =>
      `the template ${name} has no operating system: it cannot run commands, take files or load modules. Use ${others.join(' or ')} for that`,
  ),
  'template-not-json': entry<{ file: string; detail: string }>(
    'invalid',
    ({ file, detail }) => `the template ${file} is not valid JSON: ${detail}`,
  ),
  'template-invalid': entry<{ file: string; problem: string }>(
    'invalid',
    ({ file, problem }) => `the template ${file} is not valid: ${problem}`,
  ),
  'template-role': entry<{ file: string; role: string }>(
    'invalid',
    ({ file, role }) => `the template ${file} is not valid: it must name exactly one package with the role "${role}"`,
  ),
  'program-not-assembled': entry<{ file: string; detail: string }>(
    'invalid',
    ({ file, detail }) => `${file} cannot be assembled:\n${detail}`,
  ),
  'package-role-missing': entry<{ role: string }>('internal', ({ role }) => `no package with the role ${role}`),
  'package-cache-damaged': entry<{ folder: string }>(
    'damaged',
    ({ folder }) => `the cached package in ${folder} is damaged. Delete that folder; its content is fetched again`,
  ),
  'package-content-differs': entry<{ name: string; found: string; wanted: string }>(
    'damaged',
    ({ name, found, wanted }) =>
      `${name} does not have the content that Debian's signed index promises (sha256 ${found}, not ${wanted}). It was deleted; try again, and if the problem persists, check the mirror or proxy in apt's configuration`,
  ),
  'package-no-dependency': entry<{ name: string; version: string; follow: string }>(
    'unavailable',
    ({ name, version, follow }) =>
      `${name} ${version} depends on no package like ${follow}; the template's "follow" does not fit this release`,
  ),
  'package-other-version': entry<{ name: string; wanted: string; version: string; offered: string }>(
    'unavailable',
    ({ name, wanted, version, offered }) =>
      `the template asks for ${name} with sha256 ${wanted}, but Debian now offers version ${version} with ${offered}. Update the template`,
  ),
  'package-unknown': entry<{ suite: string; name: string }>(
    'unavailable',
    ({ suite, name }) =>
      `Debian ${suite} has no package "${name}" for this architecture. The template names it; check the template's suite`,
  ),
  'package-not-left': entry<{ name: string; folder: string }>(
    'internal',
    ({ name, folder }) => `apt downloaded ${name} but left no file in ${folder}`,
  ),
  'apt-failed': entry<{ doing: string; cause: AptCause; suite: string; messages: string }>(
    'unavailable',
    ({ doing, cause, suite, messages }) => `${doing}: ${APT[cause](suite)}${messages === '' ? '' : ` (apt: ${messages})`}`,
  ),
  'apt-programs-missing': entry<{ programs: readonly string[] }>(
    'unavailable',
    ({ programs }) =>
      `${programs.join(' and ')} ${programs.length > 1 ? 'are' : 'is'} not on the PATH, though apt-get is: run "apt-get install --reinstall apt" as root, or set VIVARIUM_MIRROR to the address of a Debian mirror, or use the template hello-riscv64, which needs nothing`,
  ),
  'apt-configuration-unreadable': entry<{ detail: string }>(
    'unavailable',
    ({ detail }) => `apt's configuration cannot be read (apt-config: ${detail}). Repair apt first`,
  ),
  'apt-no-debian-source': entry(
    'unavailable',
    () =>
      "apt on this computer has no source for Debian (is this another distribution?). Put one in a file in apt's own format, for example debian.sources, and name that file in VIVARIUM_APT_SOURCES",
  ),
  'apt-source-file-useless': entry<{ file: string }>(
    'unavailable',
    ({ file }) =>
      `${file} names no Debian archive. It must be an apt source list (.list or .sources) with a Debian release and the component "main"`,
  ),
  'cache-space-too-small': entry<{ folder: string; bytes: number; freeBytes: number }>(
    'full',
    ({ folder, bytes, freeBytes }) =>
      `not enough space in ${folder}: ${formatBytes(bytes)} are needed, ${formatBytes(freeBytes)} are free. ${OTHER_DISK}`,
  ),
  'cache-full': entry<{ folder: string }>('full', ({ folder }) => `the disk is full: cannot write in ${folder}. ${OTHER_DISK}`),
  'cache-readonly': entry<{ folder: string }>(
    'readonly',
    ({ folder }) => `cannot write in ${folder}. Make the folder writable, or set VIVARIUM_HOME to a folder that is`,
  ),
  'program-gives-too-much': entry<{ program: string; most: number }>(
    'unavailable',
    ({ program, most }) => `${program} gives more than ${formatBytes(most)}, more than expected: download its input again`,
  ),
  'program-missing': entry<{ program: string }>(
    'unavailable',
    ({ program }) => `the program "${program}" is not on this computer, or not on the PATH`,
  ),

  'copy-unreadable-text': entry<{ text: string }>(
    'invalid',
    ({ text }) => `"${text}" is not a copy: write HOSTPATH or HOSTPATH:/GUESTPATH`,
  ),
  'copy-missing': entry<{ path: string }>('invalid', ({ path }) => `there is no file ${path} to copy into the guest`),
  'copy-impossible': entry<{ path: string; detail: string }>(
    'invalid',
    ({ path, detail }) => `${path} cannot be copied into the guest (${detail})`,
  ),
  'copy-file-unreadable': entry<{ path: string; detail: string }>('invalid', ({ path, detail }) => `${path} cannot be read (${detail})`),
  'copy-library-missing': entry<{ file: string; library: string; folders: readonly string[]; packageName: string }>(
    'invalid',
    ({ file, library, folders, packageName }) =>
      `${file} needs the library ${library}, which is in none of ${folders.join(', ')}. Install the guest's libraries (on Debian: ${packageName}), or link the program with -static`,
  ),
  'copy-loader-missing': entry<{ file: string; loader: string; folders: readonly string[]; packageName: string }>(
    'invalid',
    ({ file, loader, folders, packageName }) =>
      `${file} needs the dynamic loader ${loader}, which is in none of ${folders.join(', ')}. Install the guest's C library (on Debian: ${packageName}), or link the program with -static`,
  ),
  'modules-missing': entry<{ folder: string }>(
    'unavailable',
    ({ folder }) => `the kernel package in ${folder} has no modules. Delete that folder and fetch the parts again`,
  ),
  'module-other-kernel': entry<{ module: string; kernel: string; release: string }>(
    'invalid',
    ({ module, kernel, release }) =>
      `the module ${module} is built for Linux ${kernel}, but the guest's kernel is ${release}. Build it for that kernel`,
  ),
  'module-unknown': entry<{ release: string; module: string; neededBy?: string | undefined; similar: readonly string[] }>(
    'invalid',
    ({ release, module, neededBy, similar }) =>
      `Linux ${release} has no module "${module}"${neededBy === undefined ? '' : `, which ${neededBy} needs`}${similar.length > 0 ? `. Is it one of ${similar.join(', ')}?` : ''}`,
  ),
  'module-not-one': entry<{ module: string }>('invalid', ({ module }) => `${module} is not a kernel module (it has no .modinfo section)`),
  'module-unreadable': entry<{ file: string; detail: string }>(
    'invalid',
    ({ file, detail }) => `the module ${file} cannot be read (${detail})`,
  ),
  'module-not-decompressed': entry<{ file: string; detail: string }>(
    'unavailable',
    ({ file, detail }) => `the module ${file} cannot be decompressed (${detail}). Get the file again`,
  ),

  'folder-missing': entry<{ path: string }>('missing', ({ path }) => `there is no folder ${path}`),
  'folder-is-not': entry<{ path: string }>('invalid', ({ path }) => `${path} is not a folder`),
  'folder-unreadable': entry<{ path: string; detail: string }>(
    'unavailable',
    ({ path, detail }) => `the folder ${path} cannot be read (${detail})`,
  ),
  'code-cannot-be-shown': entry<{ path: string; description: string; architectures: readonly string[] }>(
    'invalid',
    ({ path, description, architectures }) =>
      `${path} is ${description}; only flat code and ELF files for ${architectures.join(' or ')} can be shown`,
  ),
  'elf-no-code': entry('invalid', () => 'the ELF file holds no code'),
  'elf-damaged': entry<{ detail: string }>('invalid', ({ detail }) => `the ELF file is cut off or damaged (${detail})`),
  'address-not-a-file': entry<{ address: string }>('invalid', ({ address }) => `${address} is not the address of a file on this computer`),
  'path-not-full': entry<{ path: string; start: string }>(
    'invalid',
    ({ path, start }) => `"${path}" is not a full path: start with ${start}, or with ~ for your home folder`,
  ),
} as const;
