/**
 * Claims as files: one a claim, in a folder that all processes of a person share. Whoever wants a file puts down its own
 * claim first and looks at the others afterwards, so of two that come at once at least one sees the other. A claim whose
 * process is gone counts no more and is removed by whoever comes across it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { birthOf, isAlive } from '../library/process-birth.ts';

export type Use = 'read' | 'write';

export interface Claim {
  /** The file, by `PathFacts.identity`. */
  readonly identity: string;
  readonly use: Use;
  /** What holds it, for a person: `"box"`, `viv run`. */
  readonly holder: string;
  readonly pid: number;
}

/** A claim that stands in a file. */
export interface PlacedClaim extends Claim {
  readonly file: string;
}

interface Written extends Claim {
  readonly birth: string;
  readonly host: string;
}

const prefixOf = (identity: string): string => createHash('sha256').update(identity).digest('hex').slice(0, 24);

/** Puts a claim of this process into the folder. @throws file errors as Node throws them */
export function placeClaim(folder: string, claim: Omit<Claim, 'pid'>): PlacedClaim {
  const file = join(folder, `${prefixOf(claim.identity)}.${randomUUID()}`);
  const { pid } = process;
  // Whole in one write: a reader that finds nothing readable yet looks again (see `claimsOn`).
  writeFileSync(file, JSON.stringify({ ...claim, pid, birth: birthOf(pid), host: hostname() } satisfies Written), {
    mode: 0o600,
    flag: 'wx',
  });
  return { ...claim, pid, file };
}

export const removeClaim = ({ file }: PlacedClaim): void => rmSync(file, { force: true });

/** The claims on a file of processes that live. @throws file errors as Node throws them */
export function claimsOn(folder: string, identity: string): readonly PlacedClaim[] {
  const prefix = `${prefixOf(identity)}.`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => {
      const file = join(folder, name);
      const written = read(file);
      // A home may be shared by hosts, whose processes cannot be asked from here.
      if (!written || written.identity !== identity || written.host !== hostname()) return [];
      if (isAlive(written)) return [{ ...written, file }];
      rmSync(file, { force: true });
      return [];
    });
}

/** A claim being written is read again; one that stays unreadable was cut off by a crash. */
function read(file: string): Written | undefined {
  for (let tries = 0; tries < 3; tries++) {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Written;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    }
  }
  return undefined;
}
