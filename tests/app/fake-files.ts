/** Files on guests' disks for tests of the window: two texts that differ, and what is no text. */
import { ContractError, type Handlers } from '../../preload/contract/contract.ts';
import type { files, GuestEntry } from '../../preload/contract/files.ts';

const LINES = Array.from({ length: 60 }, (_, index) => `option${index} = ${index * 7}`);
/** What the file is before, and what it is now. */
const HOSTNAME = { before: ['box', ...LINES].join('\n'), after: ['box-2', ...LINES.toSpliced(30, 1), 'last = 1'].join('\n') };
const ENTRY = { sizeBytes: 4096, modifiedAt: Date.UTC(2026, 0, 5) };

/** A folder with more in it than anybody draws at once. */
const MANY = Array.from({ length: 2000 }, (_, index): GuestEntry => ({
  name: `page-${String(index).padStart(4, '0')}`,
  kind: 'file',
  sizeBytes: (index * 7919) % 100_000,
  modifiedAt: Date.UTC(2026, 0, 1 + (index % 28)),
}));
const FOLDERS: Readonly<Record<string, readonly GuestEntry[]>> = {
  '': [
    { name: 'etc', kind: 'directory', ...ENTRY },
    { name: 'usr', kind: 'directory', ...ENTRY },
    { name: 'bin', kind: 'link', target: 'usr/bin', ...ENTRY },
  ],
  etc: [
    { name: 'hostname', kind: 'file', ...ENTRY, sizeBytes: 9 },
    { name: 'passwd', kind: 'file', ...ENTRY, sizeBytes: 1843 },
  ],
  usr: [{ name: 'share', kind: 'directory', ...ENTRY }],
  'usr/share': MANY,
};

/** @param taken told which file was brought out, and where to */
export function fakeFiles(taken: (call: string) => { readonly task: string }): Handlers<typeof files> {
  return {
    list(_machine, moment, { path }) {
      const entries = FOLDERS[path];
      if (!entries) throw new ContractError('guest-folder-missing', { path: `/${path}` });
      const volumes = [
        { place: 'partition 1', kind: 'ext4', label: 'root' },
        { place: 'partition 15', kind: 'fat16', label: '' },
      ];
      const later: GuestEntry = { name: 'only-now', kind: 'file', ...ENTRY };
      return { volumes, passedOver: [], place: 'partition 1', path, entries: moment === null ? [...entries, later] : entries, omitted: 0 };
    },
    read(_machine, moment, { path }) {
      if (path.endsWith('strace')) return { sizeBytes: 1_843_112, modifiedAt: 0, without: 'large' };
      if (!path.endsWith('hostname')) throw new ContractError('guest-file-missing', { path });
      const text = moment === 'S09' ? HOSTNAME.before : HOSTNAME.after;
      return { sizeBytes: text.length, modifiedAt: 0, text };
    },
    take: (_machine, moment, { slot, path }, target) => taken(`take ${moment ?? 'now'} ${slot} ${path} ${target}`),
  };
}
