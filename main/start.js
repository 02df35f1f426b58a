/** `npm start`: has Node keep what it compiles of start.ts and of all behind it, a good part of each start, and goes on there. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./start.ts');
