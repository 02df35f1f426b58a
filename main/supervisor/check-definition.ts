/** What is wrong with a definition, field by field, before it is started: for forms, and nothing is stored. */
import type { FileInspection } from '../../preload/contract/images.ts';
import type { DiskDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import { writesInPlace } from '../disks/admit-disks.ts';
import { lookAtDiskFile } from '../disks/disk-file.ts';

export interface DefinitionProblem {
  /** Path of the field: `name`, `boot.kernel`, `disks.0.path`. */
  readonly field: string;
  readonly message: string;
}

export interface CheckParts {
  inspect(file: string): Promise<FileInspection>;
}

type Kind = FileInspection['kind'];
const KERNELS: readonly Kind[] = ['riscv64-image', 'riscv64-elf', 'gzip-image'];
const PROGRAMS: readonly Kind[] = ['riscv64-elf', 'riscv64-image', 'unrecognised'];

/** A form sends the whole definition; a kernel that the template gives is not a problem. */
export async function checkDefinition(definition: MachineDefinition, { inspect }: CheckParts): Promise<readonly DefinitionProblem[]> {
  const { name, boot, disks, ports, template } = definition;
  const problems: DefinitionProblem[] = [];
  const wrong = (field: string, message: string) => void problems.push({ field, message });
  const file = async (field: string, path: string | undefined, what: string, kinds?: readonly Kind[]) => {
    if (path === undefined) return;
    try {
      const found = await inspect(path);
      if (found.kind === 'other-architecture' || (kinds && !kinds.includes(found.kind)))
        wrong(field, `this is not a ${what} for riscv64 but ${found.description}`);
    } catch (error) {
      wrong(field, (error as Error).message);
    }
  };

  if (name.trim() === '') wrong('name', 'give the machine a name');
  if (template === undefined) {
    if (boot.kind === 'linux' && boot.kernel === undefined) wrong('boot.kernel', 'choose a kernel file');
    if (boot.kind === 'bare' && boot.program === undefined) wrong('boot.program', 'choose a program file');
    if (boot.kind === 'firmware' && boot.firmware === undefined) wrong('boot.firmware', 'choose a firmware file');
  }
  await file('boot.kernel', boot.kernel, 'kernel', KERNELS);
  await file('boot.program', boot.program, 'program', PROGRAMS);
  await file('boot.firmware', boot.firmware, 'firmware');
  await file('boot.initrd', boot.initrd, 'initial file system');
  for (const [index, disk] of disks.entries()) {
    if (disk.path !== undefined)
      await lookAtDiskFile(disk.path, { format: disk.format, writes: writesInPlace(disk) }).catch((error: Error) =>
        wrong(`disks.${index}.path`, error.message),
      );
    const complaint = diskComplaint(disk);
    if (complaint) wrong(`disks.${index}.${complaint[0]}`, complaint[1]);
  }
  for (const [index, port] of ports.entries())
    if (ports.findIndex((other) => other.name === port.name) < index)
      wrong(`ports.${index}.name`, `there are two ports called "${port.name}"`);
  return problems;
}

/** A disk's size is counted in sectors of so many bytes (virtio 1.2, 5.2.4). */
const SECTOR_BYTES = 512;

/** What is wrong with a disk by itself: the field and why. */
function diskComplaint({
  path,
  format,
  readonly,
  writes = 'direct',
  sizeBytes,
}: DiskDefinition): [keyof DiskDefinition, string] | undefined {
  if (path === undefined && writes === 'direct') return ['path', 'choose a file, or keep writes in an overlay of an empty disk'];
  if (format === 'qcow2' && writes === 'direct' && !readonly)
    return ['writes', 'a qcow2 image is never written: keep writes in an overlay, discard them on shutdown, or attach it read-only'];
  if (sizeBytes !== undefined && (sizeBytes === 0 || sizeBytes % SECTOR_BYTES !== 0))
    return ['sizeBytes', `a disk's size must be a multiple of ${SECTOR_BYTES} bytes`];
  return undefined;
}
