/** Entry point of a machine's I/O thread: loads the boot files, initialises the board, then serves its back ends. */
import { sentError } from '../error/crossing.ts';
import { parentPort } from 'node:worker_threads';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { loadBoard } from '../board/boards.ts';
import type { BootRequest, Inflate, PreparedBoot } from '../board/boot/request.ts';
import { type Board, createBoard } from '../board/kit/board.ts';
import { type DiskOwner, type MachineConfiguration, MachineError } from '../index.ts';
import { MachineClock } from '../machine/clock.ts';
import { MachineControl } from '../machine/control.ts';
import type { CoreStart } from '../board/kit/core-binding.ts';
import type { CoreResume } from '../machine/core-thread.ts';
import { describeDevices } from '../machine/describe.ts';
import { SnapshotPoints } from '../machine/snapshot-point.ts';
import { controlState, machineLayout, pageWork, sharedRam, shootdownOf } from '../machine/layout.ts';
import { keptIn, type MachineState, readState, restoreBoard, restoreCore } from '../machine/saved-state.ts';
import { MemoryLost } from '../memory/absent-pages.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { bind } from '../snapshot/schema.ts';
import { closeDisks, openDisks, tellDisk } from './attached-disks.ts';
import { closeNetworks, openNetworks, tellNetwork } from './attached-links.ts';
import { closeShares, openShares, tellShare } from './attached-shares.ts';
import { namingFile, readBootFiles, release } from './boot-files.ts';
import { keptUnpacked } from './kept-unpacked.ts';
import { loadAhead } from './load-ahead.ts';
import type { FromIo, IoQuestion, LoadAhead, ToIo, WorkerSetup } from './messages.ts';
import { within } from './patience.ts';

if (!parentPort) throw new Error('io-worker.ts runs as a worker thread of a machine');
const port = parentPort;
const tell = (message: FromIo, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const log = (line: string) => tell({ kind: 'log', line });
const diskOwner = (slot: number): DiskOwner => ({
  log,
  trouble: (fault) => tell({ kind: 'disk trouble', slot, fault }),
  recovered: () => tell({ kind: 'disk trouble', slot, fault: undefined }),
});
/** How long a machine that ends waits for disk requests: a disk in trouble lets go of them only when it is closed. */
const QUIET_MS = 2_000;
const entropy = (count: number) => crypto.getRandomValues(new Uint8Array(count));

/** What the thread serves once its machine is open. */
interface Serving {
  readonly start: CoreStart | CoreResume;
  take(message: ToIo): void;
  /** Gives the owner the last output, answers what is under way and closes the disks. */
  close(): Promise<void>;
}

/** Whether the owner has told this thread to close, or it closes because something went wrong. */
let closing = false;

async function open(setup: WorkerSetup): Promise<Serving> {
  const { configuration, memory, saved, paused } = setup;
  await loadBoard(configuration.board);
  const layout = machineLayout(configuration);
  const { buffer } = memory;
  const { ram } = layout;
  const clock = new MachineClock(bind(controlState, buffer, layout.control), () => process.hrtime());
  const shootdown = shootdownOf(layout, buffer);
  const pages = pageWork(sharedRam(layout, buffer));
  const control = new MachineControl(layout, buffer, pages.absent);
  const guest = new GuestMemory({
    buffer,
    ramOffset: ram.host,
    ranges: ram.ranges,
    pageFlags: new Uint8Array(buffer, ram.pageFlags, ram.size / 4096),
    fetch: (page) => {
      if (!pages.absent.fetch(page, () => control.stopping)) throw new MemoryLost('machine-ending');
    },
    keep: (page) => pages.keeper.keep(page),
    codeWritten: (page) => shootdown.codeChanged(page),
    reassigned: () => shootdown.reassigned(),
  });
  const states = layout.cores.map(({ state }) => state);
  const board = createBoard(layout.board, { buffer, memory: guest, clock, powerRequested: () => undefined, log, states });
  board.initialise();
  const opening = openDisks(configuration.disks, diskOwner);
  const began = saved ? resume(board, saved, configuration, buffer) : boot(board, guest, setup);
  const plugging = openNetworks(configuration.networks ?? [], { log });
  const sharing = openShares(configuration.shares ?? [], { log });
  const [first, second, third, fourth] = await Promise.allSettled([began, opening, plugging, sharing]);
  // Only now may the thread end: nothing of its disks is under way any more.
  if (first.status === 'rejected' || second.status === 'rejected' || third.status === 'rejected' || fourth.status === 'rejected') {
    if (second.status === 'fulfilled') await closeDisks(second.value, log);
    if (third.status === 'fulfilled') await closeNetworks(third.value, { log });
    if (fourth.status === 'fulfilled') await closeShares(fourth.value, { log });
    throw [first, second, third, fourth].find((result) => result.status === 'rejected')?.reason;
  }
  const { start, whole } = first.value;
  const networks = third.value;
  const shares = fourth.value;
  let disks = second.value;
  // Before the back ends: they set the guest's real-time clock by this one. It stands still until the cores start.
  clock.hold();
  clock.start(whole.ticks);
  const outside = board.attach({
    disks,
    networks,
    shares,
    output: (console, bytes) => {
      const own = Uint8Array.from(bytes);
      tell({ kind: 'output', console, bytes: own }, [own.buffer]);
    },
    entropy,
    wallClock: () => BigInt(Date.now()) * 1_000_000n,
    later: (milliseconds, action) => void setTimeout(action, milliseconds),
    soon: (action) => void setImmediate(action),
    restored: saved !== undefined,
  });
  if (saved) outside.putBack(keptIn(readState(saved), board));
  const snapshotPoints = new SnapshotPoints({ layout, buffer, board, clock, control, pages, shootdown, whole, within });

  async function serveQuestion(question: IoQuestion, answer: (answered: unknown) => void): Promise<void> {
    if (question.kind === 'pause') {
      await outside.quiesce();
      outside.flushOutput();
      return answer(undefined);
    }
    if (question.kind === 'resume') {
      snapshotPoints.renew();
      return answer(undefined);
    }
    if (question.kind === 'power button') return answer(outside.pressPowerButton());
    if (question.kind === 'devices') return answer(describeDevices(board));
    if (question.kind === 'network') return answer(await tellNetwork(networks, question.card, question.message));
    if (question.kind === 'share') return answer(await tellShare(shares, question.share, question.message));
    if (question.kind === 'disk') return answer(await tellDisk(disks, question.slot, question.message));
    if (question.disks && question.disks.length !== disks.length)
      throw new MachineError('disk-count-differs', { count: disks.length, given: question.disks.length });
    const next = question.disks && (await openDisks(question.disks, diskOwner));
    let former = next ?? [];
    try {
      await snapshotPoints.take(question.request, disks, next, (snapshotPoint) => {
        answer(snapshotPoint);
        if (!next) return;
        former = disks;
        disks = next;
      });
    } finally {
      await closeDisks(former, log);
    }
  }

  const serving = new Set<Promise<void>>();
  const take = (message: ToIo) => {
    if (message.kind === 'input') {
      const { console } = message;
      outside.input(console, message.bytes, (count) => tell({ kind: 'input taken', console, count }));
    } else if (message.kind === 'acknowledge') outside.acknowledge(message.console, message.count);
    else if (message.kind === 'resize') outside.resize(message.console, message.columns, message.rows);
    else if (message.kind === 'resumed') {
      snapshotPoints.running();
      outside.adjustClock();
      outside.resume();
    } else if (message.kind === 'asked') {
      const { id } = message;
      if (closing) return tell({ kind: 'failed', id, failure: sentError(new MachineError('machine-ended')) });
      const served = serveQuestion(message.question, (answer) => tell({ kind: 'answered', id, answer })).then(
        () => tell({ kind: 'detached', id }),
        (error: unknown) => tell({ kind: 'failed', id, failure: sentError(error) }),
      );
      serving.add(served);
      void served.then(() => serving.delete(served));
    }
  };
  const close = async () => {
    const devices = outside.close().catch((error: unknown) => log(`the devices did not close: ${String(error)}`));
    await within(QUIET_MS, devices);
    // Disks that were exchanged may still be closing, and messages to disks may wait for the disk's end.
    await Promise.all([closeDisks(disks, log), closeNetworks(networks, { log }), closeShares(shares, { log }), ...serving]);
  };
  if (saved) snapshotPoints.later();
  // Before the first instruction; of one that starts paused, before it is resumed.
  if (!paused) snapshotPoints.renew();
  return { start, take, close };
}

/** Pieces that Node unpacks at a time; its own 16 KiB cost a kernel's payload a third more. */
const PIECE = 1 << 20;
const unpack: Inflate = (bytes, maxOutputLength, compression = 'gzip') =>
  (compression === 'zstd' ? zstdDecompressSync : gunzipSync)(bytes, { maxOutputLength, chunkSize: PIECE });

/** What a start gives: how the cores begin, and what belongs to the machine as a whole. */
interface Started {
  readonly start: CoreStart | CoreResume;
  readonly whole: Readonly<MachineState>;
}

async function boot(board: Board, guest: GuestMemory, { configuration, cache }: WorkerSetup): Promise<Started> {
  const files = await readBootFiles(configuration);
  const unpacked = keptUnpacked(unpack, cache);
  const prepared = prepare(board, { files, memory: guest, inflate: unpacked.inflate, entropy }, configuration);
  for (const line of prepared.log) log(line);
  release(files);
  void unpacked.write();
  const { start } = prepared;
  return {
    start,
    whole: {
      ticks: 0n,
      memoryBytes: BigInt(configuration.memoryBytes),
      cores: configuration.cores,
      builtInFirmware: start.builtInFirmware ? 1 : 0,
      tohost: BigInt(start.tohost ?? 0),
      fromhost: BigInt(start.fromhost ?? 0),
    },
  };
}

function prepare(board: Board, request: BootRequest, configuration: MachineConfiguration): PreparedBoot {
  try {
    return board.prepareBoot(request);
  } catch (error) {
    throw namingFile(error, configuration);
  }
}

/** Goes on from saved state; the memory holds the RAM already, or somebody fills it. */
async function resume(board: Board, bytes: Uint8Array, configuration: MachineConfiguration, buffer: SharedArrayBuffer): Promise<Started> {
  const state = readState(bytes);
  const { memoryBytes, cores } = state.machine;
  if (Number(memoryBytes) !== configuration.memoryBytes || cores !== configuration.cores)
    throw new MachineError('state-other-size', { memoryBytes: Number(memoryBytes), cores });
  const layout = machineLayout(configuration);
  restoreBoard(layout, board, buffer, state);
  // Here and not on their own threads, which may be late: a device's message for a core must find what it will go on with.
  layout.cores.forEach((_, core) => restoreCore(layout, core, buffer, state));
  return { start: { state: bytes }, whole: { ...state.machine } };
}

let opening: Promise<void> | undefined;
let serving: Serving | undefined;

async function begin(setup: WorkerSetup): Promise<void> {
  try {
    serving = await open(setup);
    if (!closing) tell({ kind: 'ready', start: serving.start });
  } catch (error) {
    tell({ kind: 'refused', failure: sentError(error) });
    // With its port closed the thread ends by itself.
    port.close();
  }
}

/** Ends in order, whatever the thread was about: ended from outside with SQLite at work it would take the process along. */
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  tell({ kind: 'closing' });
  await opening;
  await serving?.close().catch((error: unknown) => log(`the machine did not close: ${String(error)}`));
  tell({ kind: 'closed' });
  port.close();
}

port.on('message', (message: WorkerSetup | LoadAhead | ToIo) => {
  if ('load' in message) void loadAhead(message);
  else if (!('kind' in message)) opening = begin(message);
  else if (message.kind === 'close') void close();
  else if (message.kind === 'ping') tell({ kind: 'pong' });
  else serving?.take(message);
});
process.on('uncaughtException', (error: unknown) => {
  // A machine whose memory is lost is ended by its owner; until then its devices may come across the loss as well.
  if (error instanceof MemoryLost) return log(error.message);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'crashed', message, stack: stack ?? message });
  void close();
});
