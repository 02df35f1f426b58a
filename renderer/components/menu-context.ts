/** What a menu and its items know of each other. */
import { inject, type InjectionKey } from 'vue';

export interface MenuContext {
  /** Notes what the chosen item does. It is done when the menu has gone and the focus is back, so that what it opens gets it. */
  choose(act: () => void): void;
}
export const menuKey: InjectionKey<MenuContext> = Symbol('menu');

export function useMenu(): MenuContext {
  const menu = inject(menuKey);
  if (!menu) throw new Error('a menu item stands in no menu: put it into a popup-menu or a context-menu');
  return menu;
}

/** The menu's half: `closed` is for the moment the focus goes back. */
export function createMenuContext(): MenuContext & { closed(): void } {
  let pending: (() => void) | undefined;
  return {
    choose: (act) => (pending = act),
    closed() {
      const act = pending;
      pending = undefined;
      // After the focus, which moves in a timeout that is set when this has returned.
      if (act) setTimeout(() => setTimeout(act));
    },
  };
}
