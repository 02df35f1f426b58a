/**
 * One TCP connection between the guest and us, joined to one between the host and whoever it was meant for. Each direction
 * ends by itself. A guest's SYN is answered only when the host has connected, so a guest learns what really happened.
 */
import { ACK, FIN, PSH, RST, type Segment, SYN } from '../wire/tcp.ts';
import type { ConnectionSurroundings } from './connection-surroundings.ts';
import { type Ends, keyOf, type Outgoing } from './outgoing.ts';
import type { Failure, Stream, StreamEvents } from './outside.ts';
import { TcpReceiver } from './tcp-receiver.ts';
import { type Piece, TcpSender } from './tcp-sender.ts';

/** Windows that we announce are shifted by so many bits. */
const OUR_SCALE = 8;
/** Bytes from the host that wait for the guest, before the host's connection is paused; it goes on at half. */
const QUEUE_BYTES = 512 * 1024;
/** Milliseconds for a host to answer, for a guest to answer a call, and that a closed connection is remembered. */
const HOST_PATIENCE = 60_000;
const GUEST_PATIENCE = 10_000;
const LINGER = 2000;
/** What a peer takes that does not say (RFC 9293, section 3.7.1). */
const PLAIN_MSS = 536;
const LEAST_MSS = 64;
const REPEAT = 1000;

/** `dialling`: the host connects. `calling`: we have sent a SYN. `answered`: a SYN-ACK. */
export type ConnectionState = 'dialling' | 'calling' | 'answered' | 'open' | 'lingering' | 'gone';

export class TcpConnection implements StreamEvents {
  /** They change while it calls, when the guest answers at none of its addresses but the last. */
  ends: Ends;
  key: string;
  state: ConnectionState;
  /** Bytes carried, each once however often it was sent, for people. */
  toGuest = 0;
  fromGuest = 0;
  lastUsed: number;
  /** Both sides have said that they have no more. */
  isComplete = false;
  /** Guest and host have been joined. */
  wasOpen = false;
  readonly began: number;
  readonly opener: 'guest' | 'host';
  readonly #outside: ConnectionSurroundings<TcpConnection>;
  readonly #sender: TcpSender;
  #receiver: TcpReceiver;
  #stream: Stream | undefined;
  #guestScale: number | undefined;
  #mss = PLAIN_MSS;
  /** What came is to be acknowledged: at once, or with what is sent next. */
  #ackDue: 'no' | 'soon' | 'now' = 'no';
  #isPaused = false;
  #deadline: number;
  #repeatAt = Infinity;

  private constructor(
    ends: Ends,
    state: ConnectionState,
    initial: number,
    receiver: TcpReceiver,
    outside: ConnectionSurroundings<TcpConnection>,
  ) {
    this.ends = ends;
    this.key = keyOf(ends);
    this.state = state;
    this.#outside = outside;
    this.#sender = new TcpSender(initial);
    this.#receiver = receiver;
    this.began = outside.now;
    this.lastUsed = outside.now;
    this.opener = state === 'calling' ? 'host' : 'guest';
    this.#deadline = outside.now + (state === 'dialling' ? HOST_PATIENCE : GUEST_PATIENCE);
  }

  /** Of a guest's SYN: the host is to connect, and `joined` to be called with its stream. */
  static ofSyn(ends: Ends, syn: Segment, initial: number, outside: ConnectionSurroundings<TcpConnection>): TcpConnection {
    const { mss = PLAIN_MSS, scale } = syn.options;
    const receiver = new TcpReceiver(syn.sequence + 1, scale === undefined ? 0 : OUR_SCALE);
    const connection = new TcpConnection(ends, 'dialling', initial, receiver, outside);
    connection.#peerOptions(mss, scale);
    return connection;
  }
  /** To a port of the guest's, for a stream that the host has accepted. */
  static toGuest(ends: Ends, stream: Stream, initial: number, outside: ConnectionSurroundings<TcpConnection>): TcpConnection {
    const connection = new TcpConnection(ends, 'calling', initial, new TcpReceiver(0, 0), outside);
    connection.joined(stream);
    connection.#greet();
    return connection;
  }

  #peerOptions(mss: number, scale: number | undefined): void {
    this.#guestScale = scale;
    this.#mss = Math.min(Math.max(LEAST_MSS, mss), this.#outside.segmentMax(this.#version));
  }
  /** Calls another address of the guest's instead; what waits for it goes there. */
  recall(ends: Ends): void {
    [this.ends, this.key] = [ends, keyOf(ends)];
    this.#deadline = this.#outside.now + GUEST_PATIENCE;
    this.#greet();
  }
  joined(stream: Stream): void {
    this.#stream = stream;
  }

  get isHalfOpen(): boolean {
    return this.state === 'dialling' || this.state === 'answered' || this.state === 'calling';
  }
  get #version(): 4 | 6 {
    return this.ends.guest.includes(':') ? 6 : 4;
  }
  get #backlog(): number {
    return this.#stream?.backlog ?? 0;
  }
  /** Bytes that it keeps in memory. */
  get kept(): number {
    return this.#sender.queue.length + this.#backlog;
  }

  // What the host's side tells.

  connected(): void {
    if (this.state !== 'dialling') return;
    this.state = 'answered';
    this.#deadline = this.#outside.now + GUEST_PATIENCE;
    this.#greet();
  }
  failed(_why: Failure): void {
    this.#end();
  }
  data(bytes: Uint8Array): void {
    if (this.state === 'gone') return;
    this.#sender.queue.add(bytes);
    this.#outside.wants(this);
    if (this.#sender.queue.length >= QUEUE_BYTES) this.#pause(true);
  }
  ended(): void {
    this.#sender.end();
    this.#outside.wants(this);
  }
  written(): void {
    if (!this.#receiver.shouldTell(this.#backlog) || this.state !== 'open') return;
    this.#ackDue = 'now';
    this.#outside.wants(this);
  }
  closed(): void {
    this.#stream = undefined;
    // Both directions came to their ends: what is left to be acknowledged comes by itself.
    if (this.#sender.isEnded && this.#receiver.isEnded) return;
    this.#sendReset();
    this.#end();
  }
  #pause(paused: boolean): void {
    if (this.#isPaused === paused) return;
    this.#isPaused = paused;
    this.#stream?.setPaused(paused);
  }

  // What the guest sends.

  /** Takes a segment of the guest's. @returns `renewed` for a SYN that begins anew what is over */
  segment(segment: Segment): 'renewed' | undefined {
    this.lastUsed = this.#outside.now;
    if ((segment.flags & RST) !== 0) return this.#reset(segment);
    if (this.state === 'dialling' || this.state === 'gone') return undefined;
    if (this.state === 'calling') return this.#called(segment);
    if ((segment.flags & SYN) !== 0) return this.#again();
    if ((segment.flags & ACK) === 0) return undefined;
    if (this.state === 'answered') {
      if (segment.acknowledged !== (this.#sender.initial + 1) >>> 0) return this.#refuse(segment);
      this.#open(segment.window);
    }
    this.#heed(segment);
    return undefined;
  }

  /** A SYN on a connection that exists: of a new one on old ports, or lost and repeated; all else is told the truth (RFC 5961). */
  #again(): 'renewed' | undefined {
    if (this.state === 'lingering') return 'renewed';
    if (this.state === 'answered') this.#greet();
    else this.#acknowledgeNow();
    return undefined;
  }
  #called(segment: Segment): undefined {
    const answers = (segment.flags & ACK) !== 0 && segment.acknowledged === (this.#sender.initial + 1) >>> 0;
    if ((segment.flags & SYN) === 0 || !answers) return this.#refuse(segment);
    const { mss = PLAIN_MSS, scale } = segment.options;
    this.#peerOptions(mss, scale);
    this.#receiver = new TcpReceiver(segment.sequence + 1, scale === undefined ? 0 : OUR_SCALE);
    // The window of a SYN is not scaled.
    this.#open(segment.window / 2 ** (scale ?? 0));
    this.#ackDue = 'now';
    return undefined;
  }
  #refuse(segment: Segment): undefined {
    this.#emit({ sequence: segment.acknowledged, flags: RST });
    return undefined;
  }
  #open(window: number): void {
    this.state = 'open';
    this.wasOpen = true;
    this.#deadline = Infinity;
    this.#repeatAt = Infinity;
    const burst = this.#outside.burst(this.#version);
    this.#sender.open({ mss: this.#mss, burst: Math.max(this.#mss, burst) }, this.#scaled(window));
    this.#outside.wants(this);
  }
  #scaled(window: number): number {
    return window * 2 ** (this.#guestScale ?? 0);
  }

  #reset(segment: Segment): undefined {
    const answersCall = (segment.flags & ACK) !== 0 && segment.acknowledged === (this.#sender.initial + 1) >>> 0;
    const counts = this.state === 'calling' ? answersCall : segment.sequence === this.#receiver.next;
    if (counts) this.#refused();
    else if (this.state !== 'calling' && this.#receiver.isInWindow(segment.sequence)) this.#acknowledgeNow();
    return undefined;
  }

  #refused(): void {
    if (this.state !== 'calling' || !this.#outside.callElsewhere(this)) this.#hangUp();
  }

  #heed(segment: Segment): void {
    const { data, flags, sequence } = segment;
    const isEnd = (flags & FIN) !== 0;
    const isPlain = data.length === 0 && !isEnd;
    const { now } = this.#outside;
    if (!this.#sender.acknowledged(segment.acknowledged, this.#scaled(segment.window), isPlain, now)) return this.#acknowledgeNow();
    if (this.#isPaused && this.#sender.queue.length <= QUEUE_BYTES / 2) this.#pause(false);
    if (!isPlain || sequence !== this.#receiver.next) {
      const taken = this.#receiver.take(sequence, data, isEnd);
      // A first small piece, or the end: most are answered at once, and the guest has one frame less to take (RFC 9293, 3.8.6.3).
      this.#ackDue = taken && this.#ackDue === 'no' && data.length < this.#mss ? 'soon' : 'now';
      if (taken) this.#pass(taken.bytes, taken.isEnd);
    }
    this.#outside.wants(this);
    this.#lingerIfDone();
  }
  #pass(bytes: Uint8Array, isEnd: boolean): void {
    this.fromGuest += bytes.length;
    if (bytes.length > 0) this.#stream?.write(bytes);
    if (isEnd) this.#stream?.end();
  }
  #lingerIfDone(): void {
    if (this.state !== 'open' || !this.#sender.isDone || !this.#receiver.isEnded) return;
    this.state = 'lingering';
    this.isComplete = true;
    this.#deadline = this.#outside.now + LINGER;
  }

  // What goes to the guest.

  /** Sends one piece of what is due. @returns whether there may be more */
  pump(): boolean {
    if (this.state !== 'open' || !this.#sender.maySend) return false;
    this.#sender.setBurst(Math.max(this.#mss, this.#outside.burst(this.#version)));
    const piece = this.#sender.piece();
    if (!piece) {
      this.#sender.wait(this.#outside.now);
      return false;
    }
    this.#send(piece);
    this.toGuest += this.#sender.sent(piece, this.#outside.now);
    return true;
  }
  #send({ sequence, offset, length, isEnd }: Piece): void {
    this.#emit({
      sequence,
      flags: ACK | (isEnd ? FIN : PSH),
      length,
      fill: (into, at) => this.#sender.queue.copy(offset, length, into, at),
    });
  }
  /** Acknowledges what came in this turn, if no data took it along. */
  acknowledge(): void {
    if (this.#ackDue === 'soon') this.#outside.owes(this);
    else this.acknowledgeOverdue();
  }
  /** The same, without waiting any more. */
  acknowledgeOverdue(): void {
    if (this.#ackDue !== 'no' && (this.state === 'open' || this.state === 'lingering')) this.#acknowledgeNow();
  }
  #acknowledgeNow(): void {
    this.#emit({ sequence: this.#sender.next, flags: ACK });
  }
  /** A SYN, or the SYN that answers one. */
  #greet(): void {
    const options = {
      mss: this.#outside.segmentMax(this.#version),
      ...(this.state === 'calling' || this.#guestScale !== undefined ? { scale: OUR_SCALE } : {}),
    };
    this.#repeatAt = this.#outside.now + REPEAT;
    this.#emit({ sequence: this.#sender.initial, flags: SYN | (this.state === 'calling' ? 0 : ACK), options });
  }
  #sendReset(): void {
    if (this.state === 'gone' || this.state === 'lingering') return;
    this.#emit({ sequence: this.state === 'dialling' ? 0 : this.#sender.next, flags: RST | ACK });
  }
  #emit(segment: Partial<Outgoing> & Pick<Outgoing, 'sequence' | 'flags'>): void {
    const isSyn = (segment.flags & SYN) !== 0;
    if ((segment.flags & ACK) !== 0) this.#ackDue = 'no';
    this.#outside.emit(this, {
      acknowledged: (segment.flags & ACK) === 0 ? 0 : this.#receiver.next,
      window: (segment.flags & RST) !== 0 ? 0 : this.#receiver.window(this.#backlog, isSyn),
      options: {},
      length: 0,
      mss: this.#mss,
      fill: () => undefined,
      ...segment,
    });
  }

  // Time, and the end.

  /** Time has passed. */
  passed(): void {
    const { now } = this.#outside;
    if (now >= this.#deadline) return this.#overdue();
    if (now >= this.#repeatAt && (this.state === 'answered' || this.state === 'calling')) this.#greet();
    if (this.state !== 'open') return;
    const due = this.#sender.passed(now);
    if (due === 'given up') this.hangUp();
    else if (due) this.#outside.wants(this);
  }
  #overdue(): void {
    if (this.state === 'lingering') this.#end();
    else if (this.state !== 'calling' || !this.#outside.callElsewhere(this)) this.hangUp();
  }
  /** Breaks it off on both sides. */
  hangUp(): void {
    this.#sendReset();
    this.#hangUp();
  }
  /** The guest that made it is not there any more: breaks it off towards the host. */
  forgotten(): void {
    this.state = 'gone';
    this.#stream?.reset();
    this.#stream = undefined;
  }
  #hangUp(): void {
    this.#stream?.reset();
    this.#stream = undefined;
    this.#end();
  }
  #end(): void {
    if (this.state === 'gone') return;
    this.state = 'gone';
    this.#outside.gone(this);
  }
}
