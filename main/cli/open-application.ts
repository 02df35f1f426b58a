/** Opens the program for a command, waiting for other commands that have the library for a moment. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApplication, type Application, type ApplicationOptions } from '../application.ts';
import { findHome } from '../library/home.ts';
import { findOwner } from '../library/instance-lock.ts';

/** A command in process has the library for a fraction of a second, in milliseconds. */
const PATIENCE = 5000;
const STEP = 30;

/**
 * As `createApplication`, but waits while the owner is a command that does not listen.
 * @returns `undefined` when a program that listens has the library: talk to that one
 */
export async function openApplication(options: ApplicationOptions): Promise<Application | undefined> {
  const home = options.home ?? findHome();
  const until = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await createApplication({ ...options, home });
    } catch (error) {
      if (!(error instanceof ContractError && error.kind === 'locked') || Date.now() > until) throw error;
      if (findOwner(home.lock)?.socket !== undefined) return undefined;
      await sleep(STEP);
    }
  }
}
