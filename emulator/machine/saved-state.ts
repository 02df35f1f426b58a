/**
 * A machine's state beside its RAM: which components it consists of, and their bytes. The machine must stand still
 * (cores parked, no disk request in flight) while it is saved.
 */
import type { Board } from '../board/kit/board.ts';
import { FORMER_FIRMWARE_FIELD } from '../board/kit/core-binding.ts';
import { coreSignals } from '../device/kit/core-signals.ts';
import {
  type Migration,
  type PlacedComponent,
  readComponents,
  restoreComponent,
  saveComponents,
  type SavedComponent,
  SnapshotError,
} from '../snapshot/components.ts';
import type { EngineState } from '../isa/architecture.ts';
import { bind, bytes, schema, since, type StateOf, u32, u64 } from '../snapshot/schema.ts';
import type { MachineLayout } from './layout.ts';

/** What belongs to the machine as a whole. */
export const machineState = schema('machine', 3, {
  /** The clock, in ticks of 100 ns since the machine was first started. */
  ticks: u64(),
  memoryBytes: u64(),
  cores: u32(),
  /** 1: the guest's calls to firmware are answered by the machine's own. */
  builtInFirmware: u32(),
  /** Physical address of a bare program's `tohost`, or 0. */
  tohost: u64(),
  /** The same of its `fromhost`. */
  fromhost: since(2, u64()),
});
export type MachineState = StateOf<typeof machineState>;

/** By the version they start from: the field of the firmware once had its name. */
const MACHINE_MIGRATIONS: Readonly<Record<number, Migration>> = {
  2: ({ version, fields: { [FORMER_FIRMWARE_FIELD]: builtInFirmware, ...fields } }) => ({
    version: version + 1,
    fields: builtInFirmware ? { ...fields, builtInFirmware } : fields,
  }),
};

/** Places without a device, which once had state. */
const RETIRED_DEVICE = /^virtio-empty-\d+$/;

const coreComponent = (layout: MachineLayout, core: number): PlacedComponent => ({
  name: `core-${core}`,
  schema: layout.architecture.state,
  at: (layout.cores[core] as { state: number }).state,
});
const boardComponents = ({ board: { components, signals } }: MachineLayout): readonly PlacedComponent[] => [
  ...[...components.values()].map(({ name, schema: shape, stateAt, added }) => ({ name, schema: shape, at: stateAt, mayLack: added })),
  ...signals.map((at, core) => ({ name: `signals-${core}`, schema: coreSignals, at })),
];

/**
 * A core's signals to be saved. Any thread may ask for the core's attention at any time, which says nothing about the
 * machine: a copy without it.
 */
function quietSignals(component: PlacedComponent, buffer: SharedArrayBuffer): PlacedComponent {
  const copy = new SharedArrayBuffer(coreSignals.size);
  new Uint8Array(copy).set(new Uint8Array(buffer, component.at, coreSignals.size));
  bind(coreSignals, copy, 0).attention = 0;
  return { ...component, at: 0, copy };
}

/** Instructions that all cores have retired, as of when each last left generated code. */
export const retiredByCores = ({ architecture, cores }: MachineLayout, buffer: SharedArrayBuffer): number =>
  cores.reduce((sum, { state }) => sum + Number((bind(architecture.state, buffer, state) as unknown as EngineState).retired), 0);

/** What devices keep beside their declared state is a component of one field, as long as it is. */
const KEPT_FIELD = 'kept';
function keptComponents(board: Board): readonly PlacedComponent[] {
  return board.outside.keeping.flatMap(({ name, kept }) => {
    const value = kept();
    if (!value || value.length < 2) return [];
    const copy = new SharedArrayBuffer(value.length);
    new Uint8Array(copy).set(value);
    return [{ name, schema: schema(name, 1, { [KEPT_FIELD]: bytes(value.length) }), at: 0, copy }];
  });
}
/** What was kept, by name; nothing of what a later version has written. */
export const keptIn = ({ components }: SavedState, board: Board): ReadonlyMap<string, Uint8Array> =>
  new Map(
    board.outside.keeping.flatMap(({ name }) => {
      const saved = components.get(name);
      const value = saved?.version === 1 ? saved.fields[KEPT_FIELD] : undefined;
      return value ? [[name, value] as const] : [];
    }),
  );

/** Saves everything but RAM. */
export function saveState(layout: MachineLayout, board: Board, buffer: SharedArrayBuffer, whole: Readonly<MachineState>): Uint8Array {
  const own = new SharedArrayBuffer(machineState.size);
  Object.assign(bind(machineState, own, 0), whole);
  const machine = saveComponents([{ name: 'machine', schema: machineState, at: 0 }], own);
  const outside = boardComponents(layout).map((each) => (each.schema === coreSignals ? quietSignals(each, buffer) : each));
  const cores = layout.cores.map((_, core) => coreComponent(layout, core));
  const rest = saveComponents([...cores, ...outside, ...keptComponents(board)], buffer);
  const both = new Uint8Array(4 + machine.length + rest.length);
  new DataView(both.buffer).setUint32(0, machine.length, true);
  both.set(machine, 4);
  both.set(rest, 4 + machine.length);
  return both;
}

/** Saved state taken apart. */
export interface SavedState {
  readonly machine: Readonly<MachineState>;
  readonly components: ReadonlyMap<string, SavedComponent>;
}

/** @throws SnapshotError where the bytes are damaged or of a later version */
export function readState(bytes: Uint8Array): SavedState {
  if (bytes.length < 4) throw new SnapshotError('state-cut-short');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const own = new SharedArrayBuffer(machineState.size);
  const place = { name: 'machine', schema: machineState, at: 0 };
  restoreComponent(place, readComponents(bytes.subarray(4, 4 + length)).get('machine'), own, MACHINE_MIGRATIONS);
  return { machine: bind(machineState, own, 0), components: readComponents(bytes.subarray(4 + length)) };
}

/** Instructions that all cores had retired. */
export function retiredInstructions({ components }: SavedState): number {
  let sum = 0;
  for (const [name, { fields }] of components) {
    const retired = name.startsWith('core-') ? fields['retired'] : undefined;
    if (retired?.length === 8) sum += Number(new DataView(retired.buffer, retired.byteOffset).getBigUint64(0, true));
  }
  return sum;
}

/**
 * Whether saved state fits a machine as it stands: the same devices, disks, ports and cores.
 * @throws SnapshotError where it does not; nothing has changed then
 */
export function checkState(layout: MachineLayout, board: Board, { components }: SavedState): void {
  const all = [...layout.cores.map((_, core) => coreComponent(layout, core)), ...boardComponents(layout)];
  for (const component of all)
    restoreComponent({ ...component, at: 0 }, components.get(component.name), new SharedArrayBuffer(component.schema.size));
  const names = new Set([...all, ...board.outside.keeping].map(({ name }) => name));
  const foreign = [...components.keys()].find((name) => !names.has(name) && !RETIRED_DEVICE.test(name));
  if (foreign !== undefined) throw new SnapshotError('state-foreign-component', { component: foreign });
}

/** Puts devices and signals back, on the I/O thread, after `board.initialise`. @throws SnapshotError */
export function restoreBoard(layout: MachineLayout, board: Board, buffer: SharedArrayBuffer, { components }: SavedState): void {
  for (const component of boardComponents(layout)) restoreComponent(component, components.get(component.name), buffer);
}
/** Puts one core's architectural state back, while it does not run. @throws SnapshotError */
export function restoreCore(layout: MachineLayout, core: number, buffer: SharedArrayBuffer, { components }: SavedState): void {
  restoreComponent(coreComponent(layout, core), components.get(`core-${core}`), buffer);
}
