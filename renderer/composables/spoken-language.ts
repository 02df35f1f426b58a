/** Keeps the window's language at what a person chose, or at the system's; kept over a reload, so that no page begins in another. */
import { onScopeDispose, ref, watchEffect } from 'vue';
import { LANGUAGES, languageOf } from '../words/language.ts';
import { speak } from '../words/speak.ts';
import { t } from '../words/words.ts';
import { useApplication } from '../stores/application.ts';
import { useToasts } from './toasts.ts';

const KEY = 'vivarium.language';

/** Speaks what this browser's window spoke last, else the system's language; main's answer comes later. */
export async function speakAsBefore(): Promise<void> {
  const last = LANGUAGES.find((one) => one === localStorage.getItem(KEY));
  // A page without its texts is still a page, in English.
  await speak(last ?? languageOf('system')).catch((error: unknown) => console.error(error));
}

export function useSpokenLanguage(): void {
  const application = useApplication();
  const toasts = useToasts();
  /** Raised when the system's languages change. */
  const turns = ref(0);
  const turn = () => turns.value++;
  addEventListener('languagechange', turn);
  onScopeDispose(() => removeEventListener('languagechange', turn));

  watchEffect(() => {
    // Until main has said what was chosen, the language of last time holds.
    if (!application.loaded || turns.value < 0) return;
    const next = languageOf(application.settings.language);
    localStorage.setItem(KEY, next);
    speak(next).catch(() => toasts.show({ tone: 'warning', text: t('settings.languageUnavailable') }));
  });
}
