/** The devices of a running machine as an inspector shows them. */
import type { BoardDevice } from '../board/kit/board-device.ts';
import type { Board } from '../board/kit/board.ts';
import type { DeviceDescription } from '../index.ts';

/**
 * Reads every register whose reading changes nothing, each under its device's lock. On a thread that may wait for it.
 * Addresses and values are the guest's at this moment.
 */
export function describeDevices(board: Board): readonly DeviceDescription[] {
  return board.devices.map(describeDevice);
}

function describeDevice(device: BoardDevice): DeviceDescription {
  const { name, title, address, size, line, pci, unknownAccesses, lastUnknown, registers } = device;
  return {
    name,
    title,
    size,
    ...(address === undefined ? {} : { address }),
    ...(line === undefined ? {} : { line }),
    ...(pci ? { pci: { slot: pci.slot, ...pci.identity } } : {}),
    unknownAccesses,
    ...(unknownAccesses > 0 ? { lastUnknown } : {}),
    registers: registers.map(({ name: register, at, width, doc, effect }) => ({
      name: register,
      at,
      width,
      doc,
      ...(effect === undefined ? { value: device.read(at, width) } : { effect }),
    })),
  };
}
