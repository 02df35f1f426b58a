/** What is wrong with a definition, field by field, before it is started: for forms, and nothing is stored. */
import { boardOf } from '../../preload/contract/definition/boards.ts';
import { definitionProblems, factOf } from '../../preload/contract/definition/rules.ts';
import { BOOT_FILES, valueAt } from '../../preload/contract/definition/walk.ts';
import type { FileInspection } from '../../preload/contract/images.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { problemSentence, type Problem } from '../../preload/contract/schema/problems.ts';
import { writesInPlace } from '../disks/admit-disks.ts';
import { lookAtDiskFile } from '../disks/disk-file.ts';

export interface CheckParts {
  inspect(file: string): Promise<FileInspection>;
}

/** What may stand where one of these is meant; elsewhere anything that is not for another architecture. */
const FITTING: Readonly<Record<string, readonly FileInspection['kind'][]>> = {
  'boot.kernel': ['kernel-image', 'program', 'packed-kernel'],
  'boot.program': ['program', 'kernel-image', 'unrecognised'],
};

/** A form sends the whole definition; a kernel that the template gives is not a problem. */
export async function checkDefinition(definition: MachineDefinition, { inspect }: CheckParts): Promise<readonly Problem[]> {
  const problems = definitionProblems(definition).map(({ field, message }) => ({ field, message: problemSentence(message) }));
  const wrong = (field: string, message: string) => void problems.push({ field, message });
  const { architecture } = boardOf(definition.board);

  for (const field of BOOT_FILES) {
    const path = valueAt(definition, field) as string | undefined;
    if (path === undefined) continue;
    try {
      const found = await inspect(path);
      const isForeign = found.kind === 'other-architecture' || (found.architecture ?? architecture) !== architecture;
      if (isForeign || FITTING[field]?.includes(found.kind) === false)
        wrong(field, `this is not a ${factOf(field)} for ${architecture} but ${found.description}`);
    } catch (error) {
      wrong(field, (error as Error).message);
    }
  }
  for (const [index, disk] of definition.disks.entries())
    if (disk.path !== undefined)
      await lookAtDiskFile(disk.path, { format: disk.format, writes: writesInPlace(disk) }).catch((error: Error) =>
        wrong(`disks.${index}.path`, error.message),
      );
  return problems;
}
