/** `npm run build`: the window and the Electron shell, from nothing. */
import { buildElectron } from './electron.ts';
import { buildWindow } from './window.ts';

await buildWindow(true);
await buildElectron(true);
console.log('Built dist/renderer and dist/electron.');
