/** Keeps `data-theme`, `data-contrast`, `data-motion` and `data-console` on the page at what a person chose, or at the system's. */
import { watchEffect } from 'vue';
import { useApplication } from '../stores/application.ts';

export function useTheme(): void {
  const application = useApplication();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const more = matchMedia('(prefers-contrast: more)');
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const apply = () => {
    const { theme, contrast, consoleTheme, motion } = application.settings;
    const { dataset } = document.documentElement;
    dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    dataset['console'] = consoleTheme === 'window' ? dataset['theme'] : consoleTheme;
    dataset['motion'] = motion === 'reduced' || still.matches ? 'reduced' : 'full';
    dataset['contrast'] = contrast === 'system' ? (more.matches ? 'more' : 'normal') : contrast;
  };
  for (const query of [dark, more, still]) query.addEventListener('change', apply);
  watchEffect(apply);
}
