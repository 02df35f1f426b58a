/** Where the project lies, seen from a source file of the build. The build runs from sources only, never bundled. */
import { fileURLToPath } from 'node:url';

/** The project's folder, without a slash at its end. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');
