/** `viv forward`: ports of this computer that lead into a guest, while its machine runs and while it is off. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { OptionError } from '../../../preload/contract/definition/field.ts';
import { type ForwardDefinition, readForward, writeForward } from '../../../preload/contract/definition/network-fields.ts';
import type { ForwardStatus } from '../../../preload/contract/forwards.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { print, printError, printJson } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import { commandGroup, type Part } from '../command-group.ts';
import { changeMachine } from '../machines/change-machine.ts';
import { findProgram, machineNamed, withProgram, type Program } from '../machines/program.ts';
import { table } from '../table.ts';

const LOOPBACK = '127.0.0.1';
const SPEC_HELP = `FORWARD is [ADDRESS:]HOSTPORT:GUESTPORT[/udp]: the port of this computer, then the guest's. Without ADDRESS it is
127.0.0.1, which only this computer reaches; with 0.0.0.0 the whole network does.`;

/** @throws CallError */
function forwardOf(text: string): ForwardDefinition {
  try {
    return readForward(text);
  } catch (error) {
    throw error instanceof OptionError ? new CallError(`FORWARD ${error.message}`) : error;
  }
}

const isSame = (a: ForwardDefinition, b: ForwardDefinition): boolean =>
  (a.address ?? LOOPBACK) === (b.address ?? LOOPBACK) && a.hostPort === b.hostPort && (a.protocol ?? 'tcp') === (b.protocol ?? 'tcp');

const hasCard = ({ networks = [] }: MachineDefinition): boolean => networks.length > 0;

/** What is wrong with one, said when it was stored: it is tried again, so it is no failure. */
async function sayProblem({ client }: Program, id: Parameters<typeof client.services.machines.forwards>[0], added: ForwardDefinition) {
  const { state } = await client.services.machines.get(id);
  if (state !== 'running' && state !== 'paused') return;
  const all = await client.services.machines.forwards(id);
  const { problem } = all.find((status) => isSame(status, added)) ?? {};
  if (problem !== undefined) printError(`viv: ${problem}; the forward works as soon as that port is free`);
}

const addPart: Part = {
  summary: 'forward a port, also while the machine runs',
  help: `viv forward add: forward ports of this computer to a guest

Usage: viv forward add NAME FORWARD...

${SPEC_HELP}

Examples:
  viv forward add box 2222:22
  viv forward add box 0.0.0.0:8080:80 5353:53/udp
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, ...texts] = positionals;
    if (name === undefined || texts.length === 0) throw new CallError('NAME or FORWARD is missing');
    const added = texts.map(forwardOf);
    await withProgram(findProgram('forward'), async (program) => {
      const { id } = await changeMachine(program, name, ({ definition }) => {
        if (!hasCard(definition)) throw new ContractError('cli-forward-needs-nat', { name: definition.name });
        const before = definition.forwards ?? [];
        const taken = added.find((one) => before.some((other) => isSame(one, other)));
        if (taken) throw new ContractError('cli-forward-there', { name: definition.name, forward: writeForward(taken) });
        return { forwards: [...before, ...added] };
      });
      for (const one of added) await sayProblem(program, id, one);
    });
    return EXIT.ok;
  },
};

/** Which forwards a word means: one written in full, or by the port of this computer alone. @throws CallError */
function meant(text: string, all: readonly ForwardDefinition[]): readonly ForwardDefinition[] {
  const [, digits, protocol] = /^(\d+)(\/udp|\/tcp)?$/.exec(text) ?? [];
  if (digits === undefined) {
    const wanted = forwardOf(text);
    return all.filter((one) => isSame(one, wanted) && one.guestPort === wanted.guestPort);
  }
  return all.filter((one) => one.hostPort === Number(digits) && (protocol === undefined || `/${one.protocol ?? 'tcp'}` === protocol));
}

const removePart: Part = {
  summary: 'stop forwarding a port; connections stay',
  help: `viv forward remove: stop forwarding ports; connections that exist stay

Usage: viv forward remove NAME FORWARD|HOSTPORT...

Examples:
  viv forward remove box 2222
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [name, ...texts] = positionals;
    if (name === undefined || texts.length === 0) throw new CallError('NAME or FORWARD is missing');
    await withProgram(findProgram('forward'), (program) =>
      changeMachine(program, name, ({ definition }) => {
        const before = definition.forwards ?? [];
        const gone = texts.flatMap((text) => {
          const found = meant(text, before);
          if (found.length === 0) throw new ContractError('cli-forward-unknown', { name: definition.name, forward: text });
          return found;
        });
        return { forwards: before.filter((one) => !gone.includes(one)) };
      }),
    );
    return EXIT.ok;
  },
};

const row = (status: ForwardStatus): readonly string[] => [
  `${status.address.includes(':') ? `[${status.address}]` : status.address}:${status.hostPort}`,
  `${status.guestPort}/${status.protocol}`,
  status.problem === undefined ? 'listening' : 'waiting',
  String(status.connections),
  status.problem ?? '',
];

const listPart: Part = {
  summary: 'list the forwards and whether they listen',
  help: `viv forward list: list the forwards of a machine, and whether they listen

Usage: viv forward list NAME [--json]

Examples:
  viv forward list box
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    const all = await withProgram(findProgram('forward'), async (program) => {
      const { id } = await machineNamed(program, name);
      return program.client.services.machines.forwards(id);
    });
    if (values.json) printJson(all);
    else if (all.length > 0) print(table([['HOST', 'GUEST', 'STATE', 'CONNECTIONS', 'REASON'], ...all.map(row)]));
    else printError('viv: no forwards: add one with viv forward add NAME HOSTPORT:GUESTPORT');
    return EXIT.ok;
  },
};

export const forwardCommand = commandGroup({
  name: 'forward',
  title: 'forward ports of this computer to a guest',
  notes: 'Forwards hold at once, also of a running machine, and no snapshot takes them back.',
  examples: ['viv forward add box 2222:22', 'viv forward list box', 'viv forward remove box 2222'],
  parts: { add: addPart, remove: removePart, list: listPart },
});
