/** The browser shell's transport over a socket that opens, closes and comes back, without a browser. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { beforeEach, expect, test, vi } from 'vitest';
import { encodeMessage } from '../../preload/contract/wire.ts';
import { createSocketTransport } from '../../renderer/app/socket-transport.ts';

/** A WebSocket as the transport uses it. As in a browser, what is sent while it closes is an error on the page's console. */
class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static readonly made: FakeSocket[] = [];
  readyState = FakeSocket.CONNECTING;
  readonly sent: unknown[] = [];
  complaints = 0;
  onopen = () => undefined;
  onmessage = (_event: { data: string }) => undefined;
  onclose = (_event: { code: number }) => undefined;

  constructor() {
    FakeSocket.made.push(this);
  }
  send(frame: unknown): void {
    if (this.readyState === FakeSocket.OPEN) this.sent.push(frame);
    else this.complaints++;
  }
  opened(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
  }
}

beforeEach(() => {
  FakeSocket.made.length = 0;
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('fetch', () => Promise.resolve({ status: 0 }));
  return () => vi.unstubAllGlobals();
});

function connected() {
  const transport = createSocketTransport('ws://localhost/');
  const socket = FakeSocket.made[0]!;
  socket.opened();
  return { transport, socket };
}

test('a call on an open socket is sent and answered', async () => {
  const { transport, socket } = connected();
  const listed = transport.services.machines.list();
  expect(socket.sent).toHaveLength(1);
  const { id } = JSON.parse(socket.sent[0] as string) as { id: number };
  socket.onmessage({ data: encodeMessage({ kind: 'answer', id, ok: [] }) as string });
  expect(await listed).toEqual([]);
});

test('nothing is sent on a socket that is closing: calls fail and consoles close', async () => {
  const { transport, socket } = connected();
  socket.readyState = FakeSocket.CLOSING;
  const channel = transport.openConsole('a machine', 0);
  const reasons: Reason[] = [];
  channel.onClosed((reason) => reasons.push(reason));
  await expect(transport.services.machines.list()).rejects.toMatchObject({
    code: 'wire-lost',
  });
  expect(reasons).toEqual([faultWith('wire-lost')]);
  expect([socket.sent, socket.complaints]).toEqual([[], 0]);
  // Its end comes later and changes nothing but what the window shows.
  socket.readyState = FakeSocket.CLOSED;
  socket.onclose({ code: 1001 });
  expect(transport.connection).toBe('ended');
  transport.reconnect();
  FakeSocket.made[1]!.opened();
  expect(transport.connection).toBe('connected');
  void transport.services.machines.list().catch(() => undefined);
  expect(FakeSocket.made[1]!.sent).toHaveLength(1);
});
