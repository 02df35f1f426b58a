/** The keyring that comes along is the one whose origin is written beside it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readKeys } from 'openpgp';
import { expect, test } from 'vitest';

const file = new URL('../../../resources/guests/keyring/debian-archive-keyring.pgp', import.meta.url);

test("Debian's keys are unchanged, and those of the templates' release among them", async () => {
  const content = readFileSync(file);
  const readme = readFileSync(new URL('README.md', file), 'utf8');
  expect(readme).toContain(createHash('sha256').update(content).digest('hex'));
  const keys = await readKeys({ binaryKeys: content });
  const names = keys.map((key) => key.users[0]?.userID?.userID);
  expect(names).toEqual(expect.arrayContaining([expect.stringContaining('13/trixie'), expect.stringContaining('12/bookworm')]));
});
