/** Makes the window speak a language, which is loaded when it is first spoken. */
import type { ContractWords } from './contract-shape.ts';
import { contracts, messages, type Language, type LocaleMessages } from './language.ts';

/** What a language is made of: the catalogue, and what it says in the place of the contracts. */
interface Spoken {
  readonly messages: LocaleMessages;
  readonly contract: ContractWords;
}
/** What is loaded only for who reads it. */
const LOADERS: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Spoken>>> = {
  de: async () => {
    const [{ german }, { germanContract }] = await Promise.all([import('./de/index.ts'), import('./de/contract.ts')]);
    return { messages: german, contract: germanContract };
  },
};
let wanted: Language = 'en';

/** Makes the window speak a language; resolves when it does. Of several calls the last holds. */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  if (next !== 'en' && !contracts.has(next)) {
    const spoken = await LOADERS[next]();
    messages.setLocaleMessage(next, spoken.messages);
    contracts.set(next, spoken.contract);
  }
  if (wanted !== next) return;
  messages.locale.value = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next;
}
