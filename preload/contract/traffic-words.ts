/** Connections, questions for names and what was out of reach, in words; for the window and for `viv traffic`. */
import type { FlowReport, QuestionReport, UnreachedReport } from './card-activity.ts';

const FLOW_STATES: Readonly<Record<FlowReport['state'], string>> = {
  connecting: 'Connecting',
  open: 'Open',
  closed: 'Closed',
  broken: 'Broken off',
};
/** Datagrams have no state of their own: only whether both sides have spoken. */
export const flowState = ({ protocol, state }: FlowReport): string =>
  protocol === 'tcp' ? FLOW_STATES[state] : state === 'open' ? 'Both ways' : 'No answer yet';

export const placeText = (address: string, port: number): string => {
  const shown = address.includes(':') ? `[${address}]` : address;
  return port === 0 ? shown : `${shown}:${port}`;
};

const OUTCOMES: Readonly<Record<QuestionReport['outcome'], string>> = {
  answered: 'answered',
  empty: 'the name is there, without this kind of record',
  missing: 'there is no such name',
  failed: 'this computer’s name servers gave no answer',
  closed: 'not answered: the network leads nowhere',
  busy: 'not answered: too many questions at once',
  unsupported: 'not a question that can be answered',
};
export const outcomeWords = ({ outcome, addresses }: QuestionReport): string =>
  addresses.length > 0 ? addresses.join(', ') : OUTCOMES[outcome];
export const isFailure = ({ outcome }: QuestionReport): boolean => outcome !== 'answered' && outcome !== 'empty';

/** Why something could not be reached, and what can be done about it. */
export function unreachedWords({ why, port, protocol }: UnreachedReport): string {
  switch (why) {
    case 'host port closed':
      return protocol === 'tcp' || protocol === 'udp'
        ? `This computer’s ports are closed to the guest. To open this one, add host-port=${port} to the card: in Hardware, Network, or by viv set --net.`
        : 'This computer’s ports are closed to the guest.';
    case 'nobody there':
      return 'No machine on this network has that address.';
    case 'isolated':
      return 'This network leads nowhere else.';
    case 'not allowed':
      return 'None of the places that this card allows. They are in Hardware, Network: allow=PLACE.';
    case 'denied':
      return 'This card denies it. What it denies is in Hardware, Network: deny=PLACE.';
    case 'this computer':
      return 'An address of this computer itself. Its services are closed to guests; open single ports with host-port=PORT and use the gateway’s address.';
    case 'reserved':
      return 'Loopback, link-local, multicast and broadcast addresses are never reached from a guest.';
    case 'refused':
      return 'Refused: nobody listens at that port.';
    case 'no host':
      return 'No answer: the host is down, or does not exist.';
    case 'no network':
      return 'This computer has no route there.';
    case 'prohibited':
      return 'This computer’s firewall does not allow it.';
    case 'ping':
      return 'Ping reaches the gateway only. Try a TCP connection instead.';
    case 'too many':
      return 'Too many connections at once, or begun in one second.';
  }
}

/** How long ago, with how often: `12 s ago, 3 times`. */
export function lastTime({ ago, count }: { readonly ago: number; readonly count: number }): string {
  const seconds = Math.round(ago / 1000);
  const when =
    seconds < 2
      ? 'just now'
      : seconds < 120
        ? `${seconds} s ago`
        : seconds < 7200
          ? `${Math.round(seconds / 60)} min ago`
          : `${Math.round(seconds / 3600)} h ago`;
  return count > 1 ? `${when}, ${count} times` : when;
}
