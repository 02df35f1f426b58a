/**
 * The declaration of a machine's definition: every field once. Types, checks, defaults, options of `viv`, the forms, shown
 * commands, templates and archives follow from it; a new field is added here and where it is acted upon.
 *
 * Options appear in help texts and shown commands in this order, and fields in this order in their section of the form.
 */
import type { BoardDescription, BoardName, EngineMode, OptionalDevice, VirtioBus } from '../../../emulator/index.ts';
import { name, NAME_MAX, oneOf, optional, text } from '../schema/shapes.ts';
import { BOARD_NAMES, boardOf, USUAL_BOARD } from './boards.ts';
import { bootFields } from './boot-fields.ts';
import { field, type Choice } from './field.ts';
import { choice, count, memory, optionalChoice, several } from './kinds.ts';
import { group, tags } from './label-fields.ts';
import { checkpoints, disks, ports } from './lists.ts';
import { forwards, networks } from './network-fields.ts';
import { shares } from './share-fields.ts';
import { NOTE_MAX, templateName } from './parts.ts';
import { either, readChoice } from './units.ts';

const USUAL_MEMORY_MIB = 512;
const USUAL_CORES = 1;

const asTyped = ([typed]: readonly string[]) => typed;

const ENGINES: readonly Choice[] = [
  {
    value: 'auto',
    label: 'Automatic',
    about: 'Interprets at first and compiles code that runs often. Best for everything except debugging.',
  },
  { value: 'interpreter', label: 'Interpreter only', about: 'Slower but steady; uses the least memory.' },
  { value: 'compiler', label: 'Compiler only', about: 'Compiles all code before running it. For testing the compiler.' },
];
const BUSES: Readonly<Record<VirtioBus, string>> = { mmio: 'Memory-mapped (virtio-mmio)', pci: 'On the PCI bus (virtio-pci)' };
const busesOf = ({ virtio }: BoardDescription) => virtio.map((bus) => ({ value: bus, label: BUSES[bus] }));
const devicesOf = ({ devices }: BoardDescription) => devices.map((one) => ({ value: one.name, label: one.title, about: one.about }));
const ON_QUIT: readonly Choice[] = [
  { value: 'save', label: 'Save it', about: 'It is suspended, and its next start resumes where it was.' },
  { value: 'stop', label: 'Stop it', about: 'Like pulling the plug: anything not written to disk is lost.' },
];
const ON_OPEN: readonly Choice[] = [
  { value: 'stay', label: 'Leave it as it is', about: 'It starts when somebody starts it.' },
  { value: 'start', label: 'Start it', about: 'It resumes where it was saved. For servers that are to be there whenever Vivarium is.' },
];
const ON_REBOOT: readonly Choice[] = [
  { value: 'restart', label: 'Start it again', about: 'As a computer does.' },
  { value: 'stop', label: 'Stop it', about: 'For installers, and for looking at a guest that reboots by a fault.' },
];

export const FIELDS = {
  name: field({
    label: 'Name',
    section: 'general',
    isOwners: true,
    editor: { kind: 'line', max: NAME_MAX },
    schema: () => name,
    options: [{ name: 'name', value: 'NEW', help: ['another name'], commands: ['set'], read: asTyped, write: (is) => [String(is)] }],
  }),
  note: field({
    label: 'Note',
    section: 'general',
    hint: () => 'Only for you; the guest does not see it.',
    isOwners: true,
    initial: () => '',
    editor: { kind: 'prose', max: NOTE_MAX },
    schema: () => text(NOTE_MAX, 0),
    options: [{ name: 'note', value: 'TEXT', help: ['a note'], commands: ['create', 'set'], read: asTyped, write: (is) => [String(is)] }],
  }),
  group,
  tags,
  // Its kernel and initrd are made or fetched at each start, where `boot` leaves them out.
  template: field({
    label: 'Template',
    section: 'general',
    isFixed: true,
    schema: () => optional(templateName),
    options: [
      {
        name: 'template',
        value: 'NAME',
        help: ['a prepared guest (viv templates lists them)'],
        commands: ['create', 'run'],
        read: asTyped,
        write: (is) => (is === undefined ? [] : [String(is)]),
      },
    ],
  }),
  board: field({
    label: 'Board',
    section: 'system',
    isFixed: true,
    inTemplates: 'always',
    passedOn: true,
    asked: true,
    initial: () => USUAL_BOARD,
    editor: { kind: 'choice', look: 'menu', choices: () => BOARD_NAMES.map((value) => ({ value, label: boardOf(value).title })) },
    schema: () => oneOf<BoardName>(BOARD_NAMES),
    options: [
      {
        name: 'board',
        value: 'NAME',
        help: [`the machine's board: ${either(BOARD_NAMES)} (default ${USUAL_BOARD})`],
        commands: ['create', 'run'],
        read: ([typed = '']) => readChoice(typed, BOARD_NAMES),
        write: (is) => [String(is)],
      },
    ],
  }),
  boot: bootFields,
  disks,
  memoryMiB: field(
    memory(
      {
        label: 'Memory',
        section: 'system',
        hint: ({ memoryMiB: { min, max } }) => `From ${min} to ${max} MiB. Allocated on first use.`,
        inTemplates: 'always',
        alwaysShown: true,
        asked: true,
        initial: () => USUAL_MEMORY_MIB,
        option: { name: 'memory', value: 'SIZE', help: [`512M, 1G (default ${USUAL_MEMORY_MIB}M, or the template's)`] },
      },
      ({ memoryMiB }) => memoryMiB,
      [128, 256, 512, 1024, 2048],
    ),
  ),
  cores: field(
    count(
      {
        label: 'Cores',
        section: 'system',
        inTemplates: 'always',
        passedOn: true,
        alwaysShown: true,
        asked: true,
        initial: () => USUAL_CORES,
        option: { name: 'cpus', value: 'N', help: [`guest cores (default ${USUAL_CORES})`] },
      },
      ({ cores }) => cores,
    ),
  ),
  engine: field(
    choice<EngineMode>(
      {
        label: 'Engine',
        section: 'system',
        inTemplates: 'optional',
        passedOn: 'anyTime',
        initial: () => 'auto',
        option: { name: 'engine', value: 'ENGINE', help: [''] },
      },
      () => ENGINES,
      'radio',
    ),
  ),
  virtio: field(
    optionalChoice<VirtioBus>(
      {
        label: 'Virtio devices',
        fact: 'bus of virtio devices',
        section: 'devices',
        hint: () => 'The bus of the disks, consoles and entropy source. For PCI, Linux needs virtio_pci.',
        inTemplates: 'optional',
        passedOn: true,
        absent: ({ virtio }) => virtio[0],
        option: { name: 'virtio', value: 'BUS', help: ['bus of the virtio devices'] },
      },
      busesOf,
    ),
  ),
  devices: field(
    several<OptionalDevice>(
      {
        label: 'Other devices',
        section: 'devices',
        inTemplates: 'optional',
        passedOn: true,
        absent: () => [],
        option: { name: 'device', value: 'NAME', help: ['add a device; may be repeated; none takes all away:'] },
      },
      devicesOf,
    ),
  ),
  networks,
  forwards,
  shares,
  ports,
  checkpoints,
  onReboot: field(
    optionalChoice<'restart' | 'stop'>(
      {
        label: 'When the guest reboots',
        fact: 'what happens when the guest reboots',
        section: 'general',
        isOwners: true,
        absent: () => 'restart',
        words: (is: 'restart' | 'stop') => `${is} the machine`,
        option: {
          name: 'on-reboot',
          value: 'restart|stop',
          help: ['what happens to the machine when the guest reboots'],
          commands: ['create', 'set'],
        },
      },
      () => ON_REBOOT,
      'radio',
    ),
  ),
  onOpen: field(
    optionalChoice<'stay' | 'start'>(
      {
        label: 'When Vivarium opens',
        fact: 'what happens when Vivarium opens',
        section: 'general',
        isOwners: true,
        absent: () => 'stay',
        words: (is: 'stay' | 'start') => (is === 'start' ? 'start the machine' : 'leave the machine as it is'),
        option: {
          name: 'on-open',
          value: 'stay|start',
          help: ['whether the machine starts when a window is opened'],
          commands: ['create', 'set'],
        },
      },
      () => ON_OPEN,
      'radio',
    ),
  ),
  onQuit: field(
    optionalChoice<'save' | 'stop'>(
      {
        label: 'When Vivarium quits',
        fact: 'what happens when Vivarium quits',
        section: 'general',
        isOwners: true,
        absent: () => 'save',
        words: (is: 'save' | 'stop') => `${is} the machine`,
        option: {
          name: 'on-quit',
          value: 'save|stop',
          help: ['what happens to the running machine when Vivarium quits'],
          commands: ['create', 'set'],
        },
      },
      () => ON_QUIT,
      'radio',
    ),
  ),
} as const;
