/** Mirrors the program itself: settings, versions, and its wish to quit. */
import type { ShellWords } from '../../preload/contract/shell-words.ts';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import {
  type About,
  type DesktopNotification,
  defaultSettings,
  type OfferedToMenu,
  type Settings,
} from '../../preload/contract/application.ts';
import { useServices } from '../composables/border.ts';

export const useApplication = defineStore('application', () => {
  const client = useServices().application;
  const settings = ref<Settings>(defaultSettings);
  const about = ref<About>();
  /** Main has said what the settings are. */
  const loaded = ref(false);
  /** Names of the running machines while a person is being asked whether to quit. */
  const quitting = ref<readonly string[]>();

  client.settingsChanged.on((changed) => (settings.value = changed));
  client.quitRequested.on(({ running }) => (quitting.value = running));

  async function load() {
    [settings.value, about.value] = await Promise.all([client.settings(), client.about()]);
    loaded.value = true;
  }
  async function change(patch: Partial<Settings>) {
    settings.value = await client.changeSettings(patch);
  }
  async function quit() {
    quitting.value = undefined;
    await client.quit();
  }
  const stay = () => (quitting.value = undefined);
  const notify = (notification: DesktopNotification) => client.notify(notification);
  const offerCommands = (commands: readonly OfferedToMenu[], words: ShellWords) => client.offerCommands(commands, words);
  const { notice, commandChosen, placeOpened } = client;
  return {
    ...{ settings, about, loaded, quitting, load, change, quit, stay, notify, offerCommands },
    ...{ onNotice: notice.on, onCommandChosen: commandChosen.on, onPlaceOpened: placeOpened.on },
  };
});
