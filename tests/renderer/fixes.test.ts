/** Every error that a person can meet in a view has its button, or is here with why it needs none. */
import { describe, expect, test } from 'vitest';
import { catalogue, type ErrorCode } from '../../preload/contract/errors/catalogue.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { fixNameOf } from '../../renderer/composables/fixes.ts';

/** Codes without a button, as patterns, by what is done about them instead. */
const WITHOUT: Readonly<Record<string, RegExp>> = {
  'only the command line meets it': /^(cli-|code-cannot-be-shown$|command-|commands-too-many$|output-(exists|no-folder|permission)$)/,
  'the program itself has no more to offer than its words': new RegExp(
    `^(outside|text|internal-fault|thread-end(ing|ed)|program-ending|job-unknown|task-failed|address-not-a-file|disk-unknown-message|${[
      'disk-no-settled-content|disk-generation-open|memory-shape-differs|package-(role-missing|not-left)|machine-thread-.*|machine-threads-linger',
      'machine-(core|io|disk)-silent|machine-no-standstill|ending-.*|htif-unanswered|processor-shutdown|machine-memory-lost|machine-lingers',
      'leaving-.*|machine-reboots|machine-failed|machine-not-restarted|machine-stopped-while-starting',
    ].join('|')})$`,
  ),
  'the window itself speaks the wire': /^(wire-|call-unknown$|arguments-count$|calls-too-many$|consoles-too-many$|socket-unusable$)/,
  'it stands at the field that was typed into': new RegExp(
    `^(argument-invalid|machine-name-taken|template-(name-taken|not-.*|invalid|role|missing|no-system)|path-.*|folder-.*|archive-.*|door-.*|${[
      'image-(empty|not-a-disk|raw-compressed|range|cluster.*)|mirror-proxy-wrong|disk-(cannot|file-cannot)-shrink|disk-size-not-sectors',
      'disk-empty-needs-size|disk-is-device|file-(unusable|claimed|twice|changed-while-read)|disk-nothing-to-export|file-system-.*',
    ].join('|')})$`,
  ),
  'the same button again, a moment later, is all': new RegExp(
    `^(cancelled|machine-(busy|ending|already|not-in-state|ended-nothing-to-save)|task-.*|guest-starting|receive-interrupted|overlay-(changed|exists)|${[
      'snapshot-suspended-at|snapshot-is-suspended|disk-of-suspended|change-none|(purge|machine)-not-in-bin|purge-gone|machine-gone|network-ended',
    ].join('|')})$`,
  ),
  'it is the view that shows it which offers what can be done': new RegExp(
    `^(shutdown-.*|machine-(no-console|source-unclear|booted-needs-template)|ssh-not-open|network-in-use-by-run|stream-.*|guest-.*|${[
      'disk-(missing.*|not-in-snapshot|no-id|no-base|absent|count-differs|odd-length|takes-no-messages|readonly|overlay-of-library)',
      'network-takes-no-messages|boot-(no-marker|stopped|no-prompt)|mirror-keyring-unreadable',
    ].join('|')})$`,
  ),
  'the library does not open, so there is no window': new RegExp(
    `^((library|store|overlay|database)-(unusable|readonly|foreign|locked|newer|absent|closed|exists|in-use.*)|content-newer|cache-readonly|${[
      'socket-folder-unsafe|library-check-failed|chunk-not-stored|write-back-refused|disk-(no-folder)',
    ].join('|')})$`,
  ),
  'a snapshot of another shape: another one is to be restored': /^state-/,
  'a template is made wrong: its maker mends it': /^(package-|program-(gives|missing|not)|modules?-|copy-|elf-|board-no-)/,
};
const isTold = (code: string) => catalogue[code as ErrorCode].kind === 'told';

describe('ways out of errors', () => {
  test('every code has its button or a reason to have none', () => {
    const codes = Object.keys(catalogue);
    const bare = codes.filter((code) => !isTold(code) && fixNameOf({ code, facts: {} }) === undefined);
    expect(bare.filter((code) => !Object.values(WITHOUT).some((pattern) => pattern.test(code)))).toEqual([]);
  });
  test.each([
    [faultWith('boot-file-missing', { what: 'kernel', path: '/k' }), 'choose-boot-file'],
    [faultWith('disk-unusable', { slot: 0, why: faultWith('path-missing', { path: '/d' }) }), 'choose-disk'],
    [
      faultWith('machine-failed', { why: faultWith('disk-unusable', { slot: 0, why: faultWith('path-missing', { path: '/d' }) }) }),
      'choose-disk',
    ],
    [faultWith('machine-failed', { why: faultWith('port-unusable', { port: 80, why: 'in use', detail: '', other: 8080 }) }), 'change-port'],
    [faultWith('disk-unusable', { slot: 0, why: faultWith('store-full', { file: 's', detail: '' }) }), 'show-usage'],
    [faultWith('machine-in-bin', { name: 'a' }), 'open-bin'],
    [faultWith('machine-gone'), undefined],
    [{ code: 'of-a-newer-version', facts: {} }, undefined],
  ] as const)('%j', (fault, fix) => expect(fixNameOf(fault)).toBe(fix));
});
