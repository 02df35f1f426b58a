/** `riscv64-virt`: QEMU's `virt` machine as data: which device at which address on which line. */
import { clint } from '../../device/clint/part.ts';
import { edu } from '../../device/edu/part.ts';
import { finisher } from '../../device/finisher/part.ts';
import { goldfishRtc } from '../../device/goldfish-rtc/part.ts';
import { expressHost } from '../../device/pci/host-bridge.ts';
import { plic } from '../../device/plic/part.ts';
import { uart16550 } from '../../device/uart16550/part.ts';
import { virtioBlock } from '../../device/virtio/block/part.ts';
import { virtioConsole } from '../../device/virtio/console/part.ts';
import { shareDevice } from '../kit/share-device.ts';
import { virtioNet } from '../../device/virtio/net/part.ts';
import { emptyPlace } from '../../device/virtio/empty.ts';
import { mmioNode, onMmio, onPci, type VirtioPart } from '../../device/virtio/part.ts';
import { virtioRng } from '../../device/virtio/rng/part.ts';
import { vmgenid } from '../../device/vmgenid/part.ts';
import { MachineError } from '../../index.ts';
import { riscv } from '../../isa/riscv/architecture.ts';
import type { BoardConfiguration, BoardKind, BoardPlan, Entry, PciEntry } from '../kit/plan.ts';
import { coreStart, prepareBoot } from './boot/boot.ts';
import { bindCore } from './core.ts';
import { riscv64VirtDescription } from './description.ts';
import { deviceTree } from './device-tree.ts';
import * as map from './memory-map.ts';

const { disksMax: DISKS_MAX, networksMax: NETWORKS_MAX, sharesMax: SHARES_MAX, portsMax: PORTS_MAX } = riscv64VirtDescription;

/** The places of disks, in order: those before the console's, then those after QEMU's last. */
const DISK_PLACES = Array.from({ length: map.VIRTIO_PLACES }, (_, place) => place).filter(
  (place) => place !== map.CONSOLE_PLACE && place !== map.RNG_PLACE && place < map.NETWORK_PLACES[0],
);

/** Virtio devices by place. */
function virtioDevices({ disks, networks = [], shares = [], ports }: BoardConfiguration): ReadonlyMap<number, VirtioPart> {
  if (disks.length > DISKS_MAX) throw new MachineError('board-too-many-disks', { most: DISKS_MAX, count: disks.length });
  if (ports.length > PORTS_MAX) throw new MachineError('board-too-many-ports', { most: PORTS_MAX, count: ports.length });
  if (networks.length > NETWORKS_MAX) throw new MachineError('board-too-many-networks', { most: NETWORKS_MAX, count: networks.length });
  const sharesMost = Math.min(SHARES_MAX + 1, DISKS_MAX - disks.length);
  if (shares.length > sharesMost) throw new MachineError('board-too-many-shares', { most: sharesMost, count: shares.length });
  return new Map<number, VirtioPart>([
    ...disks.map((_, disk) => [DISK_PLACES[disk] as number, virtioBlock(disk, `virtio-block-${disk}`)] as const),
    ...(ports.length > 0 ? [[map.CONSOLE_PLACE, virtioConsole(ports)] as const] : []),
    [map.RNG_PLACE, virtioRng],
    ...networks.map((_, card) => [map.NETWORK_PLACES[card] as number, virtioNet(card)] as const),
    ...shares.map((one, share) => [DISK_PLACES.at(-1 - share) as number, shareDevice(share, one)] as const),
  ]);
}

function plan(configuration: BoardConfiguration): BoardPlan {
  const { cores, virtio = 'mmio', devices = [] } = configuration;
  const parts = virtioDevices(configuration);
  const mmio: Entry[] = [];
  const pci: PciEntry[] = [];
  for (const [place, part] of parts) {
    if (virtio === 'mmio') mmio.push({ part: onMmio(part), window: map.virtioPlace(place), line: map.virtioLine(place) });
    else pci.push({ part: onPci(part), slot: map.pciSlotOfVirtio(place) });
  }
  if (devices.includes('edu')) pci.push({ part: edu, slot: map.EDU_PCI_SLOT });
  // Guests look at QEMU's eight places whether or not something is there.
  const empty = Array.from({ length: map.VIRTIO_PLACES_SHOWN }, (_, place) => place)
    .filter((place) => virtio === 'pci' || !parts.has(place))
    .map((place) => ({ window: map.virtioPlace(place), line: map.virtioLine(place), target: emptyPlace, node: mmioNode }));
  return {
    interruptController: 'plic',
    entries: [
      { part: plic(cores), window: map.PLIC },
      { part: clint(cores), window: map.CLINT },
      { part: uart16550, window: map.UART, line: map.UART_LINE },
      ...mmio,
      { part: goldfishRtc, window: map.RTC, line: map.RTC_LINE },
      { part: finisher, window: map.FINISHER },
      { part: vmgenid, window: map.VMGENID, line: map.VMGENID_LINE },
    ],
    empty,
    pci: {
      host: expressHost,
      configuration: map.PCI_CONFIGURATION,
      ports: map.PCI_PORTS,
      memory: map.PCI_MEMORY,
      memory64: map.PCI_MEMORY_64,
      firstLine: map.PCI_LINE,
      entries: pci,
    },
  };
}

export const riscv64Virt: BoardKind = {
  architecture: riscv,
  memory: (size) => [{ at: map.DRAM, size }],
  plan,
  deviceTree,
  prepareBoot: (configuration, boardPlan, request) => {
    const state = prepareBoot({ ...request, deviceTree: (wanted) => deviceTree(configuration, boardPlan, wanted) });
    return { start: coreStart(state), log: state.log };
  },
  bindCore,
};
