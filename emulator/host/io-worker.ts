/** Entry point of a machine's I/O thread: loads the boot files, initialises the board, then serves its back ends. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { prepareBoot, type BootFiles } from '../board/boot/boot.ts';
import { type Board, createBoard } from '../board/riscv64-virt.ts';
import { MachineError, type MachineConfiguration } from '../index.ts';
import { MachineClock } from '../machine/clock.ts';
import { controlState, machineLayout, pageKeeper } from '../machine/layout.ts';
import type { CoreResume, CoreStart } from '../machine/core-thread.ts';
import { type machineState, readState, restoreBoard, saveState } from '../machine/saved-state.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { SnapshotError } from '../snapshot/components.ts';
import { bind, type StateOf } from '../snapshot/schema.ts';
import { openDisk } from './disk-file.ts';
import type { FromIo, ToIo, WorkerSetup } from './messages.ts';

if (!parentPort) throw new Error('io-worker.ts runs as a worker thread of a machine');
const port = parentPort;
const { configuration, memory, saved } = workerData as WorkerSetup;
const tell = (message: FromIo, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

async function read(what: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new MachineError(`${what} ${path} cannot be read: ${reason}; choose another file`);
  }
}

async function bootFiles({ boot }: MachineConfiguration): Promise<BootFiles> {
  if (boot.kind === 'bare') return { kind: 'bare', program: await read('the program', boot.program) };
  if (boot.kind === 'firmware') return { kind: 'firmware', firmware: await read('the firmware', boot.firmware) };
  const [kernel, initrd, firmware] = await Promise.all([
    read('the kernel', boot.kernel),
    boot.initrd === undefined ? undefined : read('the initrd', boot.initrd),
    boot.firmware === undefined ? undefined : read('the firmware', boot.firmware),
  ]);
  return { kind: 'linux', kernel, commandLine: boot.commandLine, ...(initrd ? { initrd } : {}), ...(firmware ? { firmware } : {}) };
}

/** Gives the files' memory back at once; left to the garbage collector of an idle thread it would stay for good. */
function release(files: BootFiles): void {
  for (const file of Object.values(files)) if (file instanceof Uint8Array && file.buffer instanceof ArrayBuffer) file.buffer.transfer(0);
}

const entropy = (count: number) => crypto.getRandomValues(new Uint8Array(count));

async function main(): Promise<void> {
  const layout = machineLayout(configuration);
  const { buffer } = memory;
  const { ram } = layout;
  const clock = new MachineClock(bind(controlState, buffer, layout.control), () => process.hrtime.bigint());
  const log = (line: string) => tell({ kind: 'log', line });
  const staleWrites = new Int32Array(buffer, layout.control + controlState.offsets.staleWrites, 1);
  const keeper = pageKeeper(layout, buffer);
  const guest = new GuestMemory({
    buffer,
    ramOffset: ram.host,
    base: ram.base,
    size: ram.size,
    pageFlags: new Uint8Array(buffer, ram.pageFlags, ram.size / 4096),
    keep: (page) => keeper.keep(page),
    codeWritten: () => Atomics.add(staleWrites, 0, 1),
  });
  const board = createBoard(layout.board, { buffer, memory: guest, clock, powerRequested: () => undefined, log });
  board.initialise();
  const disks = await Promise.all(configuration.disks.map(openDisk));
  const { start, whole } = saved ? resume(board, saved) : await boot(board, guest, log);
  // Before the back ends: they set the guest's real-time clock by this one.
  clock.start(whole.ticks);
  const outside = board.attach({
    disks,
    output: (console, bytes) => {
      const own = Uint8Array.from(bytes);
      tell({ kind: 'output', console, bytes: own }, [own.buffer]);
    },
    entropy,
    wallClock: () => BigInt(Date.now()) * 1_000_000n,
    later: (milliseconds, action) => void setTimeout(action, milliseconds),
    soon: (action) => void setImmediate(action),
  });
  port.on('message', (message: ToIo) => {
    if (message.kind === 'input') outside.input(message.console, message.bytes);
    else if (message.kind === 'acknowledge') outside.acknowledge(message.console, message.count);
    else if (message.kind === 'resize') outside.resize(message.console, message.columns, message.rows);
    else if (message.kind === 'resumed') outside.adjustClock();
    else if (message.kind === 'save')
      void outside.quiesce().then(() => {
        const now = { ...whole, ticks: BigInt(clock.ticks()) };
        tell({ kind: 'state', bytes: saveState(layout, board, buffer, now) });
      });
    else if (message.kind === 'saved') outside.resume();
    else
      void outside.close().then(async () => {
        await Promise.all(disks.map((disk) => disk.close()));
        tell({ kind: 'closed' });
        port.close();
      });
  });
  if (saved) board.kick();
  tell({ kind: 'ready', start });
}

/** What a start gives: how the cores begin, and what belongs to the machine as a whole. */
interface Started {
  readonly start: CoreStart | CoreResume;
  readonly whole: Readonly<StateOf<typeof machineState>>;
}
const wholeOf = (parts: { ticks: bigint; builtInSbi: number; tohost: bigint }) => ({
  ...parts,
  memoryBytes: BigInt(configuration.memoryBytes),
  cores: configuration.cores,
});

async function boot(board: Board, guest: GuestMemory, log: (line: string) => void): Promise<Started> {
  const files = await bootFiles(configuration);
  const inflate = (bytes: Uint8Array) => gunzipSync(bytes);
  const prepared = prepareBoot({ files, memory: guest, deviceTree: (request) => board.deviceTree(request), inflate, entropy });
  for (const line of prepared.log) log(line);
  release(files);
  const { privilege, pc, a0, a1, a2, tohost } = prepared;
  return {
    start: { privilege, pc, a0, a1, a2, ...(tohost === undefined ? {} : { tohost }) },
    whole: wholeOf({ ticks: 0n, builtInSbi: privilege === 'S' ? 1 : 0, tohost: BigInt(tohost ?? 0) }),
  };
}

/** Goes on from saved state; the memory holds the RAM already. */
function resume(board: Board, bytes: Uint8Array): Started {
  const state = readState(bytes);
  const { memoryBytes, cores, ticks, builtInSbi, tohost } = state.machine;
  if (Number(memoryBytes) !== configuration.memoryBytes || cores !== configuration.cores)
    throw new MachineError(
      `the saved machine has ${Number(memoryBytes) / 2 ** 20} MiB and ${cores} cores: start it with the memory and the cores it was saved with`,
    );
  restoreBoard(machineLayout(configuration), board, memory.buffer, state);
  return { start: { state: bytes }, whole: wholeOf({ ticks, builtInSbi, tohost }) };
}

main().catch((error: unknown) => {
  tell({
    kind: 'refused',
    message: error instanceof Error ? error.message : String(error),
    mistake: error instanceof MachineError || error instanceof SnapshotError,
  });
  port.close();
});
