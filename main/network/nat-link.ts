/** The link of a network card with a private network of its own, on the machine's I/O thread: the NAT with this computer behind it. */
import type { AddressPlan } from '../../emulator/network/nat/plan.ts';
import { NatStack } from '../../emulator/network/nat/stack.ts';
import type { AttachedLink, LinkOwner } from '../../emulator/index.ts';
import type { Forward, ForwardStatus } from '../../preload/contract/forwards.ts';
import { cabledLink } from './cabled-link.ts';
import { isSamePort } from './forward.ts';
import { GuestCalls } from './guest-call.ts';
import { connectGuest } from './guest-stream.ts';
import { hostOutside } from './host-outside.ts';
import { joinNames } from './known-names.ts';
import type { NatMessage, NatSetup, ReachSetup } from './link-messages.ts';
import type { MachineNames } from './switch-messages.ts';
import { OpenForward } from './open-forward.ts';

/** How finely time passes for connections, in milliseconds. */
const TICK_MS = 250;

export async function openLink(setup: unknown, owner: LinkOwner): Promise<AttachedLink> {
  const { hostPorts, forwards, hostName, cable, reach } = setup as NatSetup;
  const link = new NatLink({ hostPorts, hostName, reach, log: (line) => owner.log(line) });
  await link.setForwards(forwards);
  const names = joinNames(owner, link);
  return cabledLink(
    link.attached(() => names.leave()),
    cable,
  );
}

/** A card's reach on a network. @param isApart the network itself leads nowhere, whatever the card allows */
const reachOptions = ({ restrict, allow, deny }: ReachSetup = { restrict: false, deny: [] }, isApart = false) => ({
  isClosed: restrict || isApart,
  deny,
  ...(allow && !isApart ? { allow } : {}),
});

interface NatLinkParts {
  readonly hostPorts: readonly number[];
  readonly hostName: string | undefined;
  /** Absent: QEMU's addresses. */
  readonly plan?: AddressPlan;
  readonly reach: ReachSetup | undefined;
  /** The network leads nowhere, whatever the card allows. */
  readonly isApart?: boolean;
  readonly log: (line: string) => void;
}

export class NatLink {
  readonly #stack: NatStack;
  readonly #log: (line: string) => void;
  readonly #calls: GuestCalls;
  readonly #isApart: boolean;
  #forwards: readonly OpenForward[] = [];
  #ticking: NodeJS.Timeout | undefined;

  constructor({ log, reach, isApart = false, ...options }: NatLinkParts) {
    this.#log = log;
    this.#isApart = isApart;
    const host = { outside: hostOutside(log, () => this.#tick()), clock: () => performance.now() };
    this.#stack = new NatStack({ ...host, ...options, ...reachOptions(reach, isApart) });
    this.#calls = new GuestCalls(this.#stack);
    this.#stack.appeared = () => this.#calls.guestAppeared();
    this.#stack.appearedBySix = () => this.#calls.guestHasSix();
  }

  /** Other machines on the network have these names. */
  setNames(names: MachineNames): void {
    this.#stack.dns.setMachines(names);
  }

  /** Lets time pass for the guest's connections, as long as one waits for it. */
  #tick(): void {
    this.#ticking ??= setInterval(() => {
      if (this.#stack.tick(TICK_MS)) return;
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }, TICK_MS).unref();
  }

  /** Opens the forwards that are not there and closes those that are not to be; connections stay. */
  async setForwards(wanted: readonly Forward[]): Promise<readonly ForwardStatus[]> {
    const stays = ({ forward }: OpenForward) => wanted.some((other) => isSamePort(forward, other) && forward.guestPort === other.guestPort);
    for (const open of this.#forwards) if (!stays(open)) open.close();
    const kept = this.#forwards.filter(stays);
    const fresh = wanted
      .filter(
        (forward, index) =>
          !kept.some((open) => isSamePort(open.forward, forward)) && wanted.findIndex((other) => isSamePort(other, forward)) === index,
      )
      .map((forward) => new OpenForward(forward, { stack: this.#stack, calls: this.#calls, log: this.#log }));
    this.#forwards = [...kept, ...fresh];
    await Promise.all(fresh.map((open) => open.open()));
    return this.#statuses();
  }
  #statuses(): readonly ForwardStatus[] {
    return this.#forwards.map(({ status }) => status);
  }

  async #told(message: NatMessage): Promise<unknown> {
    switch (message.kind) {
      case 'forwards':
        return this.#statuses();
      case 'set forwards':
        return this.setForwards(message.forwards);
      case 'reach':
        return this.#stack.setReach({ hostPorts: message.hostPorts, ...reachOptions(message.reach, this.#isApart) });
      case 'report':
        return this.#stack.report;
      case 'connect':
        return connectGuest(this.#calls, message, message.port);
    }
  }

  /** The link as the machine has it. @param closed told when it is closed */
  attached(closed: () => void): AttachedLink {
    const stack = this.#stack;
    return {
      plugged: (card) => stack.plugged(card),
      send: (frames) => stack.send(frames),
      ready: () => stack.ready(),
      setHeld: (held) => stack.setHeld(held),
      returned: () => stack.returned(),
      underWay: () => stack.underWay(),
      wasUnderWay: (saved) => stack.wasUnderWay(saved),
      told: (message) => this.#told(message as NatMessage),
      close: () => (closed(), this.#close()),
    };
  }
  #close(): Promise<void> {
    clearInterval(this.#ticking);
    for (const forward of this.#forwards) forward.close();
    this.#stack.returned();
    return Promise.resolve();
  }
}
