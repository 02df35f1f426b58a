/** `npm start -- --guest TEMPLATE`: the window opens on a machine of that template that is already starting. */
import type { MachineStatus } from '../preload/contract/machines.ts';
import type { Application } from './application.ts';

/**
 * Starts the first machine that was made from the template, or makes one; one that runs already is left alone.
 * @throws ContractError when there is no such template or its machine cannot be started
 */
export async function startGuest({ dispatch }: Pick<Application, 'dispatch'>, template: string): Promise<MachineStatus> {
  const machines = (await dispatch('machines', 'list', [])) as readonly MachineStatus[];
  const made = machines.filter(({ definition }) => definition.template === template);
  const machine = made[0] ?? ((await dispatch('machines', 'create', [{ template }])) as MachineStatus);
  if (!made.some(({ state }) => state !== 'off' && state !== 'failed')) await dispatch('machines', 'start', [machine.id]);
  return machine;
}

/** The template named after `--guest` on a command line, or nothing. */
export function guestOf(args: readonly string[]): string | undefined {
  const at = args.indexOf('--guest');
  return at < 0 ? undefined : args[at + 1];
}
