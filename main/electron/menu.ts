/** The menus: what the system expects of a program, and no way to do what the window cannot. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Electron } from './electron.ts';

/** The menu bar; Ctrl-letter keys are left to the guest's console wherever the system allows it. */
export function menuTemplate(platform: NodeJS.Platform, developing: boolean): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
    ...(developing ? ([{ type: 'separator' }, { role: 'toggleDevTools' }] as const) : []),
  ];
  return [
    ...(mac ? ([{ role: 'appMenu' }] as const) : []),
    // A shell in a guest needs Ctrl-W and Ctrl-Q, so only macOS, where Command is not Ctrl, keeps these keys.
    ...(mac
      ? []
      : [{ label: '&File', submenu: [{ role: 'quit', accelerator: 'CmdOrCtrl+Shift+Q' }] } satisfies MenuItemConstructorOptions]),
    {
      label: '&Edit',
      submenu: [
        { role: 'copy', accelerator: mac ? 'Cmd+C' : 'Ctrl+Shift+C', registerAccelerator: mac },
        { role: 'paste', accelerator: mac ? 'Cmd+V' : 'Ctrl+Shift+V', registerAccelerator: mac },
        { role: 'selectAll', registerAccelerator: mac },
      ],
    },
    { label: '&View', submenu: view },
    ...(mac ? ([{ role: 'windowMenu' }] as const) : []),
  ];
}

export function setMenu({ Menu, app }: Pick<Electron, 'Menu' | 'app'>): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, !app.isPackaged)));
}
