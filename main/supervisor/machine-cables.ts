/** The cables of a machine's network cards: part of its definition, and its owner's, so they hold at once. */
import { isDeepStrictEqual } from 'node:util';
import { type CableDefinition, plainCable } from '../../preload/contract/definition/cable-fields.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { CableChange, LinkStatus } from '../../preload/contract/links.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import type { LinkMessage } from '../network/link-messages.ts';
import type { MachineLife } from './machine-life.ts';

export interface Cabled {
  readonly life: Pick<MachineLife, 'state' | 'tellNetwork'>;
  /** What runs, or ran last. */
  readonly runningDefinition: MachineDefinition;
  readonly record: { readonly definition: MachineDefinition };
}

const runs = ({ life }: Cabled): boolean => life.state === 'running' || life.state === 'paused';
const cardsOf = ({ networks = [] }: MachineDefinition) => networks;

/** A seed that nobody has chosen: that of a cable which loses nothing yet. */
const FIRST_SEED = 1;

/** What has to be told to make one cable another; undefined where they are the same. */
function changeOf(before: CableDefinition = {}, after: CableDefinition = {}): CableChange | undefined {
  const { unplugged: wasOut = false, ...was } = plainCable(before) ?? {};
  const { unplugged: isOut = false, ...is } = plainCable(after) ?? {};
  const change = {
    ...(wasOut === isOut ? {} : { isUp: !isOut }),
    ...(isDeepStrictEqual(was, is) ? {} : { rate: is.rate ?? 0, delay: is.delay ?? 0, loss: is.loss ?? 0 }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** Makes the cables of what runs those of its definition, as far as they are others than they were. @param before of before */
export async function applyCables(machine: Cabled, before: MachineDefinition): Promise<void> {
  if (!runs(machine)) return;
  const wanted = cardsOf(machine.record.definition);
  const told = cardsOf(machine.runningDefinition).map(async (card, index) => {
    const now = wanted[index];
    const change = now?.network === card.network ? changeOf(cardsOf(before)[index]?.cable, now.cable) : undefined;
    // A machine that ends meanwhile has none.
    if (change) await machine.life.tellNetwork(index, { kind: 'link', change } satisfies LinkMessage).catch(() => undefined);
  });
  await Promise.all(told);
}

/** As a definition has it, with what is absent. */
const asDefined = ({ unplugged = false, rate, delay = 0, loss = 0 }: CableDefinition = {}): LinkStatus => ({
  isUp: !unplugged,
  ...(rate === undefined ? {} : { rate }),
  delay,
  loss,
  seed: FIRST_SEED,
  lost: 0,
});
const tell = async ({ life }: Cabled, card: number, change: CableChange): Promise<LinkStatus> =>
  (await life.tellNetwork(card, { kind: 'link', change } satisfies LinkMessage)) as LinkStatus;

/** The cables of all cards, in order: as they are, or will be. */
export async function linkStatuses(machine: Cabled): Promise<readonly LinkStatus[]> {
  if (!runs(machine)) return cardsOf(machine.record.definition).map(({ cable }) => asDefined(cable));
  return Promise.all(cardsOf(machine.runningDefinition).map((_, card) => tell(machine, card, {})));
}

/** A definition's cable after a change. */
function changed({ unplugged = false, ...before }: CableDefinition = {}, { isUp, rate, delay, loss }: CableChange) {
  return plainCable({
    unplugged: isUp === undefined ? unplugged : !isUp,
    rate: rate === undefined ? before.rate : rate || undefined,
    delay: delay ?? before.delay,
    loss: loss ?? before.loss,
  });
}

/**
 * Changes the cable of a card, from 0, of what runs and in the definition.
 * @param store writes the definition @throws ContractError when there is no such card
 */
export async function changeLink(
  machine: Cabled,
  card: number,
  change: CableChange,
  store: (change: (definition: MachineDefinition) => Partial<MachineDefinition>) => Promise<unknown>,
): Promise<LinkStatus> {
  const { definition } = machine.record;
  const present = runs(machine) ? machine.runningDefinition : definition;
  const own = cardsOf(present)[card];
  if (!own) throw new ContractError('machine-no-card', { name: present.name, card: card + 1, cards: cardsOf(present).length });
  const status = runs(machine) ? await tell(machine, card, change) : undefined;
  // A card that is another one from the next start on has a cable of its own.
  if (cardsOf(definition)[card]?.network === own.network) {
    await store(({ networks = [] }) => ({
      networks: networks.map((each, index) => {
        if (index !== card) return each;
        const { cable: before, ...rest } = each;
        const cable = changed(before, change);
        return { ...rest, ...(cable ? { cable } : {}) };
      }),
    }));
  }
  return status ?? asDefined(cardsOf(machine.record.definition)[card]?.cable);
}
