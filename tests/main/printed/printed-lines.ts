/** Console output made up from a seed: lines as kernels and services print them. */
const WORDS =
  'error warning usb device eth0 link up down systemd started stopped mounted filesystem kernel module loaded init process packet dropped from address memory allocation failed retry connection accepted closed user root session opened cron job index.html status bytes'.split(
    ' ',
  );

/** Numbers from `VIVARIUM_SEED` or a new seed (Lehmer's generator). */
export function seeded(seed = Number(process.env['VIVARIUM_SEED'] ?? 1 + Math.floor(Math.random() * 2 ** 30))) {
  let state = (seed % 2_147_483_646) + 1;
  return { seed, next: () => (state = (state * 48_271) % 2_147_483_647) };
}

/** About so many bytes of lines. */
export function linesOf(seed: number, bytes: number): string {
  const { next } = seeded(seed);
  const word = () => WORDS[next() % WORDS.length] as string;
  const lines: string[] = [];
  for (let length = 0; length < bytes;) {
    const line = `[${next() % 100_000}.${next() % 1_000_000}] ${word()}[${next() % 30_000}]: ${word()} ${word()} ${word()} 0x${next().toString(16)} ${word()}\r\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('').slice(0, bytes);
}
