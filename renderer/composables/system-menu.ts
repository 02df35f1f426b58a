/** The window's commands in the system's menu: told whenever they are others, and done when one is chosen there. */
import { onScopeDispose, watch } from 'vue';
import type { OfferedToMenu } from '../../preload/contract/application.ts';
import type { ShellWords } from '../../preload/contract/shell-words.ts';
import { shellWords } from '../words/contract-words.ts';
import { useApplication } from '../stores/application.ts';
import type { OfferedCommand } from './commands/command.ts';

/** How a command stands in the menu. Those for their key alone are in none. */
export const forMenu = (commands: readonly OfferedCommand[]): readonly OfferedToMenu[] =>
  commands
    .filter(({ hidden }) => !hidden)
    .map(({ id, group, label, keys: [key] }) => ({ id, group, label, ...(key === undefined ? {} : { key }) }));

/** @param commands what can be done at this moment */
export function useSystemMenu(commands: () => readonly OfferedCommand[]): void {
  const application = useApplication();
  // As text, since it is made anew with every figure of a machine and seldom says anything new.
  watch(
    () => (application.about?.shell === 'electron' ? JSON.stringify([forMenu(commands()), shellWords()]) : undefined),
    (offered) => {
      if (offered !== undefined) application.offerCommands(...(JSON.parse(offered) as [OfferedToMenu[], ShellWords])).catch(console.error);
    },
    { immediate: true },
  );
  onScopeDispose(
    application.onCommandChosen(({ id }) => {
      // A dialog is answered first.
      if (!document.querySelector('.dialog'))
        commands()
          .find((command) => command.id === id)
          ?.run();
    }),
  );
}
