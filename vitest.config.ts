/**
 * How tests run: at most two processes (small machines), a file's tests in their own process, the fast rooms first.
 * Time-outs are generous, because a timing must never decide a test.
 */
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { NO_FREED_WASM_CODE, NO_INLINED_WASM_CALLS } from './emulator/host/v8-flags.ts';
import { CheapestFirst } from './tests/kit/cheapest-first.ts';

/** A kernel boot in the plain interpreter on a busy, slow machine stays well under this. */
const TEST_TIMEOUT_MS = 300_000;

/** What is polled for comes at once, but for a busy machine. */
const EVENT_TIMEOUT_MS = 60_000;

// vitest reads its configuration from a default export.
export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Many tests run a core in their own process, without the host that sets this flag for the program.
    execArgv: [NO_INLINED_WASM_CALLS, NO_FREED_WASM_CODE],
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
    teardownTimeout: 30_000,
    // A second is the default, which a busy machine takes for one click.
    expect: { poll: { timeout: EVENT_TIMEOUT_MS } },
    allowOnly: false,
    sequence: { sequencer: CheapestFirst },
  },
});
