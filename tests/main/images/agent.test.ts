/** The guest's agent is in the repository as a program; it must be the one that its source gives. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const file = (name: string) => readFileSync(new URL(`../../../resources/guests/agent/${name}`, import.meta.url));

test('agent-riscv64 was built from the source beside it (resources/guests/agent/build.sh builds it anew)', () => {
  const hash = createHash('sha256');
  for (const name of ['system.h', 'messages.h', 'commands.h', 'streams.h', 'port.h', 'agent.c']) hash.update(file(name));
  expect(file('agent-riscv64').includes(`source ${hash.digest('hex')}`)).toBe(true);
});
