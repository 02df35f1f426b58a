/** The guest kit's agent in a machine of the library: there as long as the machine runs, and begun anew when it went back. */
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { causeOf, ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { EXEC_PORT, type Ending } from '../../emulator/index.ts';
import type { CommandEvents, CommandRequest, RunningCommand, TerminalSize } from '../../preload/contract/commands.ts';
import { freezeGuest, type FrozenGuest } from '../exec/frozen-guest.ts';
import { GuestAgent } from '../exec/guest-agent.ts';
import { PanicWatch, panicLoss, type Panic } from '../exec/panic-watch.ts';
import type { MachineLife } from './machine-life.ts';

/** How long a command waits for a guest that is still booting, in milliseconds. */
const BOOT_PATIENCE = 60_000;
/** An agent that answers within so many milliseconds has not panicked, whatever its console says. */
const PANIC_PATIENCE = 3000;

/** Of a command that nobody waits for. */
const NOBODY: CommandEvents = {
  output: () => undefined,
  inputRoom: () => undefined,
  inputClosed: () => undefined,
  ended: () => undefined,
  lost: () => undefined,
};
/** An agent that runs answers within this, also on a busy guest. */
const ANSWER_PATIENCE = 3000;

/** What the machine's end means for its commands. */
const LOSS_KINDS = { poweroff: 'powered off', reboot: 'rebooted', stopped: 'stopped', failed: 'failed' } as const;

export class MachineAgent {
  readonly #name: () => string;
  readonly #life: () => Pick<MachineLife, 'state' | 'reason' | 'isActive' | 'write'>;
  #agent: GuestAgent | undefined;
  /** The console that is the agent's port; 0: it has none. */
  #console = 0;
  #panicWatch = new PanicWatch();
  #panic: Panic | undefined;
  #size: TerminalSize | undefined;

  /** @param name the machine's, for messages */
  constructor(name: () => string, life: () => Pick<MachineLife, 'state' | 'reason' | 'isActive' | 'write'>) {
    this.#name = name;
    this.#life = life;
  }

  /** A run begins with these virtio ports. */
  began(ports: readonly string[], acknowledge: (console: number, count: number) => void): void {
    const console = ports.indexOf(EXEC_PORT) + 1;
    this.#console = console;
    this.#panic = undefined;
    this.#panicWatch = new PanicWatch();
    if (console === 0) return;
    this.#agent = new GuestAgent({
      write: (bytes) => void this.#life().write(console, bytes),
      acknowledge: (count) => acknowledge(console, count),
    });
    if (this.#size) this.#agent.resizeConsole(this.#size);
  }

  /** The machine runs: from now on it can be written to. */
  running(): void {
    this.#agent?.connected().catch(() => undefined);
  }

  /** The machine is what it was at another snapshot point. */
  wentBack(): void {
    this.#panic = undefined;
    this.#agent?.disconnected({ kind: 'went back', reason: faultWith('guest-restored', { name: this.#name() }) });
    this.running();
  }

  ended(kind: Ending['kind'], reason: Reason): void {
    const loss = this.#panic
      ? panicLoss(this.#panic)
      : { kind: LOSS_KINDS[kind], reason: faultWith('guest-ended', { name: this.#name(), why: reason }) };
    this.#agent?.disconnected(loss);
    this.#agent = undefined;
  }

  /** Output of the machine's consoles. @returns whether it was the agent's and nobody else's */
  output(console: number, bytes: Uint8Array): boolean {
    if (console === 0) {
      const panic = this.#panicWatch.output(bytes);
      if (panic && this.#agent) void this.#seems(panic, this.#agent);
    }
    if (console === 0 || console !== this.#console) return false;
    this.#agent?.received(bytes);
    return true;
  }

  /** The terminal at the serial console has this size. */
  resizeConsole(size: TerminalSize): void {
    this.#size = size;
    this.#agent?.resizeConsole(size);
  }

  /**
   * Starts a command, when the guest has booted.
   * @throws ContractError when the machine has no agent, is not running, or does not answer
   */
  async start(request: CommandRequest, events: CommandEvents): Promise<RunningCommand> {
    const agent = this.#required();
    const patience = Promise.withResolvers<never>();
    const timer = setTimeout(() => patience.reject(this.#silent()), BOOT_PATIENCE);
    try {
      await Promise.race([agent.connected(), patience.promise]);
    } finally {
      clearTimeout(timer);
    }
    return agent.start(request, events);
  }

  /** Has the guest's init power off, as typing `poweroff` there does. @returns whether there is an agent that answers */
  async powerOff(): Promise<boolean> {
    const agent = this.#agent;
    if (!agent || this.#panic || !(await agent.answers(ANSWER_PATIENCE)) || agent !== this.#agent) return false;
    agent.start({ text: 'poweroff' }, NOBODY);
    return true;
  }

  /** Brings the guest's file systems to rest, where its agent answers and it can. */
  async freeze(): Promise<FrozenGuest> {
    try {
      const agent = this.#required();
      if (!(await agent.answers(ANSWER_PATIENCE))) throw this.#silent(ANSWER_PATIENCE);
      return await freezeGuest((request, events) => agent.start(request, events));
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      const why = causeOf(error);
      return { why, thaw: () => Promise.resolve(why) };
    }
  }

  #required(): GuestAgent {
    const { state, reason, isActive } = this.#life();
    const name = this.#name();
    if (!isActive) throw new ContractError('guest-off', { name, state, why: reason });
    if (state === 'paused') throw new ContractError('guest-paused', { name });
    if (this.#panic) throw new ContractError('guest-is-lost', { name, why: panicLoss(this.#panic).reason });
    if (this.#agent) return this.#agent;
    if (state === 'starting') throw new ContractError('guest-starting', { name });
    throw new ContractError('guest-no-agent-port', { name, port: EXEC_PORT });
  }

  #silent(patience = BOOT_PATIENCE): ContractError {
    return new ContractError('guest-silent', { name: this.#name(), seconds: patience / 1000 });
  }

  /** The console says that the kernel panicked; a file that was printed there may say so, too. */
  async #seems(panic: Panic, agent: GuestAgent): Promise<void> {
    if ((await agent.answers(PANIC_PATIENCE)) || agent !== this.#agent) return;
    this.#panic = panic;
    agent.disconnected(panicLoss(panic));
  }
}
