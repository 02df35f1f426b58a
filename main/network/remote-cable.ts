/**
 * The program's end of a cable whose card is another process's (`viv run`): between the network's thread and a channel of the wire.
 * What waits is bounded on both ways: to the card by what its network lets be under way, from it by the channel's room.
 */
import type { MessagePort } from 'node:worker_threads';
import type { CommandEvents, RunningCommand } from '../../preload/contract/commands.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { type CableRecord, decodeRecords, encodeRecords, type NetworkNews } from './cable-records.ts';
import type { PlaceNumbers } from './network-plan.ts';
import type { FromSwitch, ToSwitch } from './switch-messages.ts';

/** Bytes of records that may be on their way from a card. */
const ROOM = 4 * 1024 * 1024;

interface Cable {
  /** The end that the network's thread has not. */
  readonly port: MessagePort;
  readonly place: PlaceNumbers;
  /** It is out: the card's process has let go, or the network has ended. */
  readonly unplugged: () => void;
}

/** A cable that leads through a channel, and a way to tell the card's process what its network says. */
export interface RemoteCable extends RunningCommand {
  tell(news: NetworkNews): void;
}

/** Leads a cable through a channel. What is done with it as a command that makes no sense for a cable does nothing. */
export function remoteCable({ port, place, unplugged }: Cable, events: CommandEvents): RemoteCable {
  let isOut = false;
  const tell = (records: readonly CableRecord[]) => {
    for (const piece of encodeRecords(records)) events.output(1, piece);
  };
  const say = (message: ToSwitch, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const pull = () => {
    if (isOut) return false;
    isOut = true;
    port.close();
    unplugged();
    return true;
  };
  port.on('message', (message: FromSwitch) => {
    if (isOut) return;
    tell('frames' in message ? message.frames.map((frame) => ({ frame })) : [{ news: message }]);
  });
  port.on('close', () => {
    if (pull()) events.lost({ kind: 'stopped', reason: faultWith('network-ended') });
  });
  const take = (records: readonly CableRecord[]) => {
    const frames = records.flatMap((record) => ('frame' in record ? [record.frame] : []));
    if (frames.length > 0) say({ frames }, [...new Set(frames.map(({ bytes }) => bytes.buffer))]);
    for (const record of records) if ('taken' in record) say(record);
  };
  tell([{ news: { place } }]);
  events.inputRoom(ROOM);
  return {
    tell: (news) => tell(isOut ? [] : [{ news }]),
    write(piece) {
      if (isOut) return;
      try {
        take(decodeRecords(piece));
        events.inputRoom(piece.length);
      } catch {
        // Only a client that does not know these records gets here.
        pull();
        events.lost({ kind: 'failed', reason: faultWith('wire-frame-unexpected') });
      }
    },
    hangUp: () => void pull(),
    endInput: () => undefined,
    acknowledge: () => undefined,
    signal: () => undefined,
    resize: () => undefined,
  };
}
