/** Rooms that serve any architecture name none: its words stand in its own rooms, and in the names of boards and templates. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = [
  ...['engine', 'memory', 'device/kit', 'machine', 'host', 'snapshot', 'disk'].map((room) => `emulator/${room}`),
  ...['preload', 'renderer', 'main'],
];
/** Words of RISC-V, of its firmware interface and of its interrupt controllers. */
const WORDS = /riscv|hart|\bsbi|sbi\b|Sbi|plic|clint|fcsr|pmp|satp|mstatus/i;
/** Names of boards and templates, and English and JavaScript that has such letters in it. */
const INNOCENT =
  /(?:debian|hello)-riscv64|riscv64-virt|qemu-system-riscv64|explicit|implicit|[sr]?eplic|splice|duplicat|multiplic|applic|complic|simplic|Plicit|charter?\b|charact|isBinary|(?<=')sbin(?=')|usr\/sbin/gi;

/** What each of Debian's ports is called, in one table. */
const TABLES = ['main/images/initramfs/debian-ports.ts'];

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (/\.(ts|vue)$/.test(entry.name)) yield path;
  }
}
export const strangers = (text: string): string[] => text.split('\n').filter((line) => WORDS.test(line.replace(INNOCENT, '')));

it.each(ROOMS)('%s names no architecture', (room) => {
  const found = [...filesBelow(join(ROOT, room))]
    .filter((file) => !TABLES.includes(relative(ROOT, file)))
    .flatMap((file) => strangers(readFileSync(file, 'utf8')).map((line) => `${relative(ROOT, file)}: ${line.trim()}`));
  expect(found).toEqual([]);
});

it('the search finds what it is for, and nothing else', () => {
  const words = ['const hartId = 0', "import '../isa/riscv/a.ts'", 'builtInSbi: u32()', 'pmpActive', 'answerPlic()', 'state.satp'];
  for (const text of words) expect(strangers(text)).toEqual([text]);
  for (const text of ["from '../board/riscv64-virt.ts'", 'list.splice(0)', 'explicitly']) expect(strangers(text)).toEqual([]);
});
