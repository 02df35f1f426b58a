/** What the machine's console shows at this moment, beside what its snapshots keep. */
import { onScopeDispose, ref, type Ref } from 'vue';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { screenText } from '../../console/console-screen.ts';
import { useConsoleSessions } from '../../console/console-sessions.ts';
import { useApplication } from '../../stores/application.ts';
import { t } from '../../words/words.ts';

/** A person reads no faster than this, and it costs next to nothing. */
const LOOK_MS = 500;

export function usePresentScreen(machine: () => MachineStatus): Ref<string> {
  const { settings } = useApplication();
  const sessions = useConsoleSessions();
  const { id, definition } = machine();
  const options = { fontSize: settings.consoleFontSize, scrollback: settings.scrollbackLines };
  const session = sessions.get(id, 0, options, t('console.label', { name: 'ttyS0', machine: definition.name }));
  const text = ref(screenText(session.terminal));
  const timer = setInterval(() => (text.value = screenText(session.terminal)), LOOK_MS);
  onScopeDispose(() => clearInterval(timer));
  return text;
}
