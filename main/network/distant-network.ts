/**
 * A card's end of a cable that leads to another process's network, over a channel of the wire. The card's link has a port as every
 * card on a shared network (`switch-messages.ts`), a new one for each run of its machine; the cable stays.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { CommandEvents, CommandLoss, RunningCommand } from '../../preload/contract/commands.ts';
import type { LooseReach } from '../../preload/contract/definition/reach-fields.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { type CableRecord, decodeRecords, encodeRecords, type NetworkNews } from './cable-records.ts';
import type { NetworkPlace } from './link-messages.ts';
import { placeOf } from './network-plan.ts';
import type { FromSwitch, MachineNames, ToSwitch } from './switch-messages.ts';

export interface DistantNetwork {
  readonly place: NetworkPlace;
  /** An end of the cable for a card that is plugged in; the one before leads nowhere from now on. */
  join(): MessagePort;
  /** Pulls the cable. */
  close(): void;
}
export interface DistantEvents {
  /** Cards that say nothing of it themselves may connect there by now. */
  reach(reach: LooseReach | undefined): void;
  /** The network has another card with this address: the named machine's. */
  refused(machine: string): void;
  /** The network is gone; nothing more goes through the cable. */
  lost(loss: CommandLoss): void;
}

/**
 * Plugs a cable in.
 * @param open opens its channel
 * @throws ContractError when it cannot be plugged in
 */
export async function distantNetwork(open: (events: CommandEvents) => RunningCommand, events: DistantEvents): Promise<DistantNetwork> {
  const placed = Promise.withResolvers<NetworkPlace>();
  const cable = new Cable(
    open({
      output: (_, piece) => cable.received(piece),
      inputRoom: (count) => cable.hasRoom(count),
      lost(loss) {
        placed.reject(ContractError.of(loss.reason));
        if (cable.isPlaced) events.lost(loss);
      },
      inputClosed: () => undefined,
      ended: () => undefined,
    }),
    { ...events, placed: (place) => placed.resolve(place) },
  );
  const place = await placed.promise;
  return { place, join: () => cable.join(), close: () => cable.close() };
}

interface CableEvents extends Pick<DistantEvents, 'refused' | 'reach'> {
  placed(place: NetworkPlace): void;
}

class Cable {
  readonly #channel: RunningCommand;
  readonly #events: CableEvents;
  #port: MessagePort | undefined;
  #room = 0;
  /** Given to the card, and not taken yet. */
  #onWay = { frames: 0, bytes: 0 };
  /** Taken, and not said yet. */
  #taken = { frames: 0, bytes: 0 };
  #names: MachineNames = [];
  isPlaced = false;

  constructor(channel: RunningCommand, events: CableEvents) {
    this.#channel = channel;
    this.#events = events;
  }

  join(): MessagePort {
    this.#leave();
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (message: ToSwitch) => {
      if (this.#port !== port1) return;
      if ('taken' in message) this.#took(message.taken, message.bytes);
      else this.#send(message.frames.map((frame) => ({ frame })));
    });
    port1.unref();
    this.#port = port1;
    this.#post({ names: this.#names });
    return port2;
  }
  close(): void {
    this.#leave();
    this.#channel.hangUp();
  }
  /** What is under way to a card that is there no more is lost. */
  #leave(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#took(this.#onWay.frames, this.#onWay.bytes);
  }

  received(piece: Uint8Array): void {
    const records = decodeRecords(piece);
    const frames = records.flatMap((record) => ('frame' in record ? [record.frame] : []));
    if (frames.length > 0) {
      this.#onWay.frames += frames.length;
      this.#onWay.bytes += frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
      if (this.#port) this.#post({ frames }, [...new Set(frames.map(({ bytes }) => bytes.buffer))]);
      else this.#took(this.#onWay.frames, this.#onWay.bytes);
    }
    for (const record of records) if ('news' in record) this.#hear(record.news);
  }
  #hear(news: NetworkNews): void {
    if ('place' in news) {
      this.isPlaced = true;
      return this.#events.placed(placeOf(news.place));
    }
    if ('reach' in news) return this.#events.reach(news.reach);
    if ('names' in news) this.#names = news.names;
    else this.#events.refused(news.refused);
    this.#post(news);
  }

  hasRoom(count: number): void {
    this.#room += count;
    this.#sayTaken();
  }
  #took(frames: number, bytes: number): void {
    this.#onWay.frames -= frames;
    this.#onWay.bytes -= bytes;
    this.#taken.frames += frames;
    this.#taken.bytes += bytes;
    this.#sayTaken();
  }
  /** Must arrive, or the network takes the card for one that has no room: it waits for room of its own. */
  #sayTaken(): void {
    const said = this.#taken;
    if (said.frames === 0) return;
    this.#taken = { frames: 0, bytes: 0 };
    if (!this.#send([{ taken: said.frames, bytes: said.bytes }])) this.#taken = said;
  }
  /** Frames that the way has no room for are lost, as on any wire. @returns whether all was sent */
  #send(records: readonly CableRecord[]): boolean {
    return encodeRecords(records).every((piece) => {
      if (piece.length > this.#room) return false;
      this.#room -= piece.length;
      this.#channel.write(piece);
      return true;
    });
  }
  #post(message: FromSwitch, transfer: ArrayBuffer[] = []): void {
    this.#port?.postMessage(message, transfer);
  }
}
