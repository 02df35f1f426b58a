/**
 * The order of test files: rooms that answer in milliseconds first, real kernels and the browser last, so that a
 * mistake is seen within seconds.
 */
import { relative, sep } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders of `tests/` whose files start machines, browsers or other programs, cheapest first. */
const EXPENSIVE = ['electron', 'main', 'conformance', 'differential', 'host', 'machine', 'cli', 'app', 'boot'];

/** 0 for a plain unit test, higher for a folder that costs more. `file` is relative to the project. */
export function cost(file: string): number {
  const folders = file.split(/[/\\]/).slice(1, -1);
  return Math.max(0, ...folders.map((folder) => EXPENSIVE.indexOf(folder) + 1));
}

export class CheapestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const root = this.ctx.config.root + sep;
    const key = (file: TestSpecification) => relative(root, file.moduleId);
    return Promise.resolve([...files].sort((a, b) => cost(key(a)) - cost(key(b)) || key(a).localeCompare(key(b))));
  }
}
