/** Answers for a mounted folder; while the word that it is given is 1, nothing comes back. */
import { spawnSync } from 'node:child_process';
import { openSync, readSync, realpathSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { serveMessage } from '../../emulator/share/fuse/server.ts';
import { HostTree } from '../../main/shares/host-tree.ts';

const { shared, path, words } = workerData as { readonly shared: string; readonly path: string; readonly words: Int32Array };
const device = openSync('/dev/fuse', 'r+');
const options = `fd=3,rootmode=40000,user_id=0,group_id=0,allow_other`;
const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'viv-test', path], { stdio: ['ignore', 'ignore', 'pipe', device] });
if (mounted.status !== 0) throw new Error(String(mounted.stderr));
parentPort?.postMessage('mounted');

const tree = new HostTree(realpathSync(shared), false);
const room = 1024 * 1024 + 4096;
const buffer = Buffer.alloc(room);
for (;;) {
  let length: number;
  try {
    length = readSync(device, buffer, 0, room, null);
  } catch (error) {
    // It is mounted no longer.
    if ((error as { readonly code?: string }).code === 'ENODEV') break;
    continue;
  }
  Atomics.wait(words, 0, 1);
  const answer = serveMessage(tree, Uint8Array.from(buffer.subarray(0, length)), room);
  try {
    if (answer) writeSync(device, answer);
  } catch {
    // Whoever asked waits no longer.
  }
}
tree.close();
process.exit();
