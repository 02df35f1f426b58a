/** The part of Electron that the shell uses, handed in by the entry point so that tests can bring their own. */
export type Electron = Pick<
  typeof import('electron'),
  'app' | 'BrowserWindow' | 'dialog' | 'ipcMain' | 'Menu' | 'Notification' | 'protocol' | 'screen' | 'session' | 'Tray'
>;
