/** Which way of reaching the host allows. */
import { existsSync } from 'node:fs';
import { CheckedReach } from './checked-reach.ts';
import { ProcReach } from './proc-reach.ts';
import type { Reach } from './reach.ts';

/** @param folder the shared folder's real path */
export const reachOf = (folder: string): Reach =>
  process.platform === 'linux' && existsSync('/proc/self/fd') ? new ProcReach(folder) : new CheckedReach(folder);
