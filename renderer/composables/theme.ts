/** Keeps `data-theme` on the page at the theme a person chose, or at the system's. */
import { watchEffect } from 'vue';
import { useApplication } from '../stores/application.ts';

export function useTheme(): void {
  const application = useApplication();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const { theme } = application.settings;
    document.documentElement.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  };
  dark.addEventListener('change', apply);
  watchEffect(apply);
}
