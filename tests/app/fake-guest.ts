/** A guest for tests of the window: prints a boot, echoes, answers a few commands; no emulator behind it. */

/** Bytes a guest may print before they are acknowledged, as the emulator's UART holds to. */
const UNACKNOWLEDGED = 100 * 1024;
/** Batches of 50 lines printed before anything else has its turn: more than the bytes above. */
const BATCHES = 100;
const PROMPT = '\x1b[1;32m~\x1b[0m # ';
const BOOT = [
  'OpenSBI-compatible firmware of Vivarium',
  '[    0.000000] Linux version 6.12.48+deb13-riscv64 (debian-kernel@lists.debian.org)',
  '[    0.000000] Machine model: riscv-virtio,qemu',
  "[    0.000000] earlycon: ns16550a0 at MMIO 0x0000000010000000 (options '')",
  '[    0.061251] Memory: 479236K/524288K available (10240K kernel code, 4927K rwdata)',
  '[    0.184022] virtio_blk virtio0: [vda] 131072 512-byte logical blocks (67.1 MB/64.0 MiB)',
  '[    0.301764] Run /init as init process',
  '\x1b[36mWelcome to Debian on riscv64\x1b[0m',
  '',
];

export interface FakeGuest {
  type(bytes: Uint8Array): void;
  acknowledge(count: number): void;
  stop(): void;
}

export function bootFakeGuest(print: (bytes: Uint8Array) => void, powerOff: () => void): FakeGuest {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  let typed = '';
  let unacknowledged = 0;
  let lines = 0;
  let flood: NodeJS.Timeout | undefined;

  const say = (text: string) => {
    const bytes = encoder.encode(text);
    unacknowledged += bytes.length;
    print(bytes);
  };
  const answers: Readonly<Record<string, () => string>> = {
    'uname -m': () => 'riscv64\r\n',
    colours: () => `${Array.from({ length: 8 }, (_, colour) => `\x1b[${30 + colour}mcolour ${colour}\x1b[0m `).join('')}\r\n`,
    lines: () => Array.from({ length: 60 }, (_, line) => `line ${line + 1} of a long listing\r\n`).join(''),
    ask: () => '\x1b[6n',
    mouse: () => '\x1b[?1000h\x1b[?1006h',
    nomouse: () => '\x1b[?1000l\x1b[?1006l',
    '': () => '',
  };
  const run = (command: string) => {
    if (command === 'poweroff') return powerOff();
    if (command === 'flood') {
      flood = setInterval(() => {
        // Without a client everything is acknowledged at once: then the process must still get on between the batches.
        for (let batch = 0; batch < BATCHES && unacknowledged < UNACKNOWLEDGED; batch++)
          say(Array.from({ length: 50 }, () => `line ${++lines} without end\r\n`).join(''));
      }, 1);
      return;
    }
    const answer = answers[command];
    say(`${answer ? answer() : `sh: ${command}: not found\r\n`}${PROMPT}`);
  };
  say(`${BOOT.join('\r\n')}\r\n${PROMPT}`);
  return {
    type(bytes) {
      for (const character of decoder.decode(bytes)) {
        if (character === '\x03') {
          clearInterval(flood);
          flood = undefined;
          typed = '';
          say(`^C\r\n${PROMPT}`);
        } else if (character === '\r') {
          const command = typed;
          typed = '';
          say('\r\n');
          run(command);
        } else {
          typed += character;
          say(character.replace('\x1b', '^['));
        }
      }
    },
    acknowledge: (count) => void (unacknowledged -= count),
    stop: () => clearInterval(flood),
  };
}
