/** From a key to its echo, as the bytes of the page's connection tell: sent, come back, and read by the terminal. */
import type { Page } from 'playwright-core';

export interface Echo {
  /** From the key until its echo had come, and until the terminal had read it, in milliseconds. */
  readonly came: number;
  readonly shown: number;
}

/** Frames of the wire (preload/contract/wire.ts, `FRAME`): a byte kind, four bytes number, then the payload. */
const OUTPUT = 1;
const ACKNOWLEDGE = 3;
const HEADER = 5;

declare global {
  interface Window {
    echoes: { key: number; arrived?: number; until?: number; shown?: number; wanted: number }[];
    bytesCome: number;
  }
}

/** Before the page is loaded: listens to its connection. */
export async function watchEchoes(page: Page): Promise<void> {
  await page.addInitScript(
    ([output, acknowledge, header]) => {
      window.echoes = [];
      window.bytesCome = 0;
      let dealtWith = 0;
      const open = () => window.echoes.at(-1);
      const Plain = window.WebSocket;
      window.WebSocket = class extends Plain {
        constructor(...given: ConstructorParameters<typeof Plain>) {
          super(...given);
          this.addEventListener('message', ({ data }) => {
            if (!(data instanceof ArrayBuffer)) return;
            const bytes = new Uint8Array(data);
            if (bytes[0] !== output) return;
            const echo = open();
            const at = echo && echo.arrived === undefined ? bytes.indexOf(echo.wanted, header) : -1;
            if (echo && at >= 0) {
              echo.arrived = performance.now();
              echo.until = window.bytesCome + at - header + 1;
            }
            window.bytesCome += bytes.length - header;
          });
        }
        override send(data: Parameters<WebSocket['send']>[0]) {
          super.send(data);
          if (!(data instanceof Uint8Array) || data[0] !== acknowledge) return;
          dealtWith += new DataView(data.buffer, data.byteOffset + header).getUint32(0, true);
          const echo = open();
          if (echo?.until !== undefined && dealtWith >= echo.until) echo.shown ??= performance.now();
        }
      };
      addEventListener(
        'keydown',
        ({ key }) => {
          if (/^[A-Z]$/.test(key)) window.echoes.push({ key: performance.now(), wanted: key.charCodeAt(0) });
        },
        true,
      );
    },
    [OUTPUT, ACKNOWLEDGE, HEADER] as const,
  );
}

/** Presses a key that nothing else prints, and waits for its echo. @param key a capital letter */
export async function echoOf(page: Page, key: string): Promise<Echo> {
  const count = await page.evaluate(() => window.echoes.length);
  await page.keyboard.press(`Shift+${key}`);
  await page.waitForFunction((before) => window.echoes[before]?.shown !== undefined, count, { timeout: 30_000, polling: 20 });
  const { key: at, arrived = NaN, shown = NaN } = await page.evaluate((index) => window.echoes[index] as Window['echoes'][number], count);
  return { came: arrived - at, shown: shown - at };
}
