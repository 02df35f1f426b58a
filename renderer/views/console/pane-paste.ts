/** Pasting into the console in front: asked about where several lines would run, slowly where that is chosen. */
import { onBeforeUnmount, ref } from 'vue';
import type { ConsoleSession } from '../../console/console-session.ts';
import { pastedLines, pasteSlowly, wantsQuestion } from '../../console/paste.ts';

export function usePaste(session: ConsoleSession, takesKeys: () => boolean) {
  /** What waits for an answer. */
  const asked = ref<string>();
  /** What is being typed line by line. */
  const slow = ref<{ readonly done: number; readonly of: number }>();
  let stopping: AbortController | undefined;

  /** Pastes, or asks first. */
  function paste(text: string) {
    if (!takesKeys()) return;
    if (wantsQuestion(text, session.terminal)) asked.value = text;
    else session.terminal.paste(text);
  }
  /** Pastes what was asked about. */
  async function goOn(pauseMs: number) {
    const text = asked.value;
    asked.value = undefined;
    if (text === undefined || !takesKeys()) return;
    if (pauseMs === 0) return session.terminal.paste(text);
    stopping?.abort();
    const mine = (stopping = new AbortController());
    const lines = pastedLines(text);
    const told = (done: number) => {
      slow.value = { done, of: lines.length };
      if (!takesKeys()) mine.abort();
    };
    await pasteSlowly(lines, pauseMs, (line) => session.type(line), told, mine.signal);
    if (stopping === mine) slow.value = undefined;
  }
  function stop() {
    stopping?.abort();
    slow.value = undefined;
  }
  /** The browser's own paste, from its key or its menu. */
  function onPaste(event: ClipboardEvent) {
    event.preventDefault();
    event.stopPropagation();
    const text = event.clipboardData?.getData('text/plain');
    if (text) paste(text);
  }
  onBeforeUnmount(stop);
  return { asked, slow, paste, goOn, stop, onPaste };
}
