/** The check of what consoles printed, and its repair. */
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkFile, repairFile } from '../../../main/printed/check-parts.ts';
import { Parts } from '../../../main/printed/parts.ts';
import { linesOf, seeded } from './printed-lines.ts';

const nameOf = () => 'box';

/** A file with some output, indexed. */
async function written(change?: (parts: Parts) => Promise<unknown>) {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-printed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'consoles.db');
  const parts = await Parts.open(file);
  const bytes = new TextEncoder().encode(linesOf(seeded().seed, 200_000));
  await parts.append({ machine: 'M1', console: 0, position: 0, bytes, marks: [[0, 1000]] });
  while ((await parts.index()) > 0);
  await change?.(parts);
  await parts.close();
  return { folder, file, bytes };
}

test('nothing is wrong with a whole file, and with none', async () => {
  const { file, folder } = await written();
  expect(await checkFile(file, nameOf)).toEqual([]);
  expect(await repairFile(file)).toEqual([]);
  expect(await checkFile(join(folder, 'none.db'), nameOf)).toEqual([]);
});

test('a part that cannot be unpacked is told with its console, and its removal leaves the rest', async () => {
  const { file, bytes } = await written((parts) => parts.database.run('UPDATE parts SET bytes = ? WHERE id = 2', new Uint8Array(9)));
  expect(await checkFile(file, nameOf)).toEqual([expect.stringMatching(/^console 0 of "box": \d+ bytes that it printed are lost$/)]);
  expect(await repairFile(file)).toEqual(['1 damaged pieces of what consoles printed were removed']);
  expect(await checkFile(file, nameOf)).toEqual([]);
  const parts = await Parts.open(file);
  onTestFinished(() => parts.close());
  const { stretches } = await parts.stretches({ machine: 'M1', console: 0 }, 0, 0);
  expect(stretches.length).toBe(2);
  expect(stretches.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(bytes.length);
});

test.each([
  ['cut short', (file: string) => truncateSync(file, 20_000)],
  ['no database', (file: string) => writeFileSync(file, 'a text that somebody put there\n'.repeat(1000))],
])('a file that is %s is told, and put aside by the repair', async (_, damage) => {
  const { file, folder } = await written();
  damage(file);
  expect(await checkFile(file, nameOf)).toEqual([expect.stringMatching(/what consoles printed/)]);
  expect(await repairFile(file)).toEqual([expect.stringContaining('the damaged file is kept as')]);
  expect(existsSync(file)).toBe(false);
  expect(readdirSync(folder).some((name) => name.startsWith('consoles.db.damaged-'))).toBe(true);
  expect(await checkFile(file, nameOf)).toEqual([]);
});
