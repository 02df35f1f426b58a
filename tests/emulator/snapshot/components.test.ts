/** Saved state: what goes in comes out, older state gets what it lacks, damage is refused with a reason. */
import { describe, expect, it } from 'vitest';
import { readComponents, restoreComponent, saveComponents } from '../../../emulator/snapshot/components.ts';
import { bind, bytes, reset, schema, since, u16, u32, u64, u64s, u8 } from '../../../emulator/snapshot/schema.ts';

const first = schema('clockwork', 1, { gear: u8(3), teeth: u16(400), turns: u64(7n), springs: u64s(4), dust: bytes(5) });
const second = schema('clockwork', 2, {
  oil: since(2, u32(99)),
  gear: u8(3),
  teeth: u16(400),
  turns: u64(7n),
  springs: u64s(4),
  dust: bytes(5),
});

function saved(): Uint8Array {
  const buffer = new SharedArrayBuffer(first.size);
  reset(first, buffer, 0);
  const state = bind(first, buffer, 0);
  state.gear = 200;
  state.teeth = 65_000;
  state.turns = 2n ** 64n - 1n;
  state.springs.set([1n, 2n, 3n, 4n]);
  state.dust.set([9, 8, 7, 6, 5]);
  return saveComponents([{ name: 'left', schema: first, at: 0 }], buffer);
}

describe('saved components', () => {
  it('come back as they were', () => {
    const buffer = new SharedArrayBuffer(first.size);
    restoreComponent({ name: 'left', schema: first, at: 0 }, readComponents(saved()).get('left'), buffer);
    const state = bind(first, buffer, 0);
    expect([state.gear, state.teeth, state.turns]).toEqual([200, 65_000, 2n ** 64n - 1n]);
    expect([...state.springs]).toEqual([1n, 2n, 3n, 4n]);
    expect([...state.dust]).toEqual([9, 8, 7, 6, 5]);
  });

  it('of an older version get the reset value of what is new, wherever the fields lie now', () => {
    const buffer = new SharedArrayBuffer(second.size);
    restoreComponent({ name: 'left', schema: second, at: 0 }, readComponents(saved()).get('left'), buffer);
    const state = bind(second, buffer, 0);
    expect([state.oil, state.gear, state.turns]).toEqual([99, 200, 2n ** 64n - 1n]);
  });

  it('go through the migration of their version', () => {
    const buffer = new SharedArrayBuffer(second.size);
    const oiled = Uint8Array.of(5, 0, 0, 0);
    const migrations = {
      1: (old: { version: number; fields: Readonly<Record<string, Uint8Array>> }) => ({
        version: 2,
        fields: { ...old.fields, oil: oiled },
      }),
    };
    restoreComponent({ name: 'left', schema: second, at: 0 }, readComponents(saved()).get('left'), buffer, migrations);
    expect(bind(second, buffer, 0).oil).toBe(5);
  });

  it('of a component that came later are its reset values; any other that is missing is refused', () => {
    const buffer = new SharedArrayBuffer(first.size);
    new Uint8Array(buffer).fill(0xee);
    expect(() => restoreComponent({ name: 'right', schema: first, at: 0 }, undefined, buffer)).toThrow('has no right');
    restoreComponent({ name: 'right', schema: first, at: 0, mayLack: true }, undefined, buffer);
    const state = bind(first, buffer, 0);
    expect([state.gear, state.teeth, state.turns, ...state.springs]).toEqual([3, 400, 7n, 0n, 0n, 0n, 0n]);
  });

  it('of a later version are refused', () => {
    const buffer = new SharedArrayBuffer(second.size);
    reset(second, buffer, 0);
    const later = readComponents(saveComponents([{ name: 'left', schema: second, at: 0 }], buffer)).get('left');
    expect(() => restoreComponent({ name: 'left', schema: first, at: 0 }, later, buffer)).toThrow(/later version/);
  });

  it('are refused when any byte is changed or missing', () => {
    const good = saved();
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] = (bad[at] as number) ^ 0x10;
      expect(() => readComponents(bad), `byte ${at}`).toThrow(/damaged|not saved machine state|later version|cut short/);
      expect(() => readComponents(good.subarray(0, at)), `cut at ${at}`).toThrow(/damaged|not saved machine state|cut short/);
    }
  });

  it('name the device that a saved machine lacks', () => {
    const buffer = new SharedArrayBuffer(first.size);
    expect(() => restoreComponent({ name: 'right', schema: first, at: 0 }, undefined, buffer)).toThrow(/has no right/);
  });
});
