/** The rules of the house can fail: each is fed a tree that breaks it, and one that does not. */
import { describe, expect, test } from 'vitest';
import { arrowsUp } from './floors.ts';
import { cycles, forbiddenImports } from './graph.ts';
import * as habits from './habits.ts';
import { importsOf, treeOf } from './imports.ts';

const complaints = (file: string, text: string) => forbiddenImports(treeOf({ [file]: text }));

describe('reading imports', () => {
  test('statements, re-exports, import() calls, import types and side effects are all seen', () => {
    const text = [
      `import a from './a.ts';`,
      `import type { B } from './b.ts';`,
      `export * from './c.ts';`,
      `const d = await import('./d.ts');`,
      `type E = import('./e.ts').E;`,
      `import './f.ts';`,
      `import { type G } from './g.ts';`,
      `import { type H, h } from './h.ts';`,
    ].join('\n');
    const seen = importsOf('main/x.ts', text).map(({ specifier, typeOnly, line }) => `${line} ${specifier}${typeOnly ? ' type' : ''}`);
    expect(seen).toEqual(['1 ./a.ts', '2 ./b.ts type', '3 ./c.ts', '4 ./d.ts', '5 ./e.ts type', '6 ./f.ts', '7 ./g.ts type', '8 ./h.ts']);
  });
  test('a Vue file is read by its script, with its own line numbers', () => {
    expect(importsOf('a.vue', `<template>\n<p/>\n</template>\n<script setup lang="ts">\nimport { x } from '../x.ts';\n</script>`)).toEqual([
      { specifier: '../x.ts', typeOnly: false, line: 5 },
    ]);
  });
  test('an import in a comment or a string is none', () => {
    expect(importsOf('a.ts', `// import './b.ts'\nconst text = "import './c.ts'";`)).toEqual([]);
  });
});

describe('forbidden imports', () => {
  test.each([
    ['emulator/isa/riscv/base.ts', `import { x } from '../../engine/loop.ts';`, 'may import only types of emulator/engine/loop.ts'],
    ['emulator/memory/ram.ts', `import { x } from '../snapshot/file.ts';`, 'may import only types of'],
    ['emulator/engine/loop.ts', `import { x } from '../isa/riscv/rows.ts';`, 'may not know emulator/isa/riscv/rows.ts'],
    ['emulator/device/uart/device.ts', `import { x } from '../plic/device.ts';`, 'emulator/device/uart may not know'],
    ['emulator/device/virtio/block/device.ts', `import { x } from '../net/device.ts';`, 'may not know'],
    ['emulator/device/uart/device.ts', `import { readFileSync } from 'node:fs';`, 'may not use the package node:fs'],
    ['emulator/machine/machine.ts', `import { x } from '../host/index.ts';`, 'may not know emulator/host/index.ts'],
    ['preload/contract/machines.ts', `import { x } from '../../emulator/index.ts';`, 'only types'],
    ['preload/bridge.ts', `import { x } from '../main/start.ts';`, 'may not know main/start.ts'],
    ['main/library/library.ts', `import { app } from 'electron';`, 'may not use the package electron'],
    ['main/library/library.ts', `import { x } from '../../emulator/engine/loop.ts';`, 'may not know'],
    ['main/start.ts', `const x = await import('../tests/kit/tools.ts');`, 'nothing imports tests'],
    [
      'renderer/views/list/list.vue',
      `<script lang="ts">\nimport { x } from '../../../main/start.ts';\n</script>`,
      'may not know main/start.ts',
    ],
    ['renderer/components/icon.vue', `<script lang="ts">\nimport { x } from '../stores/machines.ts';\n</script>`, 'may not know'],
    ['attic/x.ts', `import { x } from './y.ts';`, 'belongs to no room'],
  ])('%s: %s', (file, text, because) => {
    expect(complaints(file, text)).toEqual([expect.stringContaining(because)]);
  });
  test('the chain that leads to a forbidden import is printed', () => {
    const tree = treeOf({
      'main/start.ts': `import './library/library.ts';`,
      'main/library/library.ts': `import './records.ts';`,
      'main/library/records.ts': `import 'electron';`,
    });
    expect(forbiddenImports(tree)[0]).toContain('main/start.ts -> main/library/library.ts -> main/library/records.ts -> electron');
  });
  test.each([
    ['emulator/device/uart/device.ts', `import { x } from '../kit/registers.ts';`],
    ['emulator/device/virtio/block/device.ts', `import { x } from '../queue.ts';`],
    ['emulator/memory/ram.ts', `import type { X } from '../snapshot/schema.ts';`],
    ['emulator/host/index.ts', `import { x } from '../machine/machine.ts';\nimport 'node:fs';`],
    ['main/supervisor/machines.ts', `import { x } from '../../emulator/host/index.ts';`],
  ])('allowed: %s', (file, text) => {
    expect(complaints(file, text)).toEqual([]);
  });
});

describe('cycles', () => {
  test('a cycle is printed whole', () => {
    const tree = treeOf({ 'main/a.ts': `import './b.ts';`, 'main/b.ts': `import './c.ts';`, 'main/c.ts': `export * from './a.ts';` });
    expect(cycles(tree)).toEqual(['main/a.ts -> main/b.ts -> main/c.ts -> main/a.ts']);
  });
  test('a circle of types is one too', () => {
    const tree = treeOf({ 'main/a.ts': `import './b.ts';`, 'main/b.ts': `import type { A } from './a.ts';` });
    expect(cycles(tree)).toEqual(['main/a.ts -> main/b.ts -> main/a.ts']);
  });
  test('two ways to one file are none', () => {
    expect(cycles(treeOf({ 'main/a.ts': `import './b.ts';\nimport './c.ts';`, 'main/b.ts': `import './c.ts';`, 'main/c.ts': '' }))).toEqual(
      [],
    );
  });
});

describe('the floors of main', () => {
  test('an arrow back up is found, one of types too', () => {
    expect(arrowsUp({ low: { uses: ['high'] }, middle: {}, high: { uses: ['low'] } })).toEqual(['low -> high']);
    expect(arrowsUp({ low: { knows: ['high'] }, high: {} })).toEqual(['low -> high']);
    expect(arrowsUp({ low: {}, high: { uses: ['low', 'gone'] } })).toEqual(['high -> gone']);
  });
  test.each([
    ['main/disks/heads.ts', `import { x } from '../snapshots/timelines.ts';`, 'main/disks may not know main/snapshots/timelines.ts'],
    ['main/disks/heads.ts', `import { x } from '../tasks/task-list.ts';`, 'main/disks may import only types of main/tasks/task-list.ts'],
    ['main/storage/store.ts', `import type { X } from '../taking/taking.ts';`, 'main/storage may not know main/taking/taking.ts'],
    ['main/attic/x.ts', `import { x } from '../library/library.ts';`, 'belongs to no room'],
  ])('%s: %s', (file, text, because) => {
    expect(complaints(file, text)).toEqual([expect.stringContaining(because)]);
  });
});

describe('habits', () => {
  const long = 'x\n'.repeat(habits.LONGEST_FILE + 1);
  test('a long file is refused, unless it is a listed table', () => {
    const tree = treeOf({ 'main/long.ts': long, 'main/short.ts': 'x\n'.repeat(habits.LONGEST_FILE) });
    expect(habits.lengthComplaints(tree, [])).toEqual([expect.stringContaining('main/long.ts')]);
    expect(habits.lengthComplaints(tree, ['main/long.ts'])).toEqual([]);
  });
  test('a table that became short must leave the list', () => {
    expect(habits.lengthComplaints(treeOf({ 'main/a.ts': 'x' }), ['main/a.ts'])).toEqual([expect.stringContaining('take it off')]);
  });
  test('the median', () => expect(habits.medianLength(treeOf({ a: 'x\n', b: 'x\nx\n', c: long }))).toBe(2));
  test('attics are refused, words that contain one are not', () => {
    const tree = treeOf({ 'main/utils/a.ts': '', 'main/helpers.ts': '', 'main/common.test.ts': '', 'main/commonplace.ts': '' });
    expect(habits.nameComplaints(tree)).toEqual(['main/utils/a.ts', 'main/helpers.ts', 'main/common.test.ts']);
  });
  test('switched-off tests and unfinished places are found', () => {
    const off = ['test', 'describe'].map((word) => `${word}.${'skip'}('x', () => {})`).join('\n');
    expect(habits.skipComplaints(treeOf({ 'tests/a.test.ts': off, 'main/a.ts': off }))).toHaveLength(2);
    const keys = `if (event.code === 'KeyF') act();\naddEventListener('keydown', act);\nif (error.code === 'missing') return;`;
    expect(habits.keyComplaints(treeOf({ 'renderer/views/a.vue': keys, 'renderer/composables/keys.ts': keys, 'main/a.ts': keys }))).toEqual(
      [expect.stringContaining('renderer/views/a.vue:1'), expect.stringContaining('renderer/views/a.vue:2')],
    );
    expect(habits.undoneComplaints(treeOf({ 'main/a.ts': `// ${'TO' + 'DO'}: later\nconst todo = 1;` }))).toHaveLength(1);
  });
  test('writing to a standard stream past main/output is found', () => {
    const ways = `console.${'log'}(1)\nprocess.stdout.${'write'}('x')\nstderr.${'write'}('x')`;
    const tree = treeOf({ 'main/cli/a.ts': ways, 'main/output/b.ts': ways, 'renderer/c.ts': ways });
    expect(habits.outputComplaints(tree).map((found) => found.split(':')[0])).toEqual(['main/cli/a.ts', 'main/cli/a.ts', 'main/cli/a.ts']);
  });
  test('a class that extends another one is found, an error is none', () => {
    const classes = `class A extends B {}\nexport class C<T> extends D<T> {}\nclass E extends Error {}\nclass F extends LibraryError {}`;
    expect(habits.inheritanceComplaints(treeOf({ 'main/a.ts': classes, 'emulator/b.ts': classes }))).toEqual([
      expect.stringContaining('main/a.ts:1'),
      expect.stringContaining('main/a.ts:2'),
    ]);
  });
  test('a stranger at the top level is found', () => {
    expect(habits.topLevelComplaints(['main', 'package.json', 'docs'])).toEqual(['docs']);
  });
});
