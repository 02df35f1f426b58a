/** `npm run build`: the window, the program and the Electron shell, from nothing, and what of others is in them. */
import { writeBill } from './bill-of-materials.ts';
import { buildElectron } from './electron.ts';
import { buildProgram } from './program.ts';
import { buildWindow } from './window.ts';

await buildWindow(true);
await buildProgram(true);
await buildElectron(true);
writeBill();
console.log('Built dist/renderer, dist/program, dist/electron and the bill of materials.');
