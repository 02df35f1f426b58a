/** The privileged half of a core that has none: no protection, interrupts or waiting. Test architectures add what they have. */
import type { EngineCore, ExecutionMode, PrivilegedCore, Standing } from '../../../emulator/isa/architecture.ts';

export abstract class BareCore implements PrivilegedCore {
  protected readonly engine: EngineCore;
  constructor(engine: EngineCore) {
    this.engine = engine;
  }
  abstract mode(): ExecutionMode;
  abstract operation(name: string): void;
  abstract takeTrap(): void;
  abstract standing(): Standing;

  ask(): boolean {
    return false;
  }
  floatMode(): void {
    this.engine.modeChanged();
  }
  protectionAllows(): boolean {
    return true;
  }
  woken(): void {}
  takeInterrupt(): boolean {
    return false;
  }
  interruptWaiting(): boolean {
    return false;
  }
  deadline(): number {
    return Infinity;
  }
  codeContext(): Record<string, number> {
    return {};
  }
  restored(): void {
    this.engine.flush({ keepGlobal: false });
  }
}
