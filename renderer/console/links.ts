/** Addresses in what a guest printed can be clicked; whoever shows the terminal is asked what to do with one. */
import { WebLinksAddon } from '@xterm/addon-web-links';
import type { Terminal } from '@xterm/xterm';

/** Only these are offered: whatever else a guest names is none of a browser's business. */
const isWeb = (address: string): boolean => URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);

/** @param follow called with an address that was clicked, of the web alone */
export function followLinks(terminal: Terminal, follow: (address: string) => void): void {
  const activate = (_event: MouseEvent, address: string) => (isWeb(address) ? follow(address) : undefined);
  terminal.loadAddon(new WebLinksAddon(activate));
  // Those that a program marks by itself (OSC 8), whose text may say something else than where they lead.
  terminal.options.linkHandler = { activate };
}
