/** Decompresses .xz by liblzma, built as WebAssembly: no compiler and no program of the host is needed. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { damaged } from './archive-fault.ts';

/** What the largest preset's dictionary (64 MiB) needs to be read, and a little. liblzma refuses streams that ask for more. */
const MEMORY_LIMIT = 80 * 1024 * 1024;
const INPUT = 64 * 1024;
const OUTPUT = 1024 * 1024;

type Liblzma = typeof import('node-liblzma/wasm');

let loading: Promise<Liblzma> | undefined;

async function load(): Promise<Liblzma> {
  const library = await import('node-liblzma/wasm');
  // By itself it would fetch the file as a page does, which Node cannot.
  const wasmBinary = await readFile(createRequire(import.meta.url).resolve('node-liblzma/wasm/liblzma.wasm'));
  const { default: create } = (await import('node-liblzma/wasm/liblzma.js')) as unknown as {
    default: (options: { wasmBinary: Uint8Array }) => ReturnType<Parameters<Liblzma['initModule']>[0] & {}>;
  };
  await library.initModule(() => create({ wasmBinary }));
  return library;
}

/**
 * The content of one .xz stream. Other work gets its turn between pieces.
 * @throws ArchiveFault where it is damaged, ends early, or something follows it
 */
export async function* unxz(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const library = await (loading ??= load());
  const memory = library.getModule();
  const stream = new library.WasmLzmaStream(memory);
  const input = memory._malloc(INPUT);
  const output = memory._malloc(OUTPUT);
  let ended = false;
  try {
    library.decoderInit(stream, MEMORY_LIMIT);
    for await (const chunk of source)
      for (let at = 0; at < chunk.length; at += INPUT) {
        const piece = chunk.subarray(at, at + INPUT);
        if (ended) throw damaged('something follows the compressed content');
        memory.HEAPU8.set(piece, input);
        stream.setInput(input, piece.length);
        for (let full = true; (full || stream.availIn > 0) && !ended;) {
          stream.setOutput(output, OUTPUT);
          const answer = library.code(stream, library.LZMA_RUN);
          ended = answer === library.LZMA_STREAM_END;
          const made = OUTPUT - stream.availOut;
          full = made === OUTPUT;
          // It has taken everything and has nothing to give.
          if (answer === library.LZMA_BUF_ERROR && made === 0 && stream.availIn === 0) break;
          if (!ended && answer !== library.LZMA_OK) throw damaged(`xz: error ${answer}`);
          if (made > 0) yield memory.HEAPU8.slice(output, output + made);
        }
        if (ended && stream.availIn > 0) throw damaged('something follows the compressed content');
        await nextTurn();
      }
    if (!ended) throw damaged('it ends too early');
  } finally {
    library.end(stream);
    stream.free();
    memory._free(input);
    memory._free(output);
  }
}
