/** `viv run`: a throwaway machine on this terminal. Opens no library and imports no more than the run needs. */
import { expectMachine, letThreadsGo } from '../../../emulator/host/index.ts';
import type { MachineConfiguration, RunningMachine } from '../../../emulator/index.ts';
import { optionsHelp } from '../../../preload/contract/definition/options.ts';
import { forwardProblems } from '../../../preload/contract/definition/rules.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { PRIVATE_NAT } from '../../../preload/contract/definition/network-fields.ts';
import type { GuestKit, PreparedGuest } from '../../images/index.ts';
import { requireFiles, resolveConfiguration } from '../../supervisor/resolve-configuration.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { timeLimit } from '../time-limit.ts';
import { definitionOf, definitionPatch } from '../machine-definition.ts';
import { givenOptions, isGiven, machineOptions, type GivenOptions } from '../machine-options.ts';
import { printError } from '../../output/print.ts';
import type { CommandOnStreams } from '../exec/command-streams.ts';
import { GUEST_EXIT_HELP } from '../exec/guest-exit.ts';
import { heedSignals, signalStatus } from '../exec/signals.ts';
import { commandRequest, TERMINAL_HELP, TERMINAL_OPTIONS, wantsTerminal } from '../exec/terminal-option.ts';
import { commandOutcome, machineOutcome, type Outcome } from './run-outcome.ts';
import { openRunDisks, type RunDisks } from './run-disks.ts';
import type { Interruption, MachineRun } from './run-machine.ts';
import type { RunNetworks } from './run-networks.ts';

const help = `viv run: run a temporary machine in this terminal

Usage: viv run --template NAME [--run COMMAND] [OPTION]...
       viv run --kernel FILE [--initrd FILE] [--append STRING] [OPTION]...
       viv run --bare FILE [OPTION]...

The console is standard input and output. On a terminal Ctrl-A X exits and Ctrl-A Ctrl-A sends Ctrl-A.

With --run the guest boots silently and COMMAND gets standard input, output and error byte for byte, as with ssh;
then the guest powers off. SIGINT, SIGTERM and SIGHUP are passed on to COMMAND, as docker run does, and the run ends
with it, or else after two seconds or at a second signal. It ends at once if COMMAND has not started yet or nobody
reads its output.
Processes that COMMAND leaves in the background are not waited for.

${optionsHelp('run')}
  --run COMMAND             with --template: run a shell command, then power off
${TERMINAL_HELP}
  --console                 with --run: show what the guest's console prints on standard error
  --copy HOST[:GUEST]       with --template: put a host file into the guest (a program with its libraries);
                            may be repeated
  --kmod MODULE             with --template: load a kernel module; may be repeated
  --timeout SECONDS         stop after that time
  --stats FILE              write statistics of the run as JSON

Overlays are discarded too: the machine is not kept.

Exit status without --run: the guest's own (0 if it gives none); 124 after --timeout. With --run:
${GUEST_EXIT_HELP}
  1    the machine cannot start or fails, or output was lost
  2    usage error

Examples:
  viv run --template debian-riscv64
  viv run --template debian-riscv64 --run 'uname -m' --timeout 60
  tar c src | viv run --template debian-riscv64 --run 'tar x && ls -l src'
  viv run --template debian-riscv64 --copy ./build/thing:/bin/thing --run thing
  viv run --kernel Image --initrd rootfs.cpio.gz --append 'console=ttyS0' --memory 1G
  viv run --kernel Image --append 'console=ttyS0 root=/dev/vda' --drive file=disk.img
  viv run --template debian-riscv64 --drive file=debian.qcow2,format=qcow2,throwaway
  viv run --bare test.elf --stats figures.json
`;

const OPTIONS = {
  ...machineOptions('run'),
  ...TERMINAL_OPTIONS,
  console: { type: 'boolean' },
  run: { type: 'string' },
  copy: { type: 'string', multiple: true },
  kmod: { type: 'string', multiple: true },
  timeout: { type: 'string' },
  stats: { type: 'string' },
} as const;

interface Additions {
  readonly commandsOnly?: boolean;
  readonly copy?: readonly string[];
  readonly kmod?: readonly string[];
}

/** Has what is not here fetched from the mirror that the settings name. */
async function heedSettings(kit: GuestKit, template: string): Promise<void> {
  if (kit.status(template).parts === 'ready') return;
  const [{ storedSettings }, { findHome }] = await Promise.all([
    import('../../library/stored-settings.ts'),
    import('../../library/home.ts'),
  ]);
  kit.useMirror((await storedSettings(findHome())).mirror);
}

/** A template's machine and its parts, fetched with progress where they are not here. */
async function fromTemplate(
  template: string,
  { given, additions }: Call,
  signal: AbortSignal,
  plan: (definition: MachineDefinition) => Promise<MachineDefinition>,
): Promise<readonly [MachineDefinition, PreparedGuest]> {
  const [{ GuestKit: Kit }, { installedGuest }, { templateDefinition }, { progressLine }] = await Promise.all([
    import('../../images/index.ts'),
    import('../../installing/index.ts'),
    import('../../supervisor/template-definition.ts'),
    import('../progress-line.ts'),
  ]);
  const kit = new Kit();
  const definition = templateDefinition(kit.template(template), undefined, []);
  const line = progressLine();
  try {
    const wanted: MachineDefinition = { ...definition, ...definitionPatch(given, definition) };
    const [problem] = forwardProblems(wanted);
    if (problem) throw new CallError(`--forward: ${problem.message}`);
    // Before anything is fetched: a network may not be there.
    const whole = await plan(wanted);
    expectMachine(whole);
    await heedSettings(kit, template);
    const prepared = await installedGuest(kit, template, additions, (progress) => line.show(progress), signal);
    // What is written to the template's own disk is forgotten as the machine is; further disks come after it.
    const own = prepared.disks.map((disk) => ({ ...disk, writes: 'throwaway' as const }));
    return [{ ...whole, disks: [...own, ...whole.disks] }, prepared];
  } finally {
    line.done();
  }
}

/** What is started, and what is let go of afterwards. */
interface PreparedRun {
  readonly configuration: MachineConfiguration;
  readonly disks: RunDisks;
  /** Absent: all its networks are its own. */
  readonly networks: RunNetworks | undefined;
}
async function prepare(call: Call, signal: AbortSignal): Promise<PreparedRun> {
  const { template, given } = call;
  let networks: RunNetworks | undefined;
  let disks: RunDisks | undefined;
  const plan = async (definition: MachineDefinition) => {
    if (!definition.networks?.some(({ network }) => network !== PRIVATE_NAT)) return definition;
    networks = await (await import('./run-networks.ts')).openRunNetworks(definition);
    return networks.definition;
  };
  try {
    const [definition, prepared] =
      template === undefined ? [await plan(definitionOf('throwaway', given)), undefined] : await fromTemplate(template, call, signal, plan);
    if (!prepared) expectMachine(definition);
    disks = await openRunDisks(definition.disks);
    const configuration = resolveConfiguration(definition, prepared, disks.attachments, { isTemporary: true });
    await requireFiles(configuration);
    return { configuration, disks, networks };
  } catch (error) {
    await disks?.remove();
    await networks?.close();
    throw error;
  }
}

interface Call {
  readonly template: string | undefined;
  readonly given: GivenOptions;
  readonly additions: Additions;
  /** The command to run; absent: the console is this terminal. */
  readonly command?: string;
  readonly hasTerminal: boolean;
  readonly showsConsole: boolean;
  readonly timeout: number | undefined;
  readonly stats: string | undefined;
}

/** @throws CallError when options are wrong or cannot be combined */
function readCall(args: readonly string[]): Call {
  const { values, positionals } = readArguments(args, OPTIONS);
  words(positionals);
  const given = givenOptions('run', values);
  const { template } = values as { readonly template?: string };
  const stray = (['run', 'copy', 'kmod'] as const).find((name) => values[name] !== undefined);
  if (template === undefined && stray) throw new CallError(`--${stray} needs --template`);
  const useless = (['tty', 'no-tty', 'console'] as const).find((name) => values[name]);
  if (values.run === undefined && useless) throw new CallError(`--${useless} needs --run`);
  if (values.run?.trim() === '') throw new CallError('the --run command is empty');
  const additions: Additions = {
    ...(values.run === undefined ? {} : { commandsOnly: true }),
    ...(values.copy ? { copy: values.copy } : {}),
    ...(values.kmod ? { kmod: values.kmod } : {}),
  };
  return {
    template,
    given,
    additions,
    ...(values.run === undefined ? {} : { command: values.run }),
    hasTerminal: wantsTerminal(values),
    showsConsole: values.console ?? false,
    timeout: timeLimit(values.timeout),
    stats: values.stats,
  };
}

interface Ends {
  readonly signal: AbortSignal;
  readonly interrupt: (why: Interruption) => void;
  readonly started: (machine: RunningMachine) => void;
  running(command: CommandOnStreams | undefined): void;
}

/** Runs what was prepared, to its end. */
async function runPrepared(call: Call, configuration: MachineConfiguration, ends: Ends): Promise<[MachineRun, Outcome]> {
  const { command, timeout } = call;
  const interrupted = () => (ends.signal.aborted ? (ends.signal.reason as Interruption) : undefined);
  if (command === undefined) {
    const { runOnConsole } = await import('./console-run.ts');
    // A system that reboots starts again; a bare program has ended by it.
    const run = await runOnConsole(configuration, { ...ends, restarts: !isGiven(call.given, 'bare') });
    return [run, machineOutcome(run, interrupted(), timeout)];
  }
  const { runCommandIn } = await import('./command-run.ts');
  const run = await runCommandIn(configuration, commandRequest(command, call.hasTerminal), { ...ends, showsConsole: call.showsConsole });
  return [run, commandOutcome(run, interrupted(), timeout)];
}

async function run(args: readonly string[]): Promise<number> {
  const call = readCall(args);
  const { timeout } = call;
  const abort = new AbortController();
  const interrupt = (why: Interruption) => abort.abort(why);
  const timer = timeout === undefined ? undefined : setTimeout(() => interrupt('timeout'), timeout * 1000);
  let command: CommandOnStreams | undefined;
  const letSignalsBe = heedSignals((number) => command?.signal(number) ?? false, interrupt);
  let prepared: PreparedRun | undefined;
  try {
    prepared = await prepare(call, abort.signal);
    const { configuration, networks } = prepared;
    const running = (what: CommandOnStreams | undefined) => void (command = what);
    const started = (machine: RunningMachine) => networks?.plug(machine);
    const [run, outcome] = await runPrepared(call, configuration, { signal: abort.signal, interrupt, started, running });
    if (call.stats !== undefined) {
      const { statsOf, writeStats } = await import('./stats.ts');
      writeStats(call.stats, statsOf(run.figures, outcome.reason, outcome.status, run.milestones));
    }
    if (outcome.message !== undefined) printError(`viv: ${outcome.message}`);
    return outcome.status;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    const why = abort.signal.reason as Interruption;
    if (why === 'SIGINT' || why === 'SIGTERM' || why === 'SIGHUP') return signalStatus(why);
    printError(`viv: stopped after ${timeout} seconds (--timeout) before the machine started`);
    return EXIT.timeout;
  } finally {
    clearTimeout(timer);
    letSignalsBe();
    await Promise.all([prepared?.disks.remove(), prepared?.networks?.close(), letThreadsGo()]);
  }
}

export const runCommand: Command = { help, run };
