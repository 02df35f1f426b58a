/**
 * The link of a machine's common share: one device whose root lists all folders by their tags, so that one which is added
 * while the machine runs is seen at once. Each folder has a thread of its own, begun when a guest first asks for something of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AttachedFolder, LinkOwner } from '../../emulator/index.ts';
import { addresseeOf, forgetsOf } from '../../emulator/share/fuse/address.ts';
import { OPCODE } from '../../emulator/share/fuse/opcodes.ts';
import { refusalOf } from '../../emulator/share/fuse/refusal.ts';
import { opcodeOf, serveMessage } from '../../emulator/share/fuse/server.ts';
import { SLOTS_MAX } from '../../emulator/share/gathered/numbers.ts';
import { RootTree } from '../../emulator/share/gathered/root-tree.ts';
import { readCommonSession, storedCommonSession } from './common-session.ts';
import type { CommonMessage, CommonSetup, CommonStatus, NamedSetup } from './messages.ts';
import { FolderLink } from './share-link.ts';

/** @param setup a `CommonSetup` */
export function openShare(setup: unknown, owner: LinkOwner): Promise<AttachedFolder> {
  return Promise.resolve(new CommonLink(setup as CommonSetup, owner));
}

/** One folder. */
interface Slot {
  readonly setup: NamedSetup;
  /** Absent until somebody asks. */
  link?: FolderLink;
  problem?: string | undefined;
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

class CommonLink implements AttachedFolder {
  readonly #owner: LinkOwner;
  readonly #slots = new Map<number, Slot>();
  readonly #root = new RootTree(() => [...this.#slots.values()].map(({ setup }) => setup.tag), now());
  #next = 1;
  #isMounted = false;

  constructor({ folders }: CommonSetup, owner: LinkOwner) {
    this.#owner = owner;
    for (const setup of folders) this.#add(setup);
  }

  #add(setup: NamedSetup): void {
    if (setup.folder !== undefined && this.#next <= SLOTS_MAX) this.#slots.set(this.#next++, { setup });
  }
  #named(name: string): number | undefined {
    for (const [number, { setup }] of this.#slots) if (setup.tag === name) return number;
    return undefined;
  }

  /** The folder with its thread. */
  #linkOf(number: number, slot: Slot): FolderLink {
    if (slot.link) return slot.link;
    const link = new FolderLink(this.#owner);
    slot.link = link;
    const { folder, readonly } = slot.setup;
    // What is asked of the thread meanwhile waits behind this.
    void link.setFolder({ ...(folder === undefined ? {} : { folder }), readonly, slot: number }).then(({ problem }) => {
      slot.problem = problem;
      if (problem !== undefined) this.#owner.log(`the shared folder ${folder} cannot be used (${problem})`);
    });
    return link;
  }

  serve(bytes: Uint8Array<ArrayBuffer>, room: number): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const forgets = forgetsOf(bytes);
    if (forgets) {
      for (const [number, message] of forgets) void this.#slots.get(number)?.link?.serve(message, room);
      return undefined;
    }
    const to = addresseeOf(bytes);
    if (to === undefined) return undefined;
    if (to === 'root') return this.#atRoot(bytes, room);
    const number = 'slot' in to ? to.slot : this.#named(to.name);
    const slot = number === undefined ? undefined : this.#slots.get(number);
    if (number === undefined || !slot) return refusalOf(bytes, 'slot' in to ? 'ESTALE' : 'ENOENT');
    return this.#linkOf(number, slot).serve(bytes, room);
  }
  #atRoot(bytes: Uint8Array, room: number): Uint8Array | undefined {
    const opcode = opcodeOf(bytes);
    if (opcode === OPCODE.INIT) this.#isMounted = true;
    if (opcode === OPCODE.DESTROY) this.#isMounted = false;
    return serveMessage(this.#root, bytes, room);
  }

  async settled(): Promise<Uint8Array | undefined> {
    const slots = [...this.#slots].map(async ([number, { setup, link }]) => [number, setup.tag, await link?.settled()] as const);
    return storedCommonSession({ isMounted: this.#isMounted, next: this.#next, slots: await Promise.all(slots) });
  }

  /** Which folders there are is the owner's to say; the session tells what the guest called them and has open there. */
  restored(session: Uint8Array | undefined): void {
    const { isMounted, next, slots } = readCommonSession(session);
    const setups = [...this.#slots.values()].map(({ setup }) => setup);
    void this.#closeAll();
    this.#isMounted = isMounted;
    this.#next = Math.max(this.#next, next);
    for (const [number, tag, own] of slots) {
      const setup = setups.find((each) => each.tag === tag);
      if (!setup || this.#named(tag) !== undefined) continue;
      const slot: Slot = { setup };
      this.#slots.set(number, slot);
      if (own) this.#linkOf(number, slot).restored(own);
    }
    for (const setup of setups) if (this.#named(setup.tag) === undefined) this.#add(setup);
    this.#root.changedAt(now());
  }
  reset(): void {
    this.#isMounted = false;
    for (const { link } of this.#slots.values()) link?.reset();
  }

  #setFolders({ folders }: CommonSetup): void {
    for (const [number, slot] of this.#slots) {
      if (folders.some((setup) => isDeepStrictEqual(setup, slot.setup))) continue;
      this.#slots.delete(number);
      void slot.link?.close();
    }
    for (const setup of folders) if (this.#named(setup.tag) === undefined) this.#add(setup);
    this.#root.changedAt(now());
  }

  async told(message: unknown): Promise<CommonStatus> {
    const asked = message as CommonMessage;
    if (asked.kind === 'folders') this.#setFolders(asked.setup);
    const folders = [...this.#slots.values()].map(({ setup: { tag }, problem }) => ({
      tag,
      ...(problem === undefined ? {} : { problem }),
    }));
    return { isMounted: this.#isMounted, folders };
  }

  #closeAll(): Promise<unknown> {
    const links = [...this.#slots.values()].flatMap(({ link }) => link ?? []);
    this.#slots.clear();
    return Promise.all(links.map((link) => link.close()));
  }
  async close(): Promise<void> {
    await this.#closeAll();
  }
}
