/** `npm run build`: the window, the program and the Electron shell, from nothing. */
import { buildElectron } from './electron.ts';
import { buildProgram } from './program.ts';
import { buildWindow } from './window.ts';

await buildWindow(true);
await buildProgram(true);
await buildElectron(true);
console.log('Built dist/renderer, dist/program and dist/electron.');
