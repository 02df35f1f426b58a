/**
 * One writer a file. Two machines that write into the same image destroy what is in it, and one that only reads (the base
 * of an overlay) sees rubbish when another writes. So a machine claims the files of its disks while it runs: known by
 * what they are and not by name, across the machines of this process, other processes of ours, and other programs' locks.
 */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { readFile } from 'node:fs/promises';
import { lookAt, type PathFacts } from '../../emulator/host/files/look-at.ts';
import { claimFolder } from './claim-folder.ts';
import { type Claim, claimsOn, type PlacedClaim, placeClaim, removeClaim, type Use } from './claim-files.ts';
import { lockHolder } from './host-locks.ts';

/** A file that a disk uses. */
export interface UsedFile {
  readonly path: string;
  readonly use: Use;
}

interface Identified extends UsedFile {
  readonly facts: PathFacts;
}

/** Two claims that come at once may both have seen the other; the second try finds one of them gone. */
const TRIES = 4;
const TRY_AGAIN_MS = 40;

export class FileClaims {
  readonly #held = new Map<string, readonly PlacedClaim[]>();
  readonly #folder: () => string;

  /** @param folder where claims are put; found and made when the first is */
  constructor(folder: () => string = claimFolder) {
    this.#folder = folder;
  }

  /**
   * Claims files for a machine, in the place of what it had claimed before.
   * @param owner the machine's id, or anything else that is one's own
   * @param holder what others are told
   * @throws ContractError `conflict` naming the file and who has it; nothing is claimed anew then
   */
  async take(owner: string, holder: string, files: readonly UsedFile[]): Promise<void> {
    const identified = await identify(files);
    refuseTwice(identified);
    for (let tries = 1; ; tries++) {
      const former = this.#held.get(owner) ?? [];
      const placed = identified.map(({ facts: { identity }, use }) => placeClaim(this.#folder(), { identity, use, holder }));
      const conflict = this.#conflict(identified, [...former, ...placed]);
      if (!conflict) {
        former.forEach(removeClaim);
        this.#held.set(owner, placed);
        return;
      }
      placed.forEach(removeClaim);
      if (tries === TRIES) throw ContractError.of(conflict);
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS * Math.random()));
    }
  }

  /** Gives up what an owner has claimed. */
  release(owner: string): void {
    this.#held.get(owner)?.forEach(removeClaim);
    this.#held.delete(owner);
  }

  /** Gives up everything. */
  close(): void {
    for (const owner of [...this.#held.keys()]) this.release(owner);
  }

  /** Who is in the way of using the files now; `undefined`: nobody. @param owner whose own claims do not count */
  async conflict(owner: string, files: readonly UsedFile[]): Promise<Fault | undefined> {
    return this.#conflict(await identify(files), this.#held.get(owner) ?? []);
  }

  #conflict(files: readonly Identified[], own: readonly PlacedClaim[]): Fault | undefined {
    if (files.length === 0) return undefined;
    const folder = this.#folder();
    const isOwn = ({ file }: PlacedClaim) => own.some((claim) => claim.file === file);
    for (const { path, use, facts } of files) {
      const other = claimsOn(folder, facts.identity).find((claim) => !isOwn(claim) && (use === 'write' || claim.use === 'write'));
      if (other) return faultWith('file-claimed', { path, use, held: other.use, holder: nameOf(other) });
      const locked = lockHolder(path, facts, use);
      if (locked !== undefined) return faultWith('file-claimed', { path, use, held: 'write', holder: locked });
    }
    return undefined;
  }
}

/** The files by what they are; what a loop device is made of counts as used with it. */
async function identify(files: readonly UsedFile[]): Promise<readonly Identified[]> {
  const identified: Identified[] = [];
  for (const { path, use } of files) {
    const facts = await lookAt(path);
    identified.push({ path, use, facts });
    if (facts.kind !== 'block device') continue;
    const backing = await readFile(`/sys/dev/block/${facts.identity.replace('device ', '')}/loop/backing_file`, 'utf8').catch(() => '');
    const behind = backing.trim() === '' ? undefined : await lookAt(backing.trim()).catch(() => undefined);
    if (behind) identified.push({ path: backing.trim(), use, facts: behind });
  }
  return identified;
}

/** @throws ContractError when one machine would use a file twice and write into it */
function refuseTwice(files: readonly Identified[]): void {
  for (const [index, { path, use, facts }] of files.entries()) {
    const other = files.slice(0, index).find((one) => one.facts.identity === facts.identity);
    if (!other || (use === 'read' && other.use === 'read')) continue;
    throw new ContractError('file-twice', { path, other: other.path });
  }
}

const nameOf = ({ holder, pid }: Claim): string => (pid === process.pid ? holder : `${holder} (process ${pid})`);
