/** The house holds: import rules, cycles, sizes, names and habits, over the project's own sources. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { arrowsUp, FLOORS } from './floors.ts';
import { cycles, forbiddenImports, unusedRules } from './graph.ts';
import * as habits from './habits.ts';
import { readTree } from './imports.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = readTree(root, ['emulator', 'main', 'preload', 'renderer']);
const everything = new Map([...rooms, ...readTree(root, ['tests'])]);

test('there is something to check', () => expect(rooms.size).toBeGreaterThan(50));
test('every import is allowed', () => expect(forbiddenImports(rooms)).toEqual([]));
test('no circles, of types either', () => expect(cycles(everything)).toEqual([]));
test('main looks down only', () => expect(arrowsUp()).toEqual([]));
test('every room of main has its floor, and every floor is there', () => {
  const entries = readdirSync(`${root}main`).filter((name) => name !== 'tsconfig.json');
  expect([...new Set(entries.map((name) => name.replace(/\.[jt]s$/, '')))].sort()).toEqual(Object.keys(FLOORS).sort());
});
test('no floor lists what its room does not use', () => expect(unusedRules(rooms)).toEqual([]));
test('no file is too long', () => expect(habits.lengthComplaints(everything)).toEqual([]));
test('the median file is short', () => expect(habits.medianLength(everything)).toBeLessThan(habits.MEDIAN_FILE));
test('no file or folder is an attic', () => expect(habits.nameComplaints(everything)).toEqual([]));
test('no test is switched off', () => expect(habits.skipComplaints(everything)).toEqual([]));
test('nothing is left undone', () => expect(habits.undoneComplaints(everything)).toEqual([]));
test('only main/output writes to standard streams', () => expect(habits.outputComplaints(rooms)).toEqual([]));
test('main is put together of parts, not inherited', () => expect(habits.inheritanceComplaints(rooms)).toEqual([]));
test('keys go by what is printed on them', () => expect(habits.keyComplaints(everything)).toEqual([]));
test('the top level is fixed', () => expect(habits.topLevelComplaints(readdirSync(root))).toEqual([]));
