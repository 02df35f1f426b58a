/** Paths as people write and paste them. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { browseFolder } from '../../../main/images/files/browse.ts';
import { hostPath, withHostPaths } from '../../../main/images/files/host-path.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { writeFileSync } from 'node:fs';

const home = resolve('/home/ada');
const image = resolve('/srv/my images/k.elf');

describe('a path of this computer', () => {
  test.each([
    ['a full one', image, image],
    ['with detours', resolve('/srv') + '/x/../my images/./k.elf', image],
    ['in double quotes', `"${image}"`, image],
    ['in single quotes, with space around', `  '${image}' `, image],
    ['in typographic quotes', `“${image}”`, image],
    ['a file manager’s address', pathToFileURL(image).href, image],
    ['an address in quotes', `'${pathToFileURL(image).href}'`, image],
    ['an address that names this computer', pathToFileURL(image).href.replace('file://', 'file://localhost'), image],
    ['home', '~', home],
    ['below home', '~/k.elf', join(home, 'k.elf')],
    ['below home, in quotes', '"~/my images/k.elf"', join(home, 'my images/k.elf')],
    ['a name that ends with a space', `${image} `, `${image} `],
    ['a name with quotes inside', resolve('/srv/"a"'), resolve('/srv/"a"')],
  ])('%s', (_words, text, path) => expect(hostPath(text, home)).toBe(path));
  test.each([
    ['box.vivarium', /"box.vivarium" is not a full path/],
    ['./box.vivarium', /is not a full path/],
    ['~bob/box', /is not a full path/],
    ['$HOME/box', /is not a full path/],
    ['""', /is not a full path/],
    ['file://other-computer/box', /not the address of a file on this computer/],
    ['https://example.org/box', /is not a full path/],
  ])('%s is refused', (text, message) => expect(() => hostPath(text, home)).toThrow(message));
  test('home is the person’s own', () => expect(hostPath('~/x')).toBe(join(homedir(), 'x')));
});

test('a definition’s files become full paths, all of them; what is no path stays', () => {
  const definition = {
    note: '~/note',
    boot: { kind: 'linux', kernel: '~/k', initrd: `"${image}"`, firmware: pathToFileURL(image).href, commandLine: 'root=~/x' },
    disks: [{ path: '~/d', readonly: true }, { readonly: false }],
  } as const;
  expect(withHostPaths(definition)).toEqual({
    note: '~/note',
    boot: { kind: 'linux', kernel: join(homedir(), 'k'), initrd: image, firmware: image, commandLine: 'root=~/x' },
    disks: [{ path: join(homedir(), 'd'), readonly: true }, { readonly: false }],
  });
  expect(() => withHostPaths({ disks: [{ readonly: false }, { path: 'd.raw', readonly: false }] })).toThrow(
    /disk 2: "d.raw" is not a full/,
  );
  expect(withHostPaths({ memoryMiB: 64 })).toEqual({ memoryMiB: 64 });
});

test('a folder’s files come as people count', async () => {
  const folder = temporaryFolder();
  for (const name of ['file10', 'file1', 'File2', 'file100']) writeFileSync(join(folder, name), '');
  expect((await browseFolder(folder)).entries.map(({ name }) => name)).toEqual(['file1', 'File2', 'file10', 'file100']);
});
