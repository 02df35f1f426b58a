/** The preload of the Electron shell: a confined one can load nothing but Electron. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLED } from '../../../main/build/bundle.ts';
import { PROJECT } from '../../../main/build/project.ts';

test('the preload is one file that needs no package', async () => {
  const { outputFiles } = await build({
    ...BUNDLED,
    entryPoints: [join(PROJECT, 'preload', 'index.ts')],
    format: 'cjs',
    write: false,
    sourcemap: false,
  });
  expect(outputFiles).toHaveLength(1);
  const text = outputFiles[0]?.text ?? '';
  expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['electron']);
});
