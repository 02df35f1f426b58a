/**
 * The link of a network card on a network that machines share, on the machine's I/O thread. Frames for other machines go to the
 * network's thread; the gateway is here, in every machine the same to look at, so nothing that leaves the network waits for
 * another thread, and connections, forwards and returns are a private network's.
 */
import type { MessagePort } from 'node:worker_threads';
import type { AttachedLink, Frame, LinkOwner, NetworkCard } from '../../emulator/index.ts';
import { isForMany, sameCard } from '../../emulator/network/wire/ethernet.ts';
import { asOnWire } from '../../emulator/network/wire/finish.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { cabledLink } from './cabled-link.ts';
import { joinNames, type JoinedNames } from './known-names.ts';
import type { LinkMessage, NatMessage, NatSetup, NetworkPlace } from './link-messages.ts';
import { NatLink } from './nat-link.ts';
import { StreamEnd } from './stream-end.ts';
import type { FromSwitch, ToSwitch } from './switch-messages.ts';

export async function openLink(setup: unknown, owner: LinkOwner): Promise<AttachedLink> {
  return cabledLink(new SwitchedLink(setup as NatSetup, owner), (setup as NatSetup).cable);
}

/** Whether a card's driver takes a frame as it is. */
function fits({ unfinished }: Frame, { takes }: NetworkCard): boolean {
  if (!unfinished) return true;
  return takes.checksum && (unfinished.segments === undefined || takes[unfinished.segments.kind]);
}

class SwitchedLink implements AttachedLink {
  #setup: NatSetup;
  readonly #owner: LinkOwner;
  #forwards: NatSetup['forwards'];
  #card: NetworkCard | undefined;
  #port: MessagePort | undefined;
  #nat: NatLink | undefined;
  #names: JoinedNames | undefined;
  #gateway: AttachedLink | undefined;
  #gatewayCard: Uint8Array | undefined;
  /** Frames of others that the guest has no room for. */
  #waiting: { readonly frames: readonly Frame[]; readonly bytes: number }[] = [];
  #isHeld = false;
  /** What the guest is to learn of when its gateway is there. */
  #lost: Uint8Array | undefined;

  constructor(setup: NatSetup, owner: LinkOwner) {
    this.#setup = setup;
    this.#owner = owner;
    this.#forwards = setup.forwards;
  }

  plugged(card: NetworkCard): void {
    this.#card = card;
    this.#gateway?.plugged(card);
  }

  async #plugIn(port: MessagePort, { plan, isClosed }: NetworkPlace): Promise<void> {
    this.#port?.close();
    this.#port = port;
    port.on('message', (message: FromSwitch) => this.#told(message));
    if (!plan || this.#nat) return;
    const { hostPorts, hostName, reach } = this.#setup;
    this.#nat = new NatLink({ hostPorts, hostName, plan, reach, isApart: isClosed, log: (line) => this.#owner.log(line) });
    const names = joinNames(this.#owner, this.#nat);
    this.#names = names;
    this.#gateway = this.#nat.attached(() => names.leave());
    this.#gatewayCard = plan.card;
    if (this.#card) this.#gateway.plugged(this.#card);
    this.#gateway.setHeld(this.#isHeld);
    // One that goes on from a saved state has its address already.
    this.#gateway.returned();
    if (this.#lost) this.#gateway.wasUnderWay?.(this.#lost);
    await this.#nat.setForwards(this.#forwards);
  }
  #told(message: FromSwitch): void {
    if ('names' in message) return this.#names?.tell(message.names);
    if ('refused' in message) {
      this.#owner.log(`network: "${message.refused}" has the same card address on this network: the cable is pulled`);
      return this.#card?.setLink(false);
    }
    for (const frame of message.frames) {
      const frames = this.#card && !fits(frame, this.#card) ? asOnWire(frame) : [frame];
      this.#waiting.push({ frames, bytes: frame.bytes.length });
    }
    this.#flush();
  }
  #flush(): void {
    if (this.#isHeld) return;
    let [taken, bytes] = [0, 0];
    for (let first = this.#waiting[0]; first && this.#card; first = this.#waiting[0]) {
      const count = this.#card.receive(first.frames);
      if (count < first.frames.length) {
        this.#waiting[0] = { ...first, frames: first.frames.slice(count) };
        break;
      }
      this.#waiting.shift();
      taken++;
      bytes += first.bytes;
    }
    if (taken > 0) this.#say({ taken, bytes });
  }
  #say(message: ToSwitch, transfer: ArrayBuffer[] = []): void {
    this.#port?.postMessage(message, transfer);
  }

  send(frames: readonly Frame[]): void {
    const gateway = this.#gatewayCard;
    const away = frames.filter(({ bytes }) => !gateway || !sameCard(bytes.subarray(0, 6), gateway));
    // What is for many the gateway hears, too, and it may keep parts of it.
    const own = away.map((frame) => (this.#gateway && isForMany(frame.bytes) ? { ...frame, bytes: frame.bytes.slice() } : frame));
    this.#gateway?.send(frames.filter(({ bytes }) => isForMany(bytes) || !away.some((frame) => frame.bytes === bytes)));
    if (own.length > 0) this.#say({ frames: own }, [...new Set(own.map(({ bytes }) => bytes.buffer))]);
  }
  ready(): void {
    this.#flush();
    this.#gateway?.ready();
  }
  setHeld(held: boolean): void {
    this.#isHeld = held;
    this.#gateway?.setHeld(held);
    if (!held) this.#flush();
  }
  returned(): void {
    const bytes = this.#waiting.reduce((sum, each) => sum + each.bytes, 0);
    if (this.#waiting.length > 0) this.#say({ taken: this.#waiting.splice(0).length, bytes });
    this.#lost = undefined;
    this.#gateway?.returned();
  }
  underWay(): Uint8Array | undefined {
    return this.#gateway?.underWay?.();
  }
  wasUnderWay(saved: Uint8Array): void {
    this.#lost = saved;
    this.#gateway?.wasUnderWay?.(saved);
  }

  async told(given: unknown): Promise<unknown> {
    const message = given as LinkMessage;
    if (message.kind === 'reach') this.#setup = { ...this.#setup, hostPorts: message.hostPorts, reach: message.reach };
    if (message.kind === 'plug') return this.#plugIn(message.port, message.place);
    if (this.#nat) return this.#gateway?.told?.(message);
    const own = given as NatMessage;
    if (own.kind === 'report') return undefined;
    if (own.kind === 'reach') return false;
    if (own.kind === 'set forwards') this.#forwards = own.forwards;
    if (own.kind === 'connect') return new StreamEnd(own.port, {}).fail(faultWith('guest-network-apart'));
    const problem = 'its network does not lead to this computer';
    return this.#forwards.map((forward) => ({ ...forward, connections: 0, problem }));
  }
  async close(): Promise<void> {
    this.#port?.close();
    await this.#gateway?.close();
  }
}
