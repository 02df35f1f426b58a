/** `viv run` fetches its guest from the mirror that the library's settings name. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guestBox } from './guest-box.ts';

const LIMIT = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'vivarium-run-mirror-'));
const { run } = guestBox(folder);
/** A mirror that has nothing, and what it was asked for. */
const asked: string[] = [];
let server: Server;
let address = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

// Nothing is in this cache, and no program is told of a mirror otherwise.
const RUN = `unset VIVARIUM_MIRROR http_proxy HTTP_PROXY; XDG_CACHE_HOME=${folder}/cache viv run --template debian-riscv64 --run true`;

test('that a setting names, and not where the environment names another', { timeout: LIMIT }, async () => {
  expect(await run(`viv templates --mirror ${address}`)).toMatchObject({ status: 0 });
  const ran = await run(RUN);
  expect(ran.status).toBe(1);
  expect(ran.err).toContain(address);
  expect(asked[0]).toMatch(/^\/debian\/dists\//);
  // The library may be open in a program.
  asked.length = 0;
  const beside = await run(
    `"$NODE" "$VIV" serve & serve=$!; until viv list > /dev/null; do sleep 0.1; done; ${RUN}; status=$?; kill $serve; wait; exit $status`,
  );
  expect([beside.status, asked.length > 0]).toEqual([1, true]);
  asked.length = 0;
  await run(RUN.replace('unset VIVARIUM_MIRROR', `export VIVARIUM_MIRROR=${address}/other; unset`));
  expect(asked[0]).toMatch(/^\/debian\/other\//);
});
