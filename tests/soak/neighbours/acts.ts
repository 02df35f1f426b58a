/** What happens to machines in the trial of neighbours. Any of it may be refused; nothing of it may concern another machine. */
import { copyFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ContractError } from '../../../preload/contract/contract.ts';
import type { MachineDefinition, MachineId } from '../../../preload/contract/machines.ts';
import type { WireClient } from '../../../preload/contract/wire-client.ts';
import { guestDefinition } from '../guest-definition.ts';
import type { TrialFolder } from '../kill-trials.ts';
import type { Random } from '../random.ts';
import { STRIKE } from './wild-disk.ts';
import { WILD_MEMORY_MIB } from './wild-memory.ts';

export interface Acting {
  readonly services: WireClient['services'];
  readonly trial: TrialFolder;
  readonly dice: Random;
  done(what: string): void;
  refused(text: string): void;
}

const WEIGHTS = {
  'unusable kernel': 4,
  'stop while it starts': 3,
  'reset with its program gone': 2,
  'base image gone': 2,
  'base image cut': 2,
  'error in a thread': 3,
  'snapshot and back': 3,
  suspend: 2,
  resets: 2,
  'client that resets': 4,
} as const;
type Act = keyof typeof WEIGHTS;

/** Whether a call was answered with the error that the trial itself lets strike in a machine, which may hit it starting. */
const isStrike = ({ code, facts }: ContractError): boolean =>
  code === 'machine-thread-crashed' && (facts as { detail: string }).detail === STRIKE;

/** A machine of its own for one act: its files are its own, too. */
class Stage {
  readonly #acting: Acting;
  readonly program: string;
  readonly base: string;
  readonly #name: string;
  id: MachineId | undefined;

  constructor(acting: Acting, round: number) {
    this.#acting = acting;
    this.#name = `round ${round}`;
    this.program = join(acting.trial.folder, `program-${round}`);
    this.base = join(acting.trial.folder, `base-${round}`);
    copyFileSync(acting.trial.program, this.program);
    copyFileSync(acting.trial.base, this.base);
  }

  async create(change: Partial<MachineDefinition> = {}): Promise<MachineId> {
    const definition = { ...guestDefinition(this.#name, this.program, this.base), ...change };
    const { id } = await this.#acting.services.machines.create({ definition });
    this.id = id;
    return id;
  }
  /** Calls; a refusal is an answer, too. @returns whether it was done */
  async try(work: (id: MachineId) => Promise<unknown>): Promise<boolean> {
    try {
      await work(this.id as MachineId);
      return true;
    } catch (error) {
      if (!(error instanceof ContractError) || (error.kind === 'internal' && !isStrike(error))) throw error;
      this.#acting.refused(error.message);
      return false;
    }
  }
  moment(longest = 400): Promise<void> {
    return wait(this.#acting.dice.below(longest));
  }
  /** The machine goes, whatever became of it. */
  async clear(): Promise<void> {
    const { machines } = this.#acting.services;
    if (this.id === undefined) return;
    for (let tries = 0; tries < 100; tries++) {
      const { state } = await machines.get(this.id);
      if (state === 'off' || state === 'failed') break;
      await this.try((id) => machines.stop(id));
      await wait(20);
    }
    await this.try((id) => machines.delete(id));
    rmSync(this.program, { force: true });
    rmSync(this.base, { force: true });
  }
}

const performers: Readonly<Record<Act, (stage: Stage, acting: Acting) => Promise<unknown>>> = {
  async 'unusable kernel'(stage, { services }) {
    writeFileSync(stage.program, 'just text\n');
    await stage.create({ boot: { kind: 'linux', kernel: stage.program, commandLine: '' } });
    if (await stage.try((id) => services.machines.start(id))) throw new Error('a text file was started as a kernel');
  },
  async 'stop while it starts'(stage, { services }) {
    await stage.create();
    const starting = stage.try((id) => services.machines.start(id));
    await stage.moment(150);
    await stage.try((id) => services.machines.stop(id));
    await starting;
  },
  async 'reset with its program gone'(stage, { services }) {
    await stage.create();
    await stage.try((id) => services.machines.start(id));
    await stage.moment();
    rmSync(stage.program);
    if (await stage.try((id) => services.machines.reset(id))) throw new Error('a machine without its program was reset');
  },
  async 'base image gone'(stage, { services }) {
    await stage.create();
    await stage.try((id) => services.machines.start(id));
    rmSync(stage.base);
    await stage.moment();
    await stage.try((id) => services.machines.reset(id));
  },
  async 'base image cut'(stage, { services, dice }) {
    await stage.create();
    if (dice.once(2)) await stage.try((id) => services.machines.start(id));
    truncateSync(stage.base, 512 * dice.below(64));
    await stage.moment();
    await stage.try((id) => services.machines.stop(id));
    await stage.try((id) => services.machines.start(id));
  },
  async 'error in a thread'(stage, { services, dice }) {
    await stage.create({ memoryMiB: WILD_MEMORY_MIB });
    await stage.try((id) => services.machines.start(id));
    await stage.moment(1000);
    if (dice.once(2)) await stage.try((id) => services.snapshots.create(id, {}));
    await stage.moment(500);
  },
  async 'snapshot and back'(stage, { services }) {
    await stage.create();
    await stage.try((id) => services.machines.start(id));
    await stage.moment();
    let taken: Awaited<ReturnType<typeof services.snapshots.create>> | undefined;
    await stage.try(async (id) => (taken = await services.snapshots.create(id, {})));
    await stage.moment();
    const snapshot = taken?.snapshot.id;
    if (snapshot) await stage.try(() => services.snapshots.restore(snapshot));
    await stage.moment(100);
  },
  async suspend(stage, { services }) {
    await stage.create();
    await stage.try((id) => services.machines.start(id));
    await stage.moment();
    await stage.try((id) => services.machines.suspend(id));
    await stage.try((id) => services.machines.start(id));
  },
  async resets(stage, { services, dice }) {
    await stage.create();
    await stage.try((id) => services.machines.start(id));
    for (let times = 1 + dice.below(3); times > 0; times--) {
      const reset = stage.try((id) => services.machines.reset(id));
      await stage.moment(60);
      if (dice.once(3)) await stage.try((id) => services.machines.pause(id));
      await reset;
    }
  },
  async 'client that resets'(stage, { trial, dice }) {
    for (let times = 0; times < 10; times++) {
      const socket = createConnection(trial.home.socket);
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.on('close', resolve));
      const length = dice.below(3) === 0 ? 0xffff_ffff : dice.below(100);
      const header = Buffer.from([length & 255, (length >> 8) & 255, (length >> 16) & 255, length >>> 24, dice.below(2)]);
      socket.write(Buffer.concat([header, Buffer.alloc(dice.below(200), '{')]));
      await wait(dice.below(10));
      socket.destroy();
      await closed;
    }
    await stage.moment(10);
  },
};

export const acts = {
  weights: WEIGHTS,
  async perform(act: Act, acting: Acting, round: number): Promise<void> {
    const stage = new Stage(acting, round);
    await performers[act](stage, acting);
    await stage.clear();
    acting.done(act);
  },
};
