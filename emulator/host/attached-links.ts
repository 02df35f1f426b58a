/** The links of a machine's network cards on its I/O thread. */
import { type AttachedLink, type LinkOwner, MachineError, type NetworkAttachment, type OpenLink } from '../index.ts';
import type { AttachedNetwork } from '../device/kit/outside.ts';

/** A card's link, and what the card is. */
export interface OpenNetwork extends AttachedNetwork {
  readonly link: AttachedLink;
}

const USUAL_MTU = 1500;

async function openNetwork({ address, mtu = USUAL_MTU, module, setup }: NetworkAttachment, owner: LinkOwner): Promise<OpenNetwork> {
  const bytes = address.split(':').map((part) => Number.parseInt(part, 16));
  if (bytes.length !== 6 || bytes.some((byte) => !(byte >= 0 && byte <= 0xff)) || ((bytes[0] as number) & 1) !== 0)
    throw new MachineError('network-address-wrong', { address });
  const { openLink } = (await import(module)) as { readonly openLink?: OpenLink };
  if (typeof openLink !== 'function') throw new Error(`the network module ${module} exports no openLink`);
  return { address: Uint8Array.from(bytes), mtu, link: await openLink(setup, owner) };
}

/** Opens all in order. @throws MachineError when one cannot be opened; the others are closed again */
export async function openNetworks(attachments: readonly NetworkAttachment[], owner: LinkOwner): Promise<readonly OpenNetwork[]> {
  const opened = await Promise.allSettled(attachments.map((attachment) => openNetwork(attachment, owner)));
  const failed = opened.find((result) => result.status === 'rejected');
  const networks = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (!failed) return networks;
  await closeNetworks(networks, owner);
  throw failed.reason;
}

/** Closes links; what cannot be closed is said in the log. */
export async function closeNetworks(networks: readonly OpenNetwork[], owner: LinkOwner): Promise<void> {
  for (const result of await Promise.allSettled(networks.map(({ link }) => link.close())))
    if (result.status === 'rejected') owner.log(`a network card's link could not be closed: ${String(result.reason)}`);
}

/** Passes a message to a card's link. @throws MachineError where there is none that takes messages */
export async function tellNetwork(networks: readonly OpenNetwork[], card: number, message: unknown): Promise<unknown> {
  const network = networks[card];
  if (!network) throw new MachineError('network-absent', { card: card + 1 });
  if (!network.link.told) throw new MachineError('network-takes-no-messages', { card: card + 1 });
  return network.link.told(message);
}
