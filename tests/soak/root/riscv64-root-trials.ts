/**
 * Boots of a Debian root on a disk of the riscv64 board with several cores: to a shell, through 300 short programs, several
 * at a time, whose results are known, to a power-off.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findHome } from '../../../main/library/home.ts';
import { debianRoot, rootBoot } from '../../boot/debian-root.ts';
import { Expecting } from '../../boot/expecting.ts';
import { openWholeProgram } from '../../kit/whole-program.ts';

const CORES = [2, 4] as const;
const MEMORY_MIB = 256;
const PROMPT = 'root# ';
/** Rounds of four programs each: 300. */
const ROUNDS = 75;
/** How many run beside each other. */
const AT_ONCE = 4;

/**
 * Each round starts four short programs joined by pipes, keeps the first digits of a hash that is known and says a dot. The
 * rounds are spread over subshells that run beside each other, so all cores take part.
 */
const SCRIPT = [
  'round() { s=$(seq 1 "$1" | sort -rn | sha256sum | cut -c1-8); echo "$1 $s" >> "/root/out.$2"; printf .; }',
  `for w in $(seq 1 ${AT_ONCE}); do (i=$w; while [ "$i" -le ${ROUNDS} ]; do round "$i" "$w"; i=$((i+${AT_ONCE})); done) & done; wait`,
  'echo "sum"" is $(cat /root/out.* | sort -n | sha256sum | cut -c1-16) of $(cat /root/out.* | wc -l)"',
].join('; ');

/** What SCRIPT prints, computed here. */
function expected(): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const numbers = (last: number) => Array.from({ length: last }, (_, index) => `${last - index}\n`).join('');
  const lines = Array.from({ length: ROUNDS }, (_, index) => `${index + 1} ${hash(numbers(index + 1)).slice(0, 8)}\n`);
  return `sum is ${hash(lines.join('')).slice(0, 16)} of ${ROUNDS}`;
}

async function trial(folder: string, cores: number): Promise<void> {
  mkdirSync(join(folder, 'home'), { recursive: true });
  const console = new Expecting();
  const program = await openWholeProgram(findHome({ VIVARIUM_HOME: join(folder, 'home') }), { output: (_, text) => console.add(text) });
  try {
    const { id } = await program.machines.create({
      definition: {
        name: 'root',
        board: 'riscv64-virt',
        cores,
        memoryMiB: MEMORY_MIB,
        engine: 'auto',
        boot: { kind: 'linux', ...(await rootBoot(folder)) },
        disks: [{ path: await debianRoot(), format: 'raw', readonly: false, writes: 'overlay' }],
        ports: [],
        note: '',
      },
    });
    await program.machines.start(id);
    await console.shows(PROMPT);
    program.type(id, `${SCRIPT}\r`);
    const shown = await console.shows(` of ${ROUNDS}\r\n`).catch((error: unknown) => {
      throw new Error(`with ${cores} cores: ${(error as Error).message}`);
    });
    const wanted = expected();
    if (!shown.includes(wanted)) throw new Error(`with ${cores} cores, instead of "${wanted}" the guest gave:\n${shown}`);
    await console.shows(PROMPT);
    program.type(id, 'off\r');
    await console.shows('reboot: Power down');
    await program.stopped(id);
  } finally {
    await program.close();
  }
}

/** Does it `rounds` times with each number of cores. @returns boots @throws Error for the first that went wrong */
export async function riscv64RootTrials(folder: string, rounds: number, progress: (done: number) => void): Promise<number> {
  let done = 0;
  for (let round = 0; round < rounds; round++)
    for (const cores of CORES) {
      await trial(join(folder, `${round}-${cores}`), cores);
      progress(++done);
    }
  return done;
}
