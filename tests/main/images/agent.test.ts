/** The guest's agent is in the repository as a program; it must be the one that its source gives. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const file = (name: string) => readFileSync(new URL(`../../../resources/guests/agent/${name}`, import.meta.url));

test.each(['agent-riscv64', 'agent-amd64'])('%s was built from the source beside it (build.sh there builds it anew)', (program) => {
  const hash = createHash('sha256');
  for (const name of ['system.h', 'messages.h', 'commands.h', 'streams.h', 'port.h', 'agent.c']) hash.update(file(name));
  expect(file(program).includes(`source ${hash.digest('hex')}`)).toBe(true);
});
