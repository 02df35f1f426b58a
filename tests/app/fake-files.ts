/** Files on guests' disks for tests of the window: two texts that differ, and what is no text. */
import { ContractError, type Handlers } from '../../preload/contract/contract.ts';
import type { files } from '../../preload/contract/files.ts';

const LINES = Array.from({ length: 60 }, (_, index) => `option${index} = ${index * 7}`);
/** What the file is before, and what it is now. */
const HOSTNAME = { before: ['box', ...LINES].join('\n'), after: ['box-2', ...LINES.toSpliced(30, 1), 'last = 1'].join('\n') };
const ENTRY = { sizeBytes: 4096, modifiedAt: Date.UTC(2026, 0, 5) };

/** @param taken told which file was brought out, and where to */
export function fakeFiles(taken: (call: string) => { readonly task: string }): Handlers<typeof files> {
  return {
    list: (_machine, _moment, { path }) => ({
      volumes: [{ place: 'whole disk', kind: 'ext4', label: 'root' }],
      passedOver: [],
      place: 'whole disk',
      path,
      entries:
        path === ''
          ? [
              { name: 'etc', kind: 'directory', ...ENTRY },
              { name: 'bin', kind: 'link', target: 'usr/bin', ...ENTRY },
            ]
          : [
              { name: 'hostname', kind: 'file', ...ENTRY },
              { name: 'passwd', kind: 'file', ...ENTRY },
            ],
      omitted: 0,
    }),
    read(_machine, moment, { path }) {
      if (path.endsWith('strace')) return { sizeBytes: 1_843_112, modifiedAt: 0, without: 'large' };
      if (!path.endsWith('hostname')) throw new ContractError('guest-file-missing', { path });
      const text = moment === 'S09' ? HOSTNAME.before : HOSTNAME.after;
      return { sizeBytes: text.length, modifiedAt: 0, text };
    },
    take: (_machine, moment, { slot, path }, target) => taken(`take ${moment ?? 'now'} ${slot} ${path} ${target}`),
  };
}
