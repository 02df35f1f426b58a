/** Which language the window speaks: the chosen one, else the system's; English where that is neither of ours. */
import { computed, shallowReactive } from 'vue';
import { createI18n } from 'vue-i18n';
import type { Settings } from '../../preload/contract/application.ts';
import type { ContractWords } from './contract-shape.ts';
import { english } from './en/index.ts';

export const LANGUAGES = ['en', 'de'] as const satisfies readonly Settings['language'][];
export type Language = (typeof LANGUAGES)[number];

export type LocaleMessages = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** `1 Maschine`, `2 Maschinen`: a message's forms in the order of Intl's categories for both languages, `one` and `other`. */
const formOf = (language: Language) => {
  const rules = new Intl.PluralRules(language);
  return (count: number, forms: number) => (rules.select(count) === 'one' ? 0 : forms - 1);
};

const i18n = createI18n({
  legacy: false,
  locale: 'en' as Language,
  fallbackLocale: 'en' as Language,
  messages: { en: english } as unknown as Record<Language, LocaleMessages>,
  pluralRules: { en: formOf('en'), de: formOf('de') },
  // Names and numbers are put in as they are; nothing of a message is ever read as HTML.
  warnHtmlMessage: false,
});
export const messages = i18n.global;

/** What languages that are loaded say in the place of the contracts. */
export const contracts = shallowReactive(new Map<Language, ContractWords>());
/** The words of the present language for what the contracts say; absent: the contracts' own. */
export const contractWords = (): ContractWords | undefined => contracts.get(messages.locale.value);

/** The languages of the system, the preferred first. */
const systemLanguages = (): readonly string[] => globalThis.navigator?.languages ?? [];

/** The language that a choice means here. */
export function languageOf(choice: Settings['language'], preferred = systemLanguages()): Language {
  if (choice !== 'system') return choice;
  return preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === 'de' || tag === 'en') === 'de' ? 'de' : 'en';
}

/** The language of the window now; whoever reads it follows it. */
export const language = computed(() => messages.locale.value);

/** The language with the region that the system names for it: how numbers and dates are written. */
export const locale = computed(() => localeOf(language.value));
const FALLBACK_LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', de: 'de-DE' };
export const localeOf = (spoken: Language, preferred = systemLanguages()): string =>
  preferred.find((tag) => tag.toLowerCase().startsWith(`${spoken}-`)) ?? FALLBACK_LOCALES[spoken];
