/** The declaration of definitions: everything that follows from it agrees with everything else. */
import { describe, expect, test } from 'vitest';
import { loadBoard } from '../../emulator/board/boards.ts';
import { type BoardName, boardDescriptions } from '../../emulator/board/descriptions.ts';
import { definitionOf } from '../../main/cli/machine-definition.ts';
import { givenOptions, type OptionValues } from '../../main/cli/machine-options.ts';
import { args } from '../../preload/contract/checks.ts';
import { anyBoard, boardOf, USUAL_BOARD } from '../../preload/contract/definition/boards.ts';
import { field } from '../../preload/contract/definition/field.ts';
import { FIELDS } from '../../preload/contract/definition/fields.ts';
import { choice } from '../../preload/contract/definition/kinds.ts';
import { newDefinition } from '../../preload/contract/definition/new-definition.ts';
import { optionsHelp, optionsOf, optionWords } from '../../preload/contract/definition/options.ts';
import { definitionProblems } from '../../preload/contract/definition/rules.ts';
import { definition, entriesOn, archivedDefinition, storedDefinition } from '../../preload/contract/definition/schema.ts';
import { ALL_FIELDS, placedFields, valueAt, type Declaration } from '../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { admits, problemsOf } from '../../preload/contract/schema/problems.ts';
import { record } from '../../preload/contract/schema/shapes.ts';
import { createFromFilesCommand } from '../../renderer/composables/shown-command.ts';

const full: MachineDefinition = newDefinition({
  name: 'box',
  boot: { kind: 'linux', kernel: '/k', initrd: '/i', commandLine: 'console=ttyS0 quiet', firmware: '/f' },
  disks: [{ path: '/a,b', format: 'qcow2', readonly: false, writes: 'overlay', sizeBytes: 2 ** 30 }],
  memoryMiB: 1024,
  cores: 2,
  engine: 'interpreter',
  virtio: 'pci',
  devices: ['edu'],
  networks: [
    { network: 'nat', mac: '52:54:00:00:00:01', hostPorts: [80, 8080] },
    { network: 'nat', mtu: 9000, reach: { restrict: true, allow: ['203.0.113.0/24:443', '[2001:db8::/32]:80-90'], deny: ['lan', '*:25'] } },
    { network: 'nat', cable: { unplugged: true, rate: 1_500_000, delay: 40, loss: 0.5 } },
  ],
  forwards: [
    { hostPort: 2222, guestPort: 22 },
    { address: '::1', hostPort: 53, guestPort: 5353, protocol: 'udp' },
  ],
  shares: [{ path: '/srv/a,b', tag: 'work', readonly: true }, { tag: 'closed' }, { path: '/srv/b', tag: 'b', protocol: '9p' }],
  ports: [{ name: 'log' }, { name: 'gdb' }],
  note: 'two\nlines',
  group: 'Release tests',
  tags: ['debian', 'x86'],
  checkpoints: { everySeconds: 90, budgetBytes: 2 ** 31 },
  onOpen: 'start',
  onQuit: 'stop',
  onReboot: 'stop',
});

describe('a definition', () => {
  test('of a new machine is right but for what to boot', () => {
    expect(definitionProblems(newDefinition({ name: 'box' }))).toEqual([{ field: 'boot.kernel', message: 'Choose the kernel to boot.' }]);
    expect(definitionProblems(full)).toEqual([]);
  });
  test.each([
    [{ cores: 9 }, 'cores', 'must be a whole number from 1 to 8'],
    [{ cores: '2' }, 'cores', 'must be a whole number from 1 to 8'],
    [{ memoryMiB: 8 }, 'memoryMiB', 'must be a whole number of MiB from 16 to 3072'],
    [{ board: 'abacus' }, 'board', 'must be one of riscv64-virt, pc'],
    [{ engine: 'steam' }, 'engine', 'must be one of auto, interpreter, compiler'],
    [{ boot: { kind: 'linux', kernel: 7 } }, 'boot.kernel', 'must be text of 1 to 4096 characters'],
    [{ boot: 'linux' }, 'boot', 'must be an object'],
    [{ disks: [{}] }, 'disks.0.readonly', 'must be true or false'],
    [{ disks: 'none' }, 'disks', 'must be a list of at most 24'],
    [{ tags: ['two words'] }, 'tags.0', 'must be a word of 1 to 40 characters without spaces or commas, and not "none"'],
    [{ group: 'a\u001bb' }, 'group', 'has control characters or direction marks in it'],
    [{ memory: 7 }, 'memory', 'is not a known field'],
    [JSON.parse('{"toString":1}'), 'toString', 'is not a known field'],
    [JSON.parse('{"__proto__":1}'), '__proto__', 'is not a known field'],
    [{ cores: undefined }, 'cores', 'must be a whole number from 1 to 8'],
    [{ name: 'a\u001bb' }, 'name', 'has control characters or direction marks in it: "a\\u{1b}b"'],
  ] as const)('%o is refused with its field', (change, path, message) => {
    const wrong = Object.assign(Object.create(null), full);
    for (const key of Object.keys(change)) Object.defineProperty(wrong, key, { value: change[key as never], enumerable: true });
    expect(problemsOf(definition, wrong)).toContainEqual({ field: path, message });
    expect(() => args(definition)([wrong])).toThrow(`argument 1.${path} ${message}`);
  });
  test('of a file may have any name, and nothing else that is new', () => {
    expect(admits(archivedDefinition, { ...full, name: 'a\u001bb' })).toBe(true);
    expect(admits(archivedDefinition, { ...full, cores: 9 })).toBe(false);
    expect(admits(archivedDefinition, { ...full, later: 1 })).toBe(false);
  });
  test('of a library that a newer version wrote may have fields that are not known yet', () => {
    expect(admits(storedDefinition, { ...full, later: 1 })).toBe(true);
    expect(admits(storedDefinition, { ...full, cores: 9 })).toBe(false);
  });
});

describe('options', () => {
  test('read what they write, for every field that has one', () => {
    for (const command of ['create', 'set', 'run'] as const)
      for (const { path, field: declared, option } of optionsOf(command)) {
        const value = valueAt(full, path);
        const texts = option.write(value);
        if (!option.read) continue;
        const read = option.read(texts);
        expect([path, read]).toEqual([path, option.part ? (value as Record<string, unknown>)[option.part] : value]);
        if (!option.part) expect([path, problemsOf(declared.schema(anyBoard), read)]).toEqual([path, []]);
      }
  });
  test('of the shown command make the same machine', () => {
    const words = createFromFilesCommand(full).match(/'[^']*'|\S+/g) ?? [];
    const values: Record<string, string[]> = {};
    for (let at = 4; at < words.length; at += 2) (values[words[at]!.slice(2)] ??= []).push(words[at + 1]!.replaceAll("'", ''));
    // A note of two lines is quoted otherwise.
    const typed = { ...values, note: [full.note] } as OptionValues;
    expect(definitionOf('box', givenOptions('create', typed))).toEqual(full);
  });
  test('each have a line of help', () => {
    const help = optionsHelp('create');
    for (const { option } of optionsOf('create')) expect(help).toMatch(new RegExp(`^  --${option.name} `, 'm'));
    for (const text of help.split('\n')) expect(text.length).toBeLessThan(125);
  });
});

describe('boards', () => {
  test('are described each, and what they are described with fits their architecture', async () => {
    for (const [name, { architecture }] of Object.entries(boardDescriptions)) {
      const kind = await loadBoard(name as BoardName);
      // Files and Debian call x86-64 amd64.
      expect(kind.architecture.name.replace('x86-64', 'amd64')).toBe(architecture);
    }
    expect(definitionProblems(newDefinition({ name: 'box', boot: { kind: 'bare', program: '/p' } }))).toEqual([]);
  });
  test('limit what their machines have', () => {
    const small = { ...boardOf(USUAL_BOARD), cores: { min: 1, max: 2 }, virtio: ['pci'], devices: [], disksMax: 0 } as const;
    const found = problemsOf(record(entriesOn(small)), { ...full, cores: 4, virtio: 'mmio' });
    expect(found.map(({ field: path, message }) => `${path} ${message}`)).toEqual([
      'disks must be a list of at most 0',
      'cores must be a whole number from 1 to 2',
      'virtio can only be pci here',
      'devices.0 can have no value here',
    ]);
  });
});

/** A field to come, as somebody would declare it. */
const watchdog = field(
  choice(
    {
      label: 'Watchdog',
      section: 'devices',
      inTemplates: 'optional',
      passedOn: true,
      initial: () => 'off',
      option: { name: 'watchdog', value: 'ACTION', help: ['what the watchdog does: off or reset'] },
    },
    () => [
      { value: 'off', label: 'None' },
      { value: 'reset', label: 'Resets the machine' },
    ],
  ),
);

test('a new field is checked, typed at a terminal, shown as a command and explained as soon as it is declared', () => {
  const fields = placedFields({ ...FIELDS, watchdog } as unknown as Declaration);
  const placed = fields.at(-1)!;
  expect(fields).toHaveLength(ALL_FIELDS.length + 1);
  const schema = record(entriesOn(anyBoard, { ...FIELDS, watchdog }));
  expect(problemsOf(schema, { ...full, watchdog: 'bark' })).toEqual([{ field: 'watchdog', message: 'must be one of off, reset' }]);
  expect(problemsOf(schema, { ...full, watchdog: 'reset' })).toEqual([]);
  expect(optionsHelp('run', fields)).toContain('  --watchdog ACTION         what the watchdog does: off or reset');
  expect(optionWords(placed, 'reset', 'set')).toEqual(['--watchdog', 'reset']);
  expect(() => placed.field.options?.[0]?.read?.(['bark'])).toThrow('takes off or reset, not "bark"');
});
