/** `--tty` and `--no-tty`: whether the command in the guest gets a terminal. */
import type { CommandRequest } from '../../../preload/contract/commands.ts';
import { CallError } from '../call-error.ts';

export const TERMINAL_OPTIONS = { tty: { type: 'boolean' }, 'no-tty': { type: 'boolean' } } as const;

export const TERMINAL_HELP = `  --tty, --no-tty           allocate a terminal or not (default: only when standard input and output are one)`;

const DEFAULT_SIZE = { columns: 80, rows: 24 };

/** @throws CallError when both are given */
export function wantsTerminal(values: { readonly tty?: boolean | undefined; readonly 'no-tty'?: boolean | undefined }): boolean {
  if (values.tty && values['no-tty']) throw new CallError('--tty and --no-tty cannot be combined');
  return values.tty ?? (!values['no-tty'] && process.stdin.isTTY && process.stdout.isTTY);
}

/** The command as the guest's agent is asked for it. */
export function commandRequest(text: string, hasTerminal: boolean): CommandRequest {
  if (!hasTerminal) return { text };
  const { columns, rows } = process.stdout.isTTY ? process.stdout : DEFAULT_SIZE;
  const kind = process.env['TERM'] ?? '';
  // Where errors go elsewhere than to the terminal here, they do so there.
  return { text, terminal: { kind: kind === '' ? 'xterm-256color' : kind, size: { columns, rows } }, errorsApart: !process.stderr.isTTY };
}
