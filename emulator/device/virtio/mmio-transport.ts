/** The virtio-mmio transport, version 2 (virtio 1.3, section 4.2): a window of registers and one interrupt line. */
import { type Device, mount } from '../kit/device.ts';
import type { InterruptLine } from '../kit/wiring.ts';
import { INTERRUPT_CONFIG, INTERRUPT_USED, type VirtioDevice } from './device.ts';
import { mmioRegisters } from './mmio-registers.ts';

/** Connects a device to its line. @returns the device as a board places it */
export function mountMmio(device: VirtioDevice, line: InterruptLine): Device {
  const settle = () => line.set(device.state.interruptStatus !== 0);
  const raise = (bit: number) => {
    device.state.interruptStatus |= bit;
    settle();
  };
  device.connect({
    used: () => raise(INTERRUPT_USED),
    configurationChanged: () => raise(INTERRUPT_CONFIG),
    settled: settle,
    mayUseMemory: true,
  });
  return mount(device, mmioRegisters);
}
