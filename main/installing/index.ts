/** The room's public face: guests ready to boot, those with a system on a disk included. */
import type { DiskDefinition } from '../../preload/contract/machines.ts';
import type { GuestAdditions, GuestKit, PreparedGuest, Report } from '../images/index.ts';
import { hasDisk, haveSystemDisk } from './system-disk.ts';

export { hasDisk };

/** A guest with the disks that its template gives it. */
export interface InstalledGuest extends PreparedGuest {
  /** Each a base that is not written to. */
  readonly disks: readonly DiskDefinition[];
}

/**
 * Fetches, builds and installs what a template's guest needs, as far as it is not here.
 * @throws ContractError saying what to do; the signal's reason when cancelled
 */
export async function installedGuest(
  kit: GuestKit,
  name: string,
  additions: GuestAdditions,
  report: Report,
  signal: AbortSignal,
): Promise<InstalledGuest> {
  const template = kit.template(name);
  const disks = hasDisk(template) ? [await systemDisk(kit, template, report, signal)] : [];
  return { ...(await kit.prepare(name, additions, report, signal)), disks };
}

/** The disk of a template that has one, as a machine's definition names it. */
export async function systemDisk(
  kit: GuestKit,
  template: Parameters<typeof haveSystemDisk>[1],
  report: Report,
  signal: AbortSignal,
): Promise<DiskDefinition> {
  return { path: await haveSystemDisk(kit, template, report, signal), format: 'raw', readonly: false, writes: 'overlay' };
}
