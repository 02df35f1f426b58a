/** `node run-v86.ts KERNEL COMMAND-LINE`: runs a multiboot kernel in v86 until it prints `end`; its serial port is our output. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { V86 } from 'v86';

const MEBIBYTE = 2 ** 20;
const [kernel = '', cmdline = ''] = process.argv.slice(2);
const { buffer } = new Uint8Array(readFileSync(kernel));

const computer = new V86({
  wasm_path: fileURLToPath(import.meta.resolve('v86/build/v86.wasm')),
  memory_size: 64 * MEBIBYTE,
  vga_memory_size: 2 * MEBIBYTE,
  multiboot: { buffer },
  cmdline,
  autostart: true,
  disable_speaker: true,
});
let line = '';
computer.add_listener('serial0-output-byte', (byte: number) => {
  line += String.fromCharCode(byte);
  if (!line.endsWith('\n')) return;
  process.stdout.write(line);
  if (line === 'end\n') process.exit();
  line = '';
});
