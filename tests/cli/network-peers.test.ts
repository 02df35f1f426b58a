/**
 * A guest among real programs: two computers in network namespaces of their own, one with the guest, the other with a name server,
 * a web server and iperf3. Every address is real there, in both families, and leads nowhere else.
 */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { GuestKit } from '../../main/images/index.ts';
import { describeWith, tool } from '../kit/tools.ts';
import { networkFile } from './peers/network-file.ts';
import { VIV } from './viv.ts';

const OTHER = fileURLToPath(new URL('./peers/other-computer.ts', import.meta.url));
const LIMIT = 600_000;
/** When it is broken off, so that what came until then is told. */
const PATIENCE = 560_000;
const TEMPLATE = 'debian-amd64';

/** Processes, too: all that was started in them ends with their first. */
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Runs in the namespaces of the guest's computer, and makes the other one. */
const TWO_COMPUTERS = `
set -e
unshare -n sleep 1000 & other=$!
there() { nsenter -t $other -n "$@"; }
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.1; done
ip link add guests type veth peer name others netns $other
ip link set lo up
ip addr add 198.51.100.1/24 dev guests
ip -6 addr add 2001:db8:1::1/64 dev guests nodad
ip link set guests up
there ip link set lo up
there ip addr add 198.51.100.2/24 dev others
there ip addr add 203.0.113.9/32 dev lo
there ip -6 addr add 2001:db8:1::2/64 dev others nodad
there ip -6 addr add 2001:db8:9::9/128 dev lo nodad
there ip link set others up
ip route add default via 198.51.100.2
ip -6 route add default via 2001:db8:1::2
echo nameserver 198.51.100.2 > "$FOLDER/resolv.conf"
mount --bind "$FOLDER/resolv.conf" /etc/resolv.conf
there "$DNSMASQ" --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --listen-address=198.51.100.2 \\
  --bind-interfaces --address=/four.peers.test/203.0.113.9 --address=/six.peers.test/2001:db8:9::9 --local=/peers.test/ --txt-record=text.peers.test,hello 2> /dev/null &
for port in 5201 5202; do there "$IPERF3" --server --port $port --forceflush > "$FOLDER/iperf3-$port.log" 2>&1 & done
there "$NODE" "$OTHER" 198.51.100.1:8080 > "$FOLDER/other.log" 2>&1 &
for log in iperf3-5201 iperf3-5202 other; do until grep -q listening "$FOLDER/$log.log"; do sleep 0.1; done; done
"$NODE" "$VIV" run --template ${TEMPLATE} --copy "$IPERF3:/usr/local/bin/iperf3" --copy "$CURL:/usr/local/bin/curl" --forward 198.51.100.1:8080:80 --run "$(cat "$FOLDER/guest.sh")"
`;

/** No step lasts for ever, and one that fails says why. Its limit is generous: a busy computer takes minutes to boot. */
const STEP_S = 120;
/**
 * iperf3 ends the count when the sender has written all: what waits on the way then is not in it, which is as much as buffers hold.
 * A server that was just asked may still be at it, so each direction has one of its own.
 */
const CARRIED = { asked: '32M', least: 8e6 };
const IN_GUEST = `
limited() { timeout ${STEP_S} "$@" || { status=$?; echo "$* ended with $status" >&2; return $status; }; }
sum() { limited curl --silent --show-error "$@" | sha256sum; }
carried() {
  limited iperf3 --client 203.0.113.9 --bytes ${CARRIED.asked} --json "$@" > /tmp/iperf3 || cat /tmp/iperf3 >&2
  tr -d ' \\t' < /tmp/iperf3 | sed -n '/"sum_received"/,/}/s/^"bytes":\\([0-9]*\\),$/\\1/p'
}
six() { ip -6 route | grep -q default && ip -6 addr show eth0 | grep fec0 | grep -qv tentative; }
mkdir /www; echo from the guest > /www/page; httpd -p 80 -h /www
sum http://four.peers.test/file
tries=0; until six; do tries=$((tries + 1)); [ $tries -gt ${STEP_S * 5} ] && { ip -6 addr; ip -6 route; break; } >&2; sleep 0.2; done
sum -6 http://six.peers.test/file
limited nslookup -type=txt text.peers.test | grep -o '"hello"'
limited nslookup -type=a nobody.peers.test 2>&1 | grep -c NXDOMAIN
[ "$(carried --port 5201)" -ge ${CARRIED.least} ] && echo carried out
[ "$(carried --port 5202 --reverse)" -ge ${CARRIED.least} ] && echo carried in
limited curl --silent http://203.0.113.9/fetch-from-guest
curl --silent --max-time ${STEP_S} http://203.0.113.9:81/ || echo refused $?
curl --silent --max-time ${STEP_S} http://198.51.100.1:8080/page || echo closed $?
`;

describeWith(['apt', 'netns', 'dnsmasq', 'iperf3', 'curl'], 'a guest among real programs', () => {
  test('resolves, fetches, carries and is reached, in both families', { timeout: LIMIT }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vivarium-peers-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const programs = { IPERF3: tool('iperf3') as string, CURL: tool('curl') as string, DNSMASQ: tool('dnsmasq') as string };
    // Out there is no mirror: what the guest is made of is fetched before.
    await new GuestKit().prepare(TEMPLATE, { copy: [`${programs.IPERF3}:/usr/local/bin/iperf3`, `${programs.CURL}:/usr/local/bin/curl`] });
    writeFileSync(join(folder, 'guest.sh'), IN_GUEST);
    const env = { ...process.env, ...programs, FOLDER: folder, NODE: process.execPath, VIV, OTHER };
    const child = spawn('unshare', [...NAMESPACES, 'bash', '-c', TWO_COMPUTERS], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    onTestFinished(() => (clearTimeout(patience), void child.kill()));
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    const sum = createHash('sha256').update(networkFile()).digest('hex');
    expect({ out: out.split('\n'), err }).toEqual({
      out: [`${sum}  -`, `${sum}  -`, '"hello"', '1', 'carried out', 'carried in', 'from the guest', 'refused 7', 'closed 7', ''],
      err: '',
    });
  });
});
