/** Virtio devices as a board lists them: the device says what it is, a transport where a guest finds it. */
import type { BackEnd, Outside } from '../kit/outside.ts';
import type { Component, Part, PartNode, Site } from '../kit/part.ts';
import { functionName, type PciPart } from '../pci/part.ts';
import type { VirtioDevice, VirtioWires } from './device.ts';
import { mountMmio } from './mmio-transport.ts';
import { PciTransport, virtioPciState } from './pci-transport.ts';

/** A virtio device as data, on no bus yet. */
export interface VirtioPart {
  readonly component: Component;
  readonly title: string;
  /** As `Part.added`. */
  readonly added?: true;
  readonly queues: number;
  readonly shared?: Readonly<Record<string, number>>;
  build(
    site: Pick<Site, 'place' | 'buffer' | 'shared' | 'release'>,
    wires: VirtioWires,
  ): { readonly device: VirtioDevice; initialise?(): void; attach(outside: Outside): BackEnd };
}

/** What a device tree says of every virtio-mmio place, taken or empty. */
export const mmioNode: PartNode = { name: 'virtio_mmio', properties: () => ({ compatible: 'virtio,mmio' }) };

const common = ({ component, title, added, shared }: VirtioPart) => ({
  name: component.name,
  title,
  rings: true as const,
  ...(added === undefined ? {} : { added }),
  ...(shared === undefined ? {} : { shared }),
});

/** What a part does of a device, whatever its bus. */
function built(part: VirtioPart, site: Omit<Site, 'line'>) {
  const { memory, log, ring } = site;
  const { device, attach, initialise } = part.build(site, { memory, log, wake: ring });
  const attached = (outside: Outside): BackEnd => {
    const backEnd = attach(outside);
    return {
      ...backEnd,
      notified: () => {
        device.takeNotified();
        backEnd.notified?.();
      },
    };
  };
  const kick = () => {
    if (device.live) device.kick();
  };
  return { device, rest: { attach: attached, kick, ...(initialise ? { initialise } : {}) } };
}

/** The device behind virtio-mmio. */
export const onMmio = (part: VirtioPart): Part => ({
  ...common(part),
  components: [part.component],
  node: mmioNode,
  build(site) {
    const { device, rest } = built(part, site);
    const mounted = mountMmio(device, site.line);
    return { target: mounted, devices: [mounted], ...rest };
  },
});

/** The device behind virtio-pci. */
export const onPci = (part: VirtioPart): PciPart => {
  const name = functionName(part.component.name);
  return {
    ...common(part),
    components: [part.component, { name, schema: virtioPciState(part.queues) }],
    build(site) {
      const { device, rest } = built(part, site);
      const transport = new PciTransport(device, site.place(name), site);
      return { function: transport.function, behind: [transport.registers], ...rest };
    },
  };
};
