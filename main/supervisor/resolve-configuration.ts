/** From a stored definition to what the emulator starts: the template's files filled in, everything checked to exist. */
import { faultOf } from '../../emulator/error/coded-error.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { access, constants } from 'node:fs/promises';
import { lookAt } from '../../emulator/host/files/look-at.ts';
import { pathErrorOf } from '../../emulator/host/files/path-error.ts';
import type { BootSource, DiskAttachment, MachineConfiguration } from '../../emulator/index.ts';
import { ALL_FIELDS, valueAt } from '../../preload/contract/definition/walk.ts';
import type { BootDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import type { PreparedGuest } from '../images/index.ts';
import { networkAttachments } from '../network/attachments.ts';
import { changeableAttachments, SHARE_LINK, shareAttachments } from '../shares/attachments.ts';
import type { ShareSetup } from '../shares/messages.ts';
import { passedOn } from './passed-on.ts';
import { requireSharedFolder } from './require-shared-folder.ts';

const MEBIBYTE = 1024 * 1024;

/** Whether the definition leaves out a file that only its template can give. */
export function needsTemplate({ template, boot }: MachineDefinition): boolean {
  if (template === undefined) return false;
  return ALL_FIELDS.some(({ path, field }) => field.startsWith === boot.kind && valueAt({ boot }, path) === undefined);
}

/** The definition's own files win over the template's. */
function bootSource(boot: BootDefinition, prepared: BootSource | undefined): BootSource {
  const given = <T>(own: T | undefined, what: string): T => {
    if (own === undefined) throw new ContractError('boot-file-not-set', { what });
    return own;
  };
  if (boot.kind === 'bare')
    return { kind: 'bare', program: given(boot.program ?? (prepared?.kind === 'bare' ? prepared.program : undefined), 'program') };
  if (boot.kind === 'firmware') {
    const firmware = boot.firmware ?? (prepared?.kind === 'firmware' ? prepared.firmware : undefined);
    return { kind: 'firmware', firmware: given(firmware, 'firmware') };
  }
  const base = prepared?.kind === 'linux' ? prepared : undefined;
  const initrd = boot.initrd ?? base?.initrd;
  const firmware = boot.firmware ?? base?.firmware;
  return {
    kind: 'linux',
    kernel: given(boot.kernel ?? base?.kernel, 'kernel'),
    commandLine: boot.commandLine ?? base?.commandLine ?? '',
    ...(initrd === undefined ? {} : { initrd }),
    ...(firmware === undefined ? {} : { firmware }),
  };
}

/** The host files a configuration names, with what they are to a person. */
function filesOf({ boot, disks }: MachineConfiguration): readonly { what: string; path: string; write: boolean }[] {
  const files: { what: string; path: string; write: boolean }[] = [];
  const add = (what: string, path: string | undefined) => void (path !== undefined && files.push({ what, path, write: false }));
  if (boot.kind === 'bare') add('program', boot.program);
  else add('firmware', boot.firmware);
  if (boot.kind === 'linux') {
    add('kernel', boot.kernel);
    add('initrd', boot.initrd);
  }
  for (const [index, disk] of disks.entries())
    if ('path' in disk) files.push({ what: `disk ${index + 1}`, path: disk.path, write: !disk.readonly });
  return files;
}

/**
 * Refuses a configuration whose files cannot be used, with the exact path.
 * @throws ContractError `unavailable`
 */
export async function requireFiles(configuration: MachineConfiguration): Promise<void> {
  for (const { module, setup } of configuration.shares ?? []) {
    const { folder } = module === SHARE_LINK ? (setup as ShareSetup) : {};
    if (folder !== undefined) await requireSharedFolder(folder);
  }
  for (const { what, path, write } of filesOf(configuration)) {
    try {
      await lookAt(path);
      await access(path, write ? constants.R_OK | constants.W_OK : constants.R_OK);
    } catch (error) {
      const why = pathErrorOf(path, error, write);
      if (why.kind === 'missing') throw new ContractError('boot-file-missing', { what, path }, { cause: error });
      throw new ContractError('machine-file-unusable', { what, why: faultOf(why) }, { cause: error });
    }
  }
}

/** Its shared folders, where it has any; those of a machine of the library can change while it runs. */
function sharesOf(definition: MachineDefinition, isTemporary: boolean): Pick<MachineConfiguration, 'shares'> {
  const shares = isTemporary ? shareAttachments(definition) : changeableAttachments(definition);
  return shares.length === 0 ? {} : { shares };
}

/** Its cards, where it has any: what a machine had before there were networks stays what it was. */
function networksOf(definition: MachineDefinition): Pick<MachineConfiguration, 'networks'> {
  const networks = networkAttachments(definition);
  return networks.length === 0 ? {} : { networks };
}

/**
 * The configuration of a definition.
 * @param prepared the template's part, where `needsTemplate`
 * @param disks the definition's disks as the emulator attaches them
 * @param isTemporary it is nobody's but its command's, which gives it all that it has
 * @throws ContractError `unavailable` when something is not set
 */
export function resolveConfiguration(
  definition: MachineDefinition,
  prepared: PreparedGuest | undefined,
  disks: readonly DiskAttachment[],
  { isTemporary = false }: { readonly isTemporary?: boolean } = {},
): MachineConfiguration {
  const own = definition.ports.map(({ name }) => name);
  const fromTemplate = (prepared?.ports ?? []).filter((name) => !own.includes(name));
  return {
    ...passedOn(definition),
    memoryBytes: definition.memoryMiB * MEBIBYTE,
    boot: bootSource(definition.boot, prepared?.boot),
    disks,
    ...networksOf(definition),
    ...sharesOf(definition, isTemporary),
    ports: [...own, ...fromTemplate],
  };
}
