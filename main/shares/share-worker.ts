/**
 * The thread of one shared folder: the host's calls are made here one after the other, so that a folder which does not
 * answer holds up nobody but who asks for it.
 */
import { realpathSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { refusalOf as refusal9p, Session } from '../../emulator/share/9p/session.ts';
import { serveMessage } from '../../emulator/share/fuse/server.ts';
import { SlotTree } from '../../emulator/share/gathered/slot-tree.ts';
import type { ShareTree } from '../../emulator/share/tree.ts';
import { byteStringOf } from './host-paths.ts';
import { HostTree } from './host-tree.ts';
import { MailboxReceiver } from './mailbox.ts';
import type { FromFolder, ShareSetup, StoredSession, ToFolder } from './messages.ts';

if (!parentPort) throw new Error('share-worker.ts runs as the thread of a shared folder');
const port = parentPort;
const tell = (message: FromFolder, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

/** For answers that nobody reads. */
const MESSAGE_ROOM = 4096;

let shared: ShareSetup = { readonly: true };
let tree: HostTree | undefined;
/** The same under the numbers that the guest knows. */
let served: ShareTree | undefined;
/** Of a guest that speaks 9P. */
let session: Session | undefined;

/** Begins anew with the folder. @returns the host's name of what is wrong with it */
function open(saved?: StoredSession): string | undefined {
  const numbers = tree?.numbers;
  tree?.close();
  tree = served = session = undefined;
  if (shared.folder === undefined) return undefined;
  try {
    tree = new HostTree(byteStringOf(realpathSync(shared.folder)), shared.readonly, { saved: saved?.tree, numbers });
    served = shared.slot === undefined ? tree : new SlotTree(tree, shared.slot);
    if (shared.protocol === '9p') session = new Session(served, saved?.session);
    return undefined;
  } catch (error) {
    // A session that is none of ours: the guest finds everything anew.
    if (saved) return open();
    return (error as { readonly code?: string }).code ?? String(error);
  }
}

function serve(bytes: Uint8Array, room: number): Uint8Array | undefined {
  if (shared.protocol !== '9p') return serveMessage(served, bytes, room);
  return session ? session.serve(bytes, room) : refusal9p(bytes, 'ENODEV');
}

function storedSession(): Uint8Array<ArrayBuffer> | undefined {
  if (!tree) return undefined;
  const stored: StoredSession = { version: 1, tree: tree.saved(), ...(session ? { session: session.saved } : {}) };
  return new TextEncoder().encode(JSON.stringify(stored));
}
function savedIn(bytes: Uint8Array | undefined): StoredSession | undefined {
  if (!bytes) return undefined;
  try {
    const stored = JSON.parse(new TextDecoder().decode(bytes)) as StoredSession;
    return (stored.version as number) === 1 ? stored : undefined;
  } catch {
    return undefined;
  }
}

/** How long this thread sleeps at the mailbox for the next message, in milliseconds, before it goes back to its event loop. */
const STAYS_MS = 50;
let isClosed = false;

function heard(message: ToFolder): void {
  mailbox.received();
  switch (message.kind) {
    case 'serve': {
      const answer = serve(message.bytes, message.room);
      return tell({ kind: 'served', id: message.id, answer }, answer ? [answer.buffer as ArrayBuffer] : []);
    }
    case 'unasked':
      for (const bytes of message.messages) serve(bytes, MESSAGE_ROOM);
      return;
    case 'folder': {
      shared = message.setup;
      const problem = open();
      return tell({ kind: 'folder', id: message.id, ...(problem === undefined ? {} : { problem }) });
    }
    case 'session':
      return tell({ kind: 'session', id: message.id, session: storedSession() });
    case 'restore':
      return void open(savedIn(message.session));
    case 'reset':
      return void open();
    case 'close':
      isClosed = true;
      tree?.close();
      return port.close();
  }
}

const mailbox = new MailboxReceiver(workerData as SharedArrayBuffer, {
  take() {
    const next = receiveMessageOnPort(port) as { readonly message: ToFolder } | undefined;
    return next && (() => heard(next.message));
  },
});
port.on('message', (message: ToFolder) => {
  heard(message);
  mailbox.serve(serve, STAYS_MS, () => !isClosed);
});
