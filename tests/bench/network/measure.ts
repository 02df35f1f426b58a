/**
 * The section "network": the same guest behind our NAT and behind QEMU's user network, with the same addresses and the same
 * server on the host's loopback.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GuestBoardName } from '../boards.ts';
import { compileGuest, ours, peer, prepareProgram } from '../guest.ts';
import type { BenchOptions } from '../options.ts';
import { type GuestCommand, runGuest } from '../run-guest.ts';
import { amountOf, NETWORK_CASES } from './cases.ts';
import { type NetworkLines, type NetworkResult, networkResult, readNetworkLines } from './results.ts';
import { benchServer } from './server.ts';

const SOURCE = fileURLToPath(new URL('../guest/net.c', import.meta.url));
const DEVICES: Readonly<Record<GuestBoardName, string>> = { 'riscv64-virt': 'virtio-net-device', pc: 'virtio-net-pci' };
/** Addresses by hand: what a DHCP client waits for is no part of the measurement. */
const SET_UP =
  'ulimit -n 2048; ip link set lo up; ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up; ip route add default via 10.0.2.2';

const also = (command: GuestCommand, ...args: readonly string[]): GuestCommand => ({ ...command, args: [...command.args, ...args] });

export async function measureNetwork({ quick, runs, engine, board }: BenchOptions): Promise<NetworkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-network-'));
  const server = await benchServer();
  try {
    const program = compileGuest(SOURCE, folder, 'net', board);
    const cases = NETWORK_CASES.map((each) => `./net 10.0.2.2 ${server.port} ${each.name} ${amountOf(each, quick)}`);
    const guest = await prepareProgram(program, [SET_UP, ...cases].join('\n'), board);
    const sides = [
      also(ours(guest, engine, board), '--net', `nat,host-port=${server.port}`),
      also(peer(guest, board), '-nic', 'none', '-netdev', 'user,id=net0', '-device', `${DEVICES[board]},netdev=net0`),
    ];
    const lines = sides.map((): NetworkLines[] => []);
    for (let run = 1; run <= runs; run++) {
      console.error(`network, run ${run} of ${runs}`);
      for (const [index, side] of sides.entries()) lines[index]?.push(readNetworkLines((await runGuest(side, 'end')).console, quick));
    }
    const [a = [], b = []] = lines;
    return networkResult(a, b, quick);
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
}
