/** The window's entry: chooses the transport, makes what views share, and mounts. */
import '../styles/fonts.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/floating.css';
import '../styles/terminal.css';
import { createPinia } from 'pinia';
import { createApp, h } from 'vue';
import TipProvider from '../components/tip-provider.vue';
import { transportKey } from '../composables/border.ts';
import { createDrafts, draftsKey } from '../composables/drafts.ts';
import { guardComposition } from '../composables/keys.ts';
import { speakAsBefore } from '../composables/spoken-language.ts';
import { createToasts, toastsKey } from '../composables/toasts.ts';
import { createWindowState, windowStateKey } from '../composables/window-state.ts';
import { consoleSessionsKey, createConsoleSessions } from '../console/console-sessions.ts';
import AppWindow from '../views/app-window.vue';
import { selectTransport } from './select-transport.ts';

guardComposition(window);
await speakAsBefore();
const transport = selectTransport();
const toasts = createToasts();
const app = createApp(() => h(TipProvider, () => h(AppWindow)));
app.config.errorHandler = (error) => {
  console.error(error);
  toasts.fail(error);
};
app
  .use(createPinia())
  .provide(transportKey, transport)
  .provide(toastsKey, toasts)
  .provide(draftsKey, createDrafts())
  .provide(windowStateKey, createWindowState())
  .provide(consoleSessionsKey, createConsoleSessions(transport))
  .mount('#window');
