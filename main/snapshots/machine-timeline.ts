/** The timeline of one machine: what is done to it, one thing after the other; storing goes on in the background. */
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { StartOf } from '../supervisor/supervised-machine.ts';
import { SnapshotStoring, type Taken } from '../taking/storing.ts';
import { MachinePresent } from '../taking/machine-present.ts';
import { goBack } from '../returning/returning.ts';
import { startOf } from '../returning/starting.ts';
import { suspend } from '../taking/suspending.ts';
import { takeOff, takeRunning, type TakeRequest } from '../taking/taking.ts';
import type { TimelineParts } from '../taking/timeline-parts.ts';

export class MachineTimeline {
  readonly present: MachinePresent;
  readonly storing: SnapshotStoring;

  constructor(id: MachineId, parts: TimelineParts) {
    this.present = new MachinePresent(id, parts);
    this.storing = new SnapshotStoring(this.present);
  }

  /** Whether a snapshot's bytes are being read, or built upon: it must not go yet. */
  uses(id: SnapshotId): boolean {
    return this.present.fill?.snapshot === id || (this.storing.isBusy && this.present.base?.snapshot === id) || this.storing.has(id);
  }

  /** Takes a snapshot point; storing goes on in the background. @throws ContractError when there is nothing to take */
  take(request: TakeRequest): Promise<Taken> {
    return this.present.inTurn(() => {
      const { life, record } = this.present.machine;
      if (life.state === 'running' || life.state === 'paused') return takeRunning(this.present, this.storing, request);
      if (life.isActive) throw new ContractError('machine-busy', { name: record.definition.name, state: life.state });
      life.requireGone();
      return takeOff(this.present, this.storing, request);
    });
  }

  /**
   * Goes back to one of the machine's snapshots; resolves when the guest executes.
   * @returns the snapshot that holds what was the present
   */
  async goBack(id: SnapshotId): Promise<SnapshotId | null> {
    await this.storing.settled(id);
    return this.present.inTurn(async () => {
      const target = await this.present.parts.library.snapshots.get(id);
      if (target.state !== 'ready')
        throw new ContractError('snapshot-unusable', { name: target.name, why: target.reason ?? faultWith('snapshot-gone') });
      this.present.machine.life.requireGone();
      const kept = await goBack(this.present, this.storing, target);
      const { machine } = this.present;
      if (target.hasMemory && !machine.life.isActive) await machine.start((signal) => startOf(this.present, signal, true));
      return kept;
    });
  }

  /** @param why what its state says afterwards */
  suspend(why?: Reason): Promise<void> {
    return this.present.inTurn(() => suspend(this.present, this.storing, why));
  }

  /** What a start begins with. */
  startOf(signal: AbortSignal): Promise<StartOf> {
    return this.present.inTurn(() => startOf(this.present, signal));
  }

  /** Resolves when everything taken so far is stored, or has failed, and heads are settled. */
  async settled(): Promise<void> {
    await this.storing.settled();
    await this.present.inTurn(async () => undefined);
  }
}
