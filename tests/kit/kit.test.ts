/** The test kit itself: order, counting, and the reporting of what was left out. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cost } from './cheapest-first.ts';
import { installCommand, tool, TOOLS, toolsNeededBy, treatmentOf, type ToolName } from './tools.ts';
import { count, lastLine, succeeded, unfinished, unsteady } from './verdict.ts';

const ran = (states: ('passed' | 'failed' | 'skipped' | 'pending')[], errors: unknown[] = [], flaky = false) => ({
  relativeModuleId: `tests/${states.join('-')}.test.ts`,
  errors: () => errors,
  children: {
    allTests: () =>
      states.map((state, at) => ({ fullName: `part > test ${at}`, result: () => ({ state }), diagnostic: () => ({ flaky }) })),
  },
});

describe('the verdict', () => {
  test('counts tests by result over all files', () => {
    expect(count([ran(['passed', 'passed']), ran(['failed', 'skipped'])], 0)).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });
  test('a file that does not load, an error outside the tests and a test without a verdict are failures', () => {
    expect(count([ran([], ['syntax error']), ran(['pending'])], 1)).toEqual({ passed: 0, failed: 3, skipped: 0 });
  });
  test('a file whose process died is named', () => {
    expect(unfinished([ran(['passed']), ran(['passed', 'pending']), ran(['failed', 'skipped'])])).toEqual(['tests/passed-pending.test.ts']);
  });
  test('what passed only when tried again is named', () => {
    expect(unsteady([ran(['passed'], [], true), ran(['passed', 'failed'])])).toEqual(['tests/passed.test.ts: part > test 0']);
  });
  test('nothing passed is no success', () => {
    expect(succeeded({ passed: 0, failed: 0, skipped: 4 })).toBe(false);
    expect(succeeded({ passed: 1, failed: 0, skipped: 4 })).toBe(true);
    expect(succeeded({ passed: 9, failed: 1, skipped: 0 })).toBe(false);
  });
  test('the last line', () => {
    expect(lastLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(lastLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });
});

describe('the order', () => {
  test('plain rooms come before kernels and browsers', () => {
    expect(cost('tests/isa/notation.test.ts')).toBe(0);
    expect(cost('tests/boot/debian.test.ts')).toBeGreaterThan(cost('tests/main/library.test.ts'));
  });
});

describe('tools', () => {
  test('a program that exists is found with its path', () => {
    expect(TOOLS.cpio.programs).toContain('cpio');
    for (const name of Object.keys(TOOLS) as ToolName[]) {
      const path = name === 'apt' ? undefined : tool(name);
      if (path !== undefined) expect(path).toMatch(/^([/\\]|[A-Z]:)/);
    }
  });
  test('one command installs everything, each package once', () => {
    expect(installCommand(['chromium', 'qemu-system-riscv64', 'dtc'])).toBe(
      'sudo apt-get install -y chromium qemu-system-misc opensbi u-boot-qemu device-tree-compiler',
    );
  });
  test('the tools of a left-out suite are read back from its name', () => {
    expect(toolsNeededBy('the window [left out, needs chromium, dtc]')).toEqual(['chromium', 'dtc']);
    expect(toolsNeededBy('the window')).toBeUndefined();
  });
  test('a suite without its tools is left out, but fails in continuous integration', () => {
    expect(treatmentOf([], true)).toBe('run');
    expect(treatmentOf(['chromium'], false)).toBe('leave out');
    expect(treatmentOf(['chromium'], true)).toBe('fail');
    expect(treatmentOf(['electron'], true)).toBe('leave out');
    expect(treatmentOf(['electron', 'dtc'], true)).toBe('fail');
  });
});

describe('npm test', () => {
  const run = (...words: string[]) => {
    const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(new URL('../run.ts', import.meta.url)), ...words], {
      encoding: 'utf8',
    });
    return { status, last: stdout.trimEnd().split('\n').at(-1) };
  };
  test('ends with the verdict', () => {
    expect(run('tests/layers/rules')).toMatchObject({ status: 0, last: expect.stringMatching(/^[1-9]\d* passed, 0 failed$/) as string });
  });
  test('fails when nothing ran', () => {
    expect(run('no-such-test-anywhere')).toEqual({ status: 1, last: '0 passed, 0 failed' });
  });
});

test('continuous integration installs every package whose tool it must have', () => {
  const script = readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8');
  const [, list = ''] = /^packages=\($([^]*?)^\)$/m.exec(script) ?? [];
  const installed = new Set(list.replaceAll(/^ *#.*$/gm, '').split(/\s+/));
  const needed = Object.values(TOOLS).flatMap(({ neededInCi, packages }) => (neededInCi ? packages : []));
  expect(needed.length).toBeGreaterThan(10);
  expect(needed.filter((name) => !installed.has(name))).toEqual([]);
});
