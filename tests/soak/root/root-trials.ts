/** Boots of a Debian root on a disk of a PC: to a login, through programs whose results are known, to a shutdown by the power button. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findHome } from '../../../main/library/home.ts';
import { Expecting } from '../../boot/expecting.ts';
import { openWholeProgram } from '../../kit/whole-program.ts';
import { type Amd64Root, amd64Root, HOST_NAME, PASSWORD } from './amd64-root.ts';

const CORES = [1, 2] as const;
const MEMORY_MIB = 768;

async function trial(folder: string, { image, kernel, initrd, expected }: Amd64Root, cores: number): Promise<void> {
  mkdirSync(folder);
  const console = new Expecting();
  const program = await openWholeProgram(findHome({ VIVARIUM_HOME: folder }), { output: (_, text) => console.add(text) });
  try {
    const { machines } = program;
    const { id } = await machines.create({
      definition: {
        name: 'root',
        board: 'pc',
        cores,
        memoryMiB: MEMORY_MIB,
        engine: 'auto',
        boot: { kind: 'linux', kernel, initrd, commandLine: 'console=ttyS0 root=/dev/vda ro' },
        disks: [{ path: image, format: 'raw', readonly: false, writes: 'overlay' }],
        ports: [],
        note: '',
      },
    });
    await machines.start(id);
    await console.shows(`${HOST_NAME} login: `);
    program.type(id, 'root\r');
    await console.shows('Password: ');
    program.type(id, `${PASSWORD}\r`);
    await console.shows(':~# ');
    program.type(id, '/root/programs.sh; echo "ended"" with $?"\r');
    const shown = (await console.shows('ended with ')).replaceAll('\r', '');
    for (const line of expected.trim().split('\n'))
      if (!shown.includes(`${line}\n`)) throw new Error(`with ${cores} cores, instead of "${line}" the guest's programs gave:\n${shown}`);
    const { asked } = await machines.shutdown(id);
    if (asked !== 'power button') throw new Error(`the guest was asked to shut down by its ${asked}`);
    await console.shows('reboot: Power down');
    await program.stopped(id);
  } finally {
    await program.close();
  }
}

/** Does it `rounds` times with each number of cores. @returns boots @throws Error for the first that went wrong */
export async function rootTrials(folder: string, rounds: number, progress: (done: number) => void): Promise<number> {
  const root = await amd64Root();
  let done = 0;
  for (let round = 0; round < rounds; round++)
    for (const cores of CORES) {
      await trial(join(folder, `${round}-${cores}`), root, cores);
      progress(++done);
    }
  return done;
}
