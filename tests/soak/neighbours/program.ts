/**
 * The program of the trial of neighbours: the real one, listening as `viv serve` does. In the threads of some machines an
 * error strikes out of turn; nothing else is different.
 */
import { keepThreadsReady, startMachine } from '../../../emulator/host/index.ts';
import type { DiskAttachment } from '../../../emulator/index.ts';
import { createApplication } from '../../../main/application.ts';
import { OVERLAY_DISK } from '../../../main/disks/machine-disks.ts';
import { findHome } from '../../../main/library/home.ts';
import { listenLocally } from '../../../main/local/local-server.ts';
import { endOnSignals } from '../../../main/ending/quitting.ts';
import { WILD_MEMORY_MIB } from './wild-memory.ts';

const wild = new URL('./wild-disk.ts', import.meta.url).href;

const [folder = '', seed = '1'] = process.argv.slice(2);
const home = findHome({ VIVARIUM_HOME: folder });
let strikes = Number(seed);
keepThreadsReady([OVERLAY_DISK]);
const application = await createApplication({
  shell: 'cli',
  program: 'the trial of neighbours',
  home,
  listens: true,
  startMachine(configuration, events, from, signal) {
    if (configuration.memoryBytes !== WILD_MEMORY_MIB << 20) return startMachine(configuration, events, from, signal);
    strikes = (strikes * 7919 + 17) % 1009;
    const disk: DiskAttachment = { module: wild, setup: { strikesAfterMs: strikes }, readonly: false };
    return startMachine({ ...configuration, disks: [...configuration.disks, disk] }, events, from, signal);
  },
});
const server = await listenLocally(home.socket, (link) => application.serve(link), home.folder);
const end = Promise.withResolvers<void>();
endOnSignals({ end: end.resolve, hurry: () => application.hurry() });
console.log('ready');
await end.promise;
await server.close();
await application.close();
console.log('ended');
