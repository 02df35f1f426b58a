/** Any link behind a cable that its machine's owner can watch, pull and make worse: what the machine's I/O thread attaches. */
import type { MessagePort } from 'node:worker_threads';
import type { AttachedLink } from '../../emulator/index.ts';
import { Cable } from '../../emulator/network/cable/cable.ts';
import { Capture } from '../../emulator/network/cable/capture.ts';
import type { CardActivity, NatReport } from '../../preload/contract/card-activity.ts';
import type { CableDefinition } from '../../preload/contract/definition/cable-fields.ts';
import type { CableChange, LinkStatus } from '../../preload/contract/links.ts';
import type { LinkMessage } from './link-messages.ts';
import { StreamEnd } from './stream-end.ts';

/** The wall clock with the fineness of the host's counter. */
function nanosecondClock(): () => bigint {
  const since = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  return () => since + process.hrtime.bigint();
}

/** Milliseconds that a cable is out which is plugged in again: time for a driver to notice. */
const BLINK = 500;

/** @param laid what the card's definition says of its cable */
export function cabledLink(link: AttachedLink, laid: CableDefinition = {}): AttachedLink {
  const cable = new Cable({
    link,
    isUp: !laid.unplugged,
    now: () => performance.now(),
    later: (milliseconds, action) => void setTimeout(action, milliseconds).unref(),
  });
  if (laid.rate !== undefined || laid.delay || laid.loss) cable.impair(laid, cable.status.seed);
  const captures = new Set<StreamEnd>();

  function capture(port: MessagePort, name: string, comment: string): void {
    const sink = new StreamEnd(port, {
      closed() {
        unwatch();
        captures.delete(sink);
      },
    });
    const texts = { application: Buffer.from('Vivarium'), name: Buffer.from(name), comment: Buffer.from(comment) };
    const recorder = new Capture({ sink, wallClock: nanosecondClock(), ...texts });
    const unwatch = cable.watch((frame, toGuest) => recorder.frame(frame, toGuest));
    captures.add(sink);
  }
  const status = (): LinkStatus => {
    const { isUp, seed, lost, rate, delay, loss } = cable.status;
    return { isUp, seed, lost, ...(rate === undefined ? {} : { rate }), delay: delay ?? 0, loss: loss ?? 0 };
  };
  async function activity(): Promise<CardActivity> {
    const nat = (await link.told?.({ kind: 'report' } satisfies LinkMessage)) as NatReport | undefined;
    return { link: status(), traffic: cable.traffic, ...(nat ? { nat } : {}) };
  }
  function change({ isUp, rate, delay, loss, seed }: CableChange): void {
    const before = cable.status;
    if (isUp !== undefined) cable.setLink(isUp);
    if ([rate, delay, loss, seed].every((given) => given === undefined)) return;
    const next = { rate: rate === undefined ? before.rate : rate || undefined, delay: delay ?? before.delay, loss: loss ?? before.loss };
    cable.impair(next, seed ?? before.seed);
  }

  /** Where the network leads is told with addresses: who has been told otherwise is made to ask again, as where a cable was plugged in. */
  async function reach(message: LinkMessage): Promise<void> {
    if ((await link.told?.(message)) === true) cable.blink(BLINK);
  }

  return {
    plugged: (card) => cable.plugged(card),
    send: (frames) => cable.send(frames),
    ready: () => cable.ready(),
    setHeld: (held) => cable.setHeld(held),
    returned: () => cable.returned(),
    underWay: () => cable.underWay(),
    wasUnderWay: (saved) => cable.wasUnderWay(saved),
    async told(given) {
      const message = given as LinkMessage;
      if (message.kind === 'capture') return capture(message.port, message.name, message.comment);
      if (message.kind === 'activity') return activity();
      if (message.kind === 'reach') return reach(message);
      if (message.kind !== 'link') return link.told?.(message);
      change(message.change);
      return status();
    },
    async close() {
      for (const sink of captures) {
        sink.end();
        sink.close();
      }
      await link.close();
    },
  };
}
