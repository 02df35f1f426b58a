/** The preload script of every window: builds the doorway and opens it. Bundled to dist/electron/preload.cjs. */
import { contextBridge, ipcRenderer } from 'electron';
import { connect, createBridge } from './bridge.ts';
import { BRIDGE_NAME } from './contract/bridge.ts';

contextBridge.exposeInMainWorld(BRIDGE_NAME, createBridge(connect(ipcRenderer)));
