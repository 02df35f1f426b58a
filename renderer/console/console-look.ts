/** How every terminal of the window looks: face, size and colours. */
import type { ITerminalOptions } from '@xterm/xterm';
import type { Settings } from '../../preload/contract/application.ts';
import { facesNow } from './console-face.ts';
import { consoleTheme } from './console-theme.ts';

export const consoleLook = ({ consoleFontSize }: Pick<Settings, 'consoleFontSize'>): ITerminalOptions => ({
  fontFamily: facesNow(),
  fontSize: consoleFontSize,
  theme: consoleTheme(),
});
