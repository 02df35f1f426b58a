/** The link of a shared folder, on the machine's I/O thread: it has a thread of its own make the host's calls. */
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { AttachedFolder, LinkOwner } from '../../emulator/index.ts';
import { refusalOf as refused9p } from '../../emulator/share/9p/session.ts';
import { answeredAhead } from '../../emulator/share/fuse/closing.ts';
import { refusalOf } from '../../emulator/share/fuse/refusal.ts';
import { mailboxMemory, MailboxSender } from './mailbox.ts';
import type { FolderStatus, FromFolder, ShareMessage, ShareSetup, ToFolder } from './messages.ts';

/** How long a folder may take for what the machine waits for, in milliseconds. */
const PATIENCE_MS = 2000;
/** How long the machine's I/O thread stays for an answer, in milliseconds: as long as it stays for a guest's next request. */
const STAYS_MS = 0.4;
/** Messages that are put off until the next one, at most, and for how many milliseconds. */
const PUT_OFF_MAX = 64;
const PUT_OFF_MS = 10;

/** @param setup a `ShareSetup` */
export async function openShare(setup: unknown, owner: LinkOwner): Promise<AttachedFolder> {
  const link = new FolderLink(owner);
  const { folder, problem } = await link.setFolder(setup as ShareSetup);
  if (problem !== undefined) owner.log(`the shared folder ${folder} cannot be used (${problem}); the guest is told that there is none`);
  return link;
}

type Served = Pick<Extract<FromFolder, { readonly kind: 'served' }>, 'answer'>;

interface Question {
  /** The answer, or undefined where none comes. */
  answered(message: FromFolder | undefined): void;
}

/** A folder with its thread. */
export class FolderLink implements AttachedFolder {
  readonly #memory = mailboxMemory();
  readonly #mailbox = new MailboxSender(this.#memory);
  readonly #worker = new Worker(new URL('./share-worker.ts', import.meta.url), { workerData: this.#memory });
  readonly #owner: LinkOwner;
  readonly #exited: Promise<void>;
  #setup: ShareSetup = { readonly: true };
  #problem: string | undefined;
  /** By their numbers, in order. */
  readonly #open = new Map<number, Question>();
  /** What was answered ahead; it goes with the next message. */
  #putOff: Uint8Array[] = [];
  #putOffTimer: NodeJS.Timeout | undefined;
  #serving = 0;
  #whenIdle: (() => void)[] = [];
  #next = 1;
  #dead = false;

  constructor(owner: LinkOwner) {
    this.#owner = owner;
    this.#worker.on('message', (message: FromFolder) => this.#heard(message));
    this.#worker.on('error', (error) => owner.log(`the thread of a shared folder failed: ${String(error)}`));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#dead = true;
        for (const { answered } of this.#open.values()) answered(undefined);
        this.#open.clear();
        resolve();
      });
    });
  }

  #heard(message: FromFolder): void {
    const question = this.#open.get(message.id);
    this.#open.delete(message.id);
    question?.answered(message);
  }
  /** Asks, and waits for the answer; undefined where the thread has ended, or does not answer in time. */
  #ask<K extends FromFolder['kind']>(
    make: (id: number) => ToFolder,
    limitMs: number | undefined,
    transfer: ArrayBuffer[] = [],
  ): Promise<Extract<FromFolder, { kind: K }> | undefined> {
    if (this.#dead) return Promise.resolve(undefined);
    const id = this.#next++;
    return new Promise((resolve) => {
      const timer = limitMs === undefined ? undefined : setTimeout(() => resolve(undefined), limitMs);
      this.#open.set(id, {
        answered(message) {
          clearTimeout(timer);
          resolve(message as Extract<FromFolder, { kind: K }> | undefined);
        },
      });
      this.#send(make(id), transfer);
    });
  }

  serve(bytes: Uint8Array<ArrayBuffer>, room: number): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    if (this.#setup.protocol !== '9p' && this.#putOff.length < PUT_OFF_MAX) {
      const ahead = answeredAhead(bytes);
      if (ahead) {
        this.#putOff.push(bytes);
        this.#putOffTimer ??= setTimeout(() => this.#sendPutOff(), PUT_OFF_MS);
        return ahead.answer;
      }
    }
    if (!this.#mailbox.ask([...this.#putOff, bytes], room)) return this.#served(bytes, () => this.#servedByPort(bytes, room));
    this.#putOff = [];
    if (this.#mailbox.wait(STAYS_MS)) return this.#mailbox.take();
    return this.#served(bytes, () => this.#servedLate());
  }
  #servedByPort(bytes: Uint8Array<ArrayBuffer>, room: number): Promise<Served | undefined> {
    return this.#ask<'served'>((id) => ({ kind: 'serve', id, bytes, room }), undefined, [bytes.buffer]);
  }
  async #servedLate(): Promise<Served | undefined> {
    await Promise.race([this.#mailbox.whenAnswered(), this.#exited]);
    return this.#dead ? undefined : { answer: this.#mailbox.take() };
  }
  async #served(bytes: Uint8Array, answered: () => Promise<Served | undefined>): Promise<Uint8Array | undefined> {
    const refusal = this.#setup.protocol === '9p' ? refused9p(bytes) : refusalOf(bytes);
    this.#serving += 1;
    try {
      const served = await answered();
      return served ? served.answer : refusal;
    } finally {
      this.#serving -= 1;
      if (this.#serving === 0) for (const done of this.#whenIdle.splice(0)) done();
    }
  }

  async settled(): Promise<Uint8Array | undefined> {
    // A folder that hangs in one call does not come to the next.
    const answer = await this.#ask<'session'>((id) => ({ kind: 'session', id }), PATIENCE_MS);
    if (!answer) {
      this.#owner.log(`the shared folder ${this.#setup.folder ?? ''} does not answer: what the guest has open there is not saved`);
      return undefined;
    }
    // All messages were served before it; their answers are given to the guest in the turns of the event loop that follow.
    if (this.#serving > 0) await new Promise<void>((resolve) => void this.#whenIdle.push(resolve));
    return answer.session;
  }

  restored(session: Uint8Array | undefined): void {
    this.#post({ kind: 'restore', session });
  }
  reset(): void {
    this.#post({ kind: 'reset' });
  }
  #post(message: ToFolder): void {
    if (!this.#dead) this.#send(message);
  }
  /** By the port, behind what was put off. */
  #send(message: ToFolder, transfer: ArrayBuffer[] = []): void {
    this.#sendPutOff();
    this.#worker.postMessage(message, transfer);
    this.#mailbox.posted();
  }
  #sendPutOff(): void {
    clearTimeout(this.#putOffTimer);
    this.#putOffTimer = undefined;
    if (this.#putOff.length === 0) return;
    const messages = this.#putOff;
    this.#putOff = [];
    this.#post({ kind: 'unasked', messages });
  }

  async setFolder(setup: ShareSetup): Promise<FolderStatus> {
    if (this.#problem === undefined && isDeepStrictEqual(this.#setup, setup)) return this.#status();
    this.#setup = setup;
    const answer = await this.#ask<'folder'>((id) => ({ kind: 'folder', id, setup }), PATIENCE_MS);
    this.#problem = answer ? answer.problem : 'silent';
    return this.#status();
  }
  #status(): FolderStatus {
    return { ...this.#setup, ...(this.#problem === undefined ? {} : { problem: this.#problem }) };
  }

  async told(message: unknown): Promise<unknown> {
    const asked = message as ShareMessage;
    return asked.kind === 'folder' ? this.setFolder(asked.setup) : this.#status();
  }

  async close(): Promise<void> {
    this.#post({ kind: 'close' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => void (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([this.#exited, late]);
    clearTimeout(timer);
    // One that hangs in a call of the host's ends with it; nobody waits for that.
    if (!this.#dead) {
      this.#worker.unref();
      void this.#worker.terminate();
    }
  }
}
