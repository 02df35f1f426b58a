/** The preload script of every window: builds the doorway and opens it. Bundled to dist/electron/preload.cjs. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { connect, createBridge } from './bridge.ts';
import { BRIDGE_NAME } from './contract/bridge.ts';

contextBridge.exposeInMainWorld(
  BRIDGE_NAME,
  createBridge(connect(ipcRenderer), (file) => webUtils.getPathForFile(file as File)),
);
