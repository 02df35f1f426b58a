/** `npm ci` and `npm install` end with this. */
import { buildNativeModules } from './native-modules.ts';
import { buildProgram } from './program.ts';

try {
  buildNativeModules();
  await buildProgram();
} catch (error) {
  console.error(`${(error as Error).message}\nBuilding native modules requires python3, make and a C++ compiler (g++ or clang++).`);
  process.exitCode = 1;
}
