/** Commands about the cards of a machine and the networks that machines share. */
import { captureCommand, linkCommand, plainCommand } from '../shown-command.ts';
import type { CardCommand, CardContext, Command, NetworkCommand } from './command.ts';
import { t } from '../../words/words.ts';

const isPulled = ({ card }: CardContext): boolean => card.cable?.unplugged === true;

const cable: CardCommand = {
  id: 'card.cable',
  about: 'card',
  group: 'Network',
  words: (context) =>
    isPulled(context) ? t('commands.plugIn', { card: context.index + 1 }) : t('commands.pull', { card: context.index + 1 }),
  icon: 'plug',
  run: (context) => void context.operations.setCable(context.machine, context.index, isPulled(context)),
  shown: (context) => linkCommand(context.machine.definition.name, context.index, isPulled(context)),
  shownAs: () => t('commands.cable'),
};

const deleting: NetworkCommand = {
  id: 'network.delete',
  about: 'network',
  group: 'Network',
  words: ({ network }) => t('commands.deleteNetwork', { name: network.name }),
  icon: 'bin',
  danger: true,
  // One that is in use would be refused.
  when: ({ network }) => network.members.length === 0,
  run: ({ network, removeNetwork }) => removeNetwork(network.name),
  shown: ({ network }) => plainCommand('network', 'delete', network.name),
};
const capturing: NetworkCommand = {
  id: 'network.capture',
  about: 'network',
  group: 'Network',
  words: ({ network }) => t('commands.captureNetwork', { name: network.name }),
  icon: 'globe',
  run: ({ network, operations }) => operations.copyLine(captureCommand(network.name)),
  shown: ({ network }) => captureCommand(network.name),
};

export const NETWORK_COMMANDS: readonly Command[] = [cable, capturing, deleting];
