/** The thread of all networks between machines: a switch each, whose cables are the ports that the program plugs in. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import type { Frame } from '../../emulator/index.ts';
import { Switch, type SwitchPort } from '../../emulator/network/switch/switch.ts';
import type { FromSwitch, PlugIn, Refused, ToSwitch } from './switch-messages.ts';

/** What may be under way to one card; frames beyond are lost. */
const FRAMES = 512;
const BYTES = 4 * 1024 * 1024;

const networks = new Map<string, Switch>();

class CablePort implements SwitchPort {
  readonly card: string;
  readonly machine: string;
  readonly name: PlugIn['name'];
  readonly guarded: PlugIn['guarded'];
  readonly #port: MessagePort;
  #gathered: Frame[] = [];
  #frames = 0;
  #bytes = 0;

  constructor({ card, machine, name, guarded, port }: PlugIn) {
    this.card = card;
    this.machine = machine;
    this.name = name;
    this.guarded = guarded;
    this.#port = port;
  }
  deliver(frame: Frame, isShared: boolean): void {
    if (this.#frames >= FRAMES || this.#bytes >= BYTES) return;
    this.#frames++;
    this.#bytes += frame.bytes.length;
    if (this.#gathered.length === 0) setImmediate(() => this.#flush());
    this.#gathered.push(isShared ? { ...frame, bytes: frame.bytes.slice() } : frame);
  }
  #flush(): void {
    const frames = this.#gathered.splice(0);
    // Several of them may be parts of one buffer.
    const buffers = new Set(frames.map(({ bytes }) => bytes.buffer));
    this.tell({ frames }, [...buffers]);
  }
  taken(frames: number, bytes: number): void {
    // A card of another process may say anything.
    this.#frames = Math.max(0, this.#frames - frames);
    this.#bytes = Math.max(0, this.#bytes - bytes);
  }
  tell(message: FromSwitch, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

function tellNames(network: Switch): void {
  const ports = network.ports as readonly CablePort[];
  const names = ports.flatMap(({ name }) => (name ? [name] : []));
  for (const port of ports) port.tell({ names });
}

function plug(asked: PlugIn): void {
  let network = networks.get(asked.network);
  if (!network) networks.set(asked.network, (network = new Switch(() => performance.now())));
  const made = network;
  const cable = new CablePort(asked);
  const { port } = asked;
  if (!made.plug(cable)) {
    const other = (made.owner(asked.card) as CablePort).machine;
    cable.tell({ refused: other });
    parentPort?.postMessage({ network: asked.network, machine: asked.machine, other, card: asked.card } satisfies Refused);
    return port.close();
  }
  port.on('message', (message: ToSwitch) => {
    if ('frames' in message) made.send(cable, message.frames);
    else cable.taken(message.taken, message.bytes);
  });
  port.on('close', () => {
    made.unplug(cable);
    if (made.ports.length === 0) networks.delete(asked.network);
    else tellNames(made);
  });
  tellNames(made);
}

parentPort?.on('message', (asked: PlugIn) => plug(asked));
