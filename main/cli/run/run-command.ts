/** `viv run`: a throwaway machine on this terminal. Opens no library and imports no more than the run needs. */
import type { MachineConfiguration } from '../../../emulator/index.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import type { PreparedGuest } from '../../images/index.ts';
import { requireFiles, resolveConfiguration } from '../../supervisor/resolve-configuration.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { GUEST_HELP, GUEST_OPTIONS, guestOptions, type GuestOptions } from '../guest-options.ts';
import { definitionOf, definitionPatch } from '../machine-definition.ts';
import { outcomeOf } from './run-outcome.ts';
import { openRunDisks, type RunDisks } from './run-disks.ts';
import { runMachine, type RunResult } from './run-machine.ts';
import { printError } from '../../output/print.ts';

const help = `viv run: run a throwaway machine on this terminal

Usage: viv run --template NAME [--run COMMAND] [OPTION]...
       viv run --kernel FILE [--initrd FILE] [--append STRING] [OPTION]...
       viv run --bare FILE [OPTION]...

The console is standard input and output. On a terminal Ctrl-A X leaves and Ctrl-A Ctrl-A sends Ctrl-A.

${GUEST_HELP}
                            overlay is as good as throwaway here: the machine is not kept
  --run COMMAND             with --template: run a shell command, then power off
  --copy HOST[:GUEST]       with --template: put a host file into the guest (a program with its libraries);
                            may be given several times
  --kmod MODULE             with --template: load a kernel module; may be given several times
  --timeout SECONDS         stop after that time
  --stats FILE              write figures of the run as JSON

Exit status: that of COMMAND; else the guest's own (0 where it gives none); 124 after --timeout; 1 when the machine
cannot start or fails; 2 for a wrong call.

Examples:
  viv run --template debian-riscv64
  viv run --template debian-riscv64 --run 'uname -m' --timeout 60
  viv run --template debian-riscv64 --copy /usr/bin/riscv64-thing:/bin/thing --run thing
  viv run --kernel Image --initrd rootfs.cpio.gz --append 'console=ttyS0' --memory 1G
  viv run --kernel Image --append 'console=ttyS0 root=/dev/vda' --drive file=disk.img
  viv run --template debian-riscv64 --drive file=debian.qcow2,format=qcow2,throwaway
  viv run --bare test.elf --stats figures.json
`;

const OPTIONS = {
  ...GUEST_OPTIONS,
  run: { type: 'string' },
  copy: { type: 'string', multiple: true },
  kmod: { type: 'string', multiple: true },
  timeout: { type: 'string' },
  stats: { type: 'string' },
} as const;

interface Additions {
  readonly run?: string;
  readonly copy?: readonly string[];
  readonly kmod?: readonly string[];
}

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(number > 0 && number <= 1e6)) throw new CallError(`--timeout takes a number of seconds, not "${text}"`);
  return number;
}

/** A template's machine and its parts, fetched with progress where they are not here. */
async function fromTemplate(
  options: GuestOptions & { template: string },
  additions: Additions,
  signal: AbortSignal,
): Promise<readonly [MachineDefinition, PreparedGuest]> {
  const [{ GuestKit }, { templateDefinition }, { progressLine }] = await Promise.all([
    import('../../images/index.ts'),
    import('../../supervisor/template-definition.ts'),
    import('../progress-line.ts'),
  ]);
  const kit = new GuestKit();
  const definition = templateDefinition(kit.template(options.template), undefined, []);
  const line = progressLine();
  try {
    const prepared = await kit.prepare(options.template, additions, (progress) => line.show(progress), signal);
    return [{ ...definition, ...definitionPatch(options, definition) }, prepared];
  } finally {
    line.done();
  }
}

/** What is started, and what removes its disks' writes afterwards. */
async function prepare(
  options: GuestOptions,
  additions: Additions,
  signal: AbortSignal,
): Promise<{ configuration: MachineConfiguration; disks: RunDisks }> {
  const { template } = options;
  const [definition, prepared] =
    template === undefined
      ? [definitionOf('throwaway', options), undefined]
      : await fromTemplate({ ...options, template }, additions, signal);
  const disks = await openRunDisks(definition.disks);
  try {
    const configuration = resolveConfiguration(definition, prepared, disks.attachments);
    await requireFiles(configuration);
    return { configuration, disks };
  } catch (error) {
    await disks.remove();
    throw error;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  words(positionals);
  const options = guestOptions(values);
  const additions: Additions = {
    ...(values.run === undefined ? {} : { run: values.run }),
    ...(values.copy ? { copy: values.copy } : {}),
    ...(values.kmod ? { kmod: values.kmod } : {}),
  };
  const [stray] = Object.keys(additions);
  if (options.template === undefined && stray) throw new CallError(`--${stray} needs --template`);
  const timeout = seconds(values.timeout);

  const abort = new AbortController();
  const interrupt = (why: NonNullable<RunResult['interrupted']>) => abort.abort(why);
  const timer = timeout === undefined ? undefined : setTimeout(() => interrupt('timeout'), timeout * 1000);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt('signal'));
  let disks: RunDisks | undefined;
  try {
    const prepared = await prepare(options, additions, abort.signal);
    disks = prepared.disks;
    const { configuration } = prepared;
    const what = values.run === undefined ? 'machine' : 'command';
    let result = await runMachine(configuration, { signal: abort.signal, interrupt });
    // A system that reboots starts again; a command or a bare program has ended by it.
    while (result.ending.kind === 'reboot' && what === 'machine' && options.bare === undefined && !abort.signal.aborted)
      result = await runMachine(configuration, { signal: abort.signal, interrupt });
    const outcome = outcomeOf(result, what, timeout);
    if (values.stats !== undefined) {
      const { statsOf, writeStats } = await import('./stats.ts');
      writeStats(values.stats, statsOf(result.figures, outcome.reason, outcome.status, result.milestones));
    }
    if (outcome.message !== undefined) printError(`viv: ${outcome.message}`);
    return outcome.status;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    if (abort.signal.reason !== 'timeout') return EXIT.interrupted;
    printError(`viv: stopped after ${timeout} seconds (--timeout) before the machine had started`);
    return EXIT.timeout;
  } finally {
    clearTimeout(timer);
    await disks?.remove();
  }
}

export const runCommand: Command = { help, run };
