/**
 * A PC's keyboard controller with nothing plugged in (IBM PC AT Technical Reference; PS/2 Technical Reference): its tests,
 * its command byte, its output port, and the pulse by which PCs are reset.
 */
import { DeviceCore, type Place } from '../kit/device.ts';
import type { PowerRequest } from '../kit/part.ts';
import type { I8042Front } from './registers.ts';
import { i8042State } from './state.ts';

const STATUS = { outputFull: 0x01, system: 0x04, command: 0x08, unlocked: 0x10, auxiliary: 0x20 } as const;
const CONFIGURATION = { system: 0x04, keyboardOff: 0x10, auxiliaryOff: 0x20 } as const;
const COMMAND = {
  readConfiguration: 0x20,
  writeConfiguration: 0x60,
  auxiliaryOff: 0xa7,
  auxiliaryOn: 0xa8,
  testAuxiliary: 0xa9,
  selfTest: 0xaa,
  testKeyboard: 0xab,
  keyboardOff: 0xad,
  keyboardOn: 0xae,
  readInputPort: 0xc0,
  readOutputPort: 0xd0,
  writeOutputPort: 0xd1,
  echoKeyboard: 0xd2,
  echoAuxiliary: 0xd3,
  toAuxiliary: 0xd4,
  firstPulse: 0xf0,
} as const;
const SELF_TEST_PASSED = 0x55;
const NO_FAULT = 0;
/** The input port: the keyboard is not locked. */
const INPUT_PORT = 0x80;
const NOT_RESET = 1;

export class I8042 extends DeviceCore<typeof i8042State.fields> implements I8042Front {
  readonly #power: (request: PowerRequest) => void;

  constructor(name: string, place: Place, power: (request: PowerRequest) => void) {
    super(name, i8042State, place);
    this.#power = power;
  }

  get status(): number {
    const { configuration, outputFull, outputAuxiliary, lastWasCommand } = this.state;
    const full = outputFull !== 0 ? STATUS.outputFull | (outputAuxiliary !== 0 ? STATUS.auxiliary : 0) : 0;
    const system = (configuration & CONFIGURATION.system) !== 0 ? STATUS.system : 0;
    return full | system | (lastWasCommand !== 0 ? STATUS.command : 0) | STATUS.unlocked;
  }

  takeOutput(): number {
    this.state.outputFull = 0;
    return this.state.output;
  }

  #answer(byte: number, auxiliary = false): void {
    this.state.output = byte;
    this.state.outputFull = 1;
    this.state.outputAuxiliary = auxiliary ? 1 : 0;
  }

  #configure(set: number, clear = 0): void {
    this.state.configuration = (this.state.configuration & ~clear) | set;
  }

  command(value: number): void {
    const { state } = this;
    state.lastWasCommand = 1;
    state.pending = 0;
    if (value === COMMAND.readConfiguration) this.#answer(state.configuration);
    else if (value === COMMAND.auxiliaryOff) this.#configure(CONFIGURATION.auxiliaryOff);
    else if (value === COMMAND.auxiliaryOn) this.#configure(0, CONFIGURATION.auxiliaryOff);
    else if (value === COMMAND.keyboardOff) this.#configure(CONFIGURATION.keyboardOff);
    else if (value === COMMAND.keyboardOn) this.#configure(0, CONFIGURATION.keyboardOff);
    else if (value === COMMAND.testAuxiliary || value === COMMAND.testKeyboard) this.#answer(NO_FAULT);
    else if (value === COMMAND.selfTest) {
      this.#configure(CONFIGURATION.system);
      this.#answer(SELF_TEST_PASSED);
    } else if (value === COMMAND.readInputPort) this.#answer(INPUT_PORT);
    else if (value === COMMAND.readOutputPort) this.#answer(state.outputPort);
    else if (value >= COMMAND.firstPulse) {
      if ((value & NOT_RESET) === 0) this.#power({ kind: 'reboot' });
    } else state.pending = value;
  }

  writeData(value: number): void {
    const { state } = this;
    const { pending } = state;
    state.lastWasCommand = 0;
    state.pending = 0;
    if (pending === COMMAND.writeConfiguration) state.configuration = value;
    else if (pending === COMMAND.writeOutputPort) {
      state.outputPort = value;
      if ((value & NOT_RESET) === 0) this.#power({ kind: 'reboot' });
    } else if (pending === COMMAND.echoKeyboard) this.#answer(value);
    else if (pending === COMMAND.echoAuxiliary) this.#answer(value, true);
    // Nobody is there to answer what goes to a keyboard or a mouse.
  }
}
