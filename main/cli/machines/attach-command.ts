/** `viv attach` opens a running machine's console to other programs of this computer, lists such ways and closes them. */
import { isAbsolute, resolve } from 'node:path';
import type { ConsoleDoor, DoorRequest } from '../../../preload/contract/consoles.ts';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { print } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { isActive } from './console-attachment.ts';
import { CONSOLE_OPTION, consoleNumber } from './console-command.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';
import { requireConsole } from './require-console.ts';

export const attachCommand: Command = {
  help: `viv attach: open a running machine's console to other programs

Usage: viv attach NAME [--console N] (--pty | --tcp [HOST:]PORT | --socket PATH)
       viv attach NAME                 list what is open
       viv attach NAME --close ID

Prints where the console can be reached and a command that goes there. Any number of programs can be connected, beside
the window and viv console; each is first sent what was printed before, and whatever one of them sends is typed. It
stays open until it is closed or the machine is deleted, also while the machine is off. When Vivarium has quit, its next
start opens it again; a pseudo-terminal gets another number then.

  --console N        0 is the serial port (default), N the N-th virtio port
  --pty              a pseudo-terminal, for screen, minicom and others
  --tcp [HOST:]PORT  a TCP port of this computer alone; PORT 0 takes a free one. Every user of this computer can
                     connect; with HOST, such as 0.0.0.0, other computers too. Nothing is encrypted, no password asked
  --socket PATH      a Unix socket that only you can open
  --close ID         close one
  --json             print JSON

Examples:
  viv attach box --tcp 0
  viv attach box --socket /run/user/1000/box.sock
  viv attach box --close 1
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...CONSOLE_OPTION,
      pty: { type: 'boolean' },
      tcp: { type: 'string' },
      socket: { type: 'string' },
      close: { type: 'string' },
      json: { type: 'boolean' },
    });
    const [name] = words(positionals, 'NAME') as [string];
    const number = consoleNumber(values.console);
    const requests = requestsOf(values);
    if (requests.length + (values.close === undefined ? 0 : 1) > 1)
      throw new CallError('only one of --pty, --tcp, --socket and --close can be given');
    return withProgram(findProgram('attach'), async (program) => {
      const machine = await machineNamed(program, name);
      const { consoles } = program.client.services;
      const tell = (doors: readonly ConsoleDoor[]) => doors.forEach((door) => print(values.json ? JSON.stringify(door) : wordsOf(door)));
      if (values.close !== undefined) await consoles.closeDoor(machine.id, values.close);
      else if (requests[0]) {
        if (!isActive(machine)) throw new ContractError('cli-console-off', { name, state: machine.state, why: machine.reason });
        await requireConsole(program, machine, number);
        tell([await consoles.openDoor(machine.id, number, requests[0])]);
      } else tell(await consoles.doors(machine.id));
      return EXIT.ok;
    });
  },
};

function requestsOf({
  pty,
  tcp,
  socket,
}: {
  pty?: boolean | undefined;
  tcp?: string | undefined;
  socket?: string | undefined;
}): DoorRequest[] {
  return [
    ...(pty ? [{ kind: 'pty' } as const] : []),
    ...(tcp === undefined ? [] : [tcpRequest(tcp)]),
    ...(socket === undefined ? [] : [{ kind: 'socket', path: isAbsolute(socket) ? socket : resolve(socket) } as const]),
  ];
}

function tcpRequest(text: string): DoorRequest {
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new CallError(`--tcp takes a port from 0 to 65535, or HOST:PORT, not "${text}"`);
  return { kind: 'tcp', port: Number(port), ...(host === undefined ? {} : { host: host.replace(/^\[|\]$/g, '') }) };
}

const wordsOf = ({ id, console, address, commands, readers }: ConsoleDoor): string =>
  `${id}  console ${console}  ${address}${readers === undefined ? '' : `  ${readers} connected`}\n   ${commands.join('\n   ')}`;
