/** Options of disks and of what is kept: how they are read. */
import { describe, expect, test } from 'vitest';
import { CallError } from '../../main/cli/call-error.ts';
import { byteSize, driveOption } from '../../main/cli/drive-option.ts';
import { definitionPatch } from '../../main/cli/machine-definition.ts';
import { givenOptions } from '../../main/cli/machine-options.ts';
import { OptionError } from '../../preload/contract/definition/field.ts';
import { readInterval } from '../../preload/contract/definition/units.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';

const GIB = 1024 ** 3;

describe('--drive', () => {
  test.for([
    ['file=/a/b.img', { path: '/a/b.img', readonly: false }],
    ['file=/a/b.img,readonly', { path: '/a/b.img', readonly: true }],
    ['readonly=on,file=/a,,b=c.img,format=raw', { path: '/a,b=c.img', format: 'raw', readonly: true }],
    ['file=/a,readonly=off', { path: '/a', readonly: false }],
    ['file=/a,overlay', { path: '/a', readonly: false, writes: 'overlay' }],
    ['file=/a,format=qcow2,overlay', { path: '/a', format: 'qcow2', readonly: false, writes: 'overlay' }],
    ['file=/a,format=qcow2,throwaway=on', { path: '/a', format: 'qcow2', readonly: false, writes: 'throwaway' }],
    ['file=/a,format=qcow2,readonly', { path: '/a', format: 'qcow2', readonly: true }],
    ['file=/a,overlay,size=8G', { path: '/a', readonly: false, writes: 'overlay', sizeBytes: 8 * GIB }],
    ['size=4G', { readonly: false, writes: 'overlay', sizeBytes: 4 * GIB }],
    ['size=4G,throwaway', { readonly: false, writes: 'throwaway', sizeBytes: 4 * GIB }],
  ] as const)('%s', ([text, disk]) => expect(driveOption(text)).toEqual(disk));
  test.for([
    ['', 'not ""'],
    ['file=', 'not "file="'],
    ['disk.img', 'not "disk.img"'],
    ['readonly', 'needs file=FILE, or size=SIZE'],
    ['file=/a,cache=none', 'not "cache=none"'],
    ['file=/a,file=/b', 'gives file twice'],
    ['file=/a,readonly,readonly=off', 'gives readonly twice'],
    ['file=/a,format=vmdk', 'takes raw or qcow2, not "vmdk"'],
    ['file=/a,format=qcow2', 'never written in place: add overlay'],
    ['file=/a,overlay,throwaway', 'overlay and throwaway cannot be combined'],
    ['file=/a,readonly,overlay', 'readonly and overlay cannot be combined'],
    ['file=/a,overlay=maybe', 'not "overlay=maybe"'],
    ['file=/a,size=4G', 'requires overlay or throwaway'],
    ['size=4G,format=raw', 'format= requires file='],
    ['size=4G,readonly', 'an empty disk cannot be read-only'],
    ['file=/a,snapshot=on', 'use throwaway to discard'],
    ['size=4Q', 'takes a size like 512M'],
  ] as const)('%s is refused', ([text, message]) => {
    expect(() => driveOption(text)).toThrow(CallError);
    expect(() => driveOption(text)).toThrow(message);
  });
});

describe('sizes and intervals', () => {
  test.for([
    ['512', 512],
    ['1K', 1024],
    ['512M', 512 * 1024 ** 2],
    ['1.5g', 1.5 * GIB],
    ['2GiB', 2 * GIB],
    ['1TB', 1024 * GIB],
  ] as const)('%s', ([text, bytes]) => expect(byteSize(text, '--size')).toBe(bytes));
  test.for(['', '0', '100', '513', '-1G', '1e9', '17T', 'G', '1 G'])('%j is no size', (text) =>
    expect(() => byteSize(text, '--size')).toThrow('--size takes a size'),
  );
  test.for([
    ['30s', 30],
    ['5m', 300],
    ['24h', 86_400],
    ['90', 90],
    ['off', 0],
  ] as const)('%s', ([text, seconds]) => expect(readInterval(text)).toBe(seconds));
  test.for(['', '0', '0s', '25h', '1d', 'often'])('%j is no interval', (text) => expect(() => readInterval(text)).toThrow(OptionError));
});

test('checkpoints: what is not given stays', () => {
  const keepingPatch = (values: Record<string, string>, base: Partial<MachineDefinition>) =>
    definitionPatch(givenOptions('set', values), base);
  const before = { checkpoints: { everySeconds: 60, budgetBytes: GIB } };
  expect(keepingPatch({}, before)).toEqual({});
  expect(keepingPatch({ checkpoints: '30s' }, before)).toEqual({ checkpoints: { everySeconds: 30, budgetBytes: GIB } });
  expect(keepingPatch({ 'checkpoint-budget': '2G' }, before)).toEqual({ checkpoints: { everySeconds: 60, budgetBytes: 2 * GIB } });
  expect(keepingPatch({ checkpoints: 'off' }, {})).toEqual({ checkpoints: { everySeconds: 0, budgetBytes: 0 } });
  expect(keepingPatch({ 'on-quit': 'stop' }, before)).toEqual({ onQuit: 'stop' });
  expect(() => keepingPatch({ 'checkpoint-budget': '2G' }, {})).toThrow('needs --checkpoints');
  expect(() => keepingPatch({ 'on-quit': 'burn' }, {})).toThrow('takes save or stop');
});
