/** `viv share`: folders of this computer that a guest uses, while its machine runs and while it is off. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { ShareStatus } from '../../../preload/contract/shares.ts';
import { print, printError, printJson } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import { commandGroup, type Part } from '../command-group.ts';
import { changeMachine } from '../machines/change-machine.ts';
import { findProgram, machineNamed, withProgram, type Program } from '../machines/program.ts';
import { table } from '../table.ts';
import { requireSharedFolder } from '../../supervisor/require-shared-folder.ts';
import { shareOf } from './share-option.ts';

const SPEC_HELP = `SHARE is PATH[,tag=TAG][,readonly][,protocol=9p]: a folder of this computer, what the guest knows it by
(default: the folder's name), whether the guest can only read it, and whether it has it by 9P instead of virtio-fs.
A guest mounts it with mount -t virtiofs TAG /mnt, or
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 TAG /mnt`;

/** What a person should know of one that was just stored. */
async function sayState({ client }: Program, id: Parameters<typeof client.services.machines.shares>[0], tags: readonly string[]) {
  const all = await client.services.machines.shares(id);
  for (const { tag, state, problem, within } of all.filter((status) => tags.includes(status.tag))) {
    if (within !== undefined && state !== 'unusable') printError(`viv: ${withinWords(tag, within, state === 'shared')}`);
    if (state === 'start') printError(`viv: the machine runs: it has ${tag} from its next start on`);
    if (state === 'unusable') printError(`viv: ${tag}: ${problemWords(problem)}; the guest is told that there is no folder`);
  }
}

/** How a guest gets at a folder that came while it ran. */
const withinWords = (tag: string, within: string, isMounted: boolean): string =>
  isMounted
    ? `the running guest has ${tag} as a folder of the share ${within} (/mnt/${within}/${tag} in Debian templates); its own share from the next start on`
    : `the running guest has ${tag} as a folder of the share ${within} once it mounts that: mount -t virtiofs ${within} /mnt; its own share from the next start on`;

const problemWords = (problem = ''): string =>
  problem === 'silent' ? 'the folder does not answer' : `the folder cannot be used (${problem})`;

const addPart: Part = {
  summary: 'share a folder with a guest, or another one under the same tag',
  help: `viv share add: share folders of this computer with a guest

Usage: viv share add NAME SHARE...

${SPEC_HELP}

A running guest has it at once: a tag that it knows leads to the new folder, and a new one is a folder in the share
"shares", which lists all of them and which Debian templates mount at /mnt/shares. From the machine's next start on, a
new tag is a share of its own as well.

Examples:
  viv share add box ~/work
  viv share add box /srv/music,tag=music,readonly
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, ...texts] = positionals;
    if (name === undefined || texts.length === 0) throw new CallError('NAME or SHARE is missing');
    const added = texts.map(shareOf);
    const tags = added.map(({ tag }) => tag);
    const twice = tags.find((tag, index) => tags.indexOf(tag) < index);
    if (twice !== undefined) throw new CallError(`two folders have the tag ${twice}: add ,tag=TAG to one of them`);
    for (const { path } of added) if (path !== undefined) await requireSharedFolder(path);
    await withProgram(findProgram('share'), async (program) => {
      const { id } = await changeMachine(program, name, ({ definition: { shares = [] } }) => ({
        shares: [
          ...shares.map((one) => added.find(({ tag }) => tag === one.tag) ?? one),
          ...added.filter(({ tag }) => !shares.some((one) => one.tag === tag)),
        ],
      }));
      await sayState(program, id, tags);
    });
    return EXIT.ok;
  },
};

const removePart: Part = {
  summary: 'share a folder no longer; the guest loses it at once',
  help: `viv share remove: take shared folders away from a guest, at once

Usage: viv share remove NAME TAG|PATH...

Examples:
  viv share remove box work
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, ...texts] = positionals;
    if (name === undefined || texts.length === 0) throw new CallError('NAME or TAG is missing');
    await withProgram(findProgram('share'), (program) =>
      changeMachine(program, name, ({ definition }) => {
        const { shares = [] } = definition;
        const gone = texts.map((text) => {
          const found = shares.find(({ tag }) => tag === text) ?? shares.find(({ path }) => path === shareOf(text).path);
          if (!found) throw new ContractError('cli-share-unknown', { name: definition.name, share: text });
          return found;
        });
        return { shares: shares.filter((one) => !gone.includes(one)) };
      }),
    );
    return EXIT.ok;
  },
};

const STATES: Readonly<Record<Exclude<ShareStatus['state'], 'unusable' | 'unmounted'>, string>> = {
  shared: 'shared',
  start: 'from the next start on',
  off: 'the machine is off',
};
const row = ({ tag, path, readonly, state, problem, within = '' }: ShareStatus): readonly string[] => [
  tag,
  readonly ? 'read only' : 'read and write',
  state === 'unusable' ? problemWords(problem) : state === 'unmounted' ? `once the guest mounts ${within}` : STATES[state],
  path ?? '(no folder)',
];

const listPart: Part = {
  summary: 'list the shared folders of a machine',
  help: `viv share list: list the shared folders of a machine

Usage: viv share list NAME [--json]

Examples:
  viv share list box
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    const all = await withProgram(findProgram('share'), async (program) => {
      const { id } = await machineNamed(program, name);
      return program.client.services.machines.shares(id);
    });
    if (values.json) printJson(all);
    else if (all.length > 0) print(table([['TAG', 'ACCESS', 'STATE', 'FOLDER'], ...all.map(row)]));
    else printError('viv: no shared folders: add one with viv share add NAME PATH');
    return EXIT.ok;
  },
};

export const shareCommand = commandGroup({
  name: 'share',
  title: 'folders of this computer that a guest uses',
  notes: 'Going back to a snapshot does not change the files in a shared folder.',
  examples: ['viv share add box ~/work', 'viv share list box', 'viv share remove box work'],
  parts: { add: addPart, remove: removePart, list: listPart },
});
