/** Keys by what is printed on them, under every layout; an input method's keys are its own. */
import { describe, expect, test } from 'vitest';
import { isComposing, keyName, keyWithModifiers } from '../../renderer/composables/keys.ts';
import { consoleKey, SENT_KEYS } from '../../renderer/console/console-keys.ts';

const PLAIN = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false, isComposing: false, keyCode: 0, type: 'keydown' };
const press = (key: string, code: string, modifiers: Partial<typeof PLAIN> = {}) =>
  consoleKey({ ...PLAIN, key, code, ctrlKey: true, ...modifiers });

describe('what a key is called', () => {
  test.each([
    ['a US keyboard', 'F', 'KeyF', 'f'],
    ['Dvorak, where U is on the place of F', 'u', 'KeyF', 'u'],
    ['Dvorak, where F is on the place of Y', 'f', 'KeyY', 'f'],
    ['AZERTY', 'a', 'KeyQ', 'a'],
    ['a German +', '+', 'BracketRight', '+'],
    ['a German ß, on the place of -', 'ß', 'Minus', 'ß'],
    ['a German ü', 'ü', 'BracketLeft', 'ü'],
    ['Russian: the place counts', 'а', 'KeyF', 'f'],
    ['Russian б on the place of the comma', 'б', 'Comma', ','],
    ['Greek', 'φ', 'KeyF', 'f'],
    ['Hebrew', 'כ', 'KeyF', 'f'],
    ['a number pad', '+', 'NumpadAdd', '+'],
    ['a function key', 'F6', 'F6', 'F6'],
    ['a dead key', 'Dead', 'BracketLeft', 'Dead'],
  ])('%s', (_words, key, code, name) => expect(keyName({ key, code })).toBe(name));
  test('with modifiers, Command counting as Ctrl', () => {
    expect(keyWithModifiers({ ...PLAIN, key: 'S', code: 'KeyS', metaKey: true, shiftKey: true })).toBe('ctrl+shift+s');
    expect(keyWithModifiers({ ...PLAIN, key: 'F6', code: 'F6', shiftKey: true })).toBe('shift+F6');
    expect(keyWithModifiers({ ...PLAIN, key: 'ń', code: 'KeyN', ctrlKey: true, altKey: true })).toBe('ctrl+alt+ń');
  });
});

describe('keys in a console', () => {
  test('the window takes a few, the guest has the rest', () => {
    expect(press('f', 'KeyF')).toBe('find');
    expect(press('C', 'KeyC', { shiftKey: true })).toBe('copy');
    expect(press('V', 'KeyV', { shiftKey: true })).toBe('paste');
    expect([
      press('c', 'KeyC'),
      press('k', 'KeyK'),
      press('v', 'KeyV'),
      press('Tab', 'Tab'),
      press('f', 'KeyF', { ctrlKey: false }),
      press('f', 'KeyF', { altKey: true }),
      press('_', 'Minus', { shiftKey: true }),
    ]).toEqual(Array(7).fill(undefined));
    expect(press('f', 'KeyF', { type: 'keyup' })).toBeUndefined();
  });
  test('Dvorak: Ctrl+U deletes the line in the guest, Ctrl+F finds, Ctrl+Shift+C copies', () => {
    expect(press('u', 'KeyF')).toBeUndefined();
    expect(press('f', 'KeyY')).toBe('find');
    expect(press('C', 'KeyI', { shiftKey: true })).toBe('copy');
  });
  test('German: Ctrl with + and - change the size, ß does not', () => {
    expect([press('+', 'BracketRight'), press('-', 'Slash'), press('ß', 'Minus')]).toEqual(['bigger', 'smaller', undefined]);
  });
  test('US: Ctrl with = and with Shift and =', () => {
    expect([press('=', 'Equal'), press('+', 'Equal', { shiftKey: true })]).toEqual(['bigger', 'bigger']);
  });
  test('keys of an input method are its own', () => {
    expect(press('f', 'KeyF', { isComposing: true })).toBeUndefined();
    expect(press('f', 'KeyF', { keyCode: 229 })).toBeUndefined();
    expect([isComposing({ isComposing: true, keyCode: 13 }), isComposing({ isComposing: false, keyCode: 13 })]).toEqual([true, false]);
  });
});

test('every key that the menu sends is another one', () => {
  const all = SENT_KEYS.flat();
  expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
  expect(new Set(all.map(({ bytes }) => bytes)).size).toBe(all.length);
  expect(all.find(({ label }) => label === 'Ctrl+W')?.bytes).toBe('\u0017');
});
