/**
 * A guest's SSH server and openssh-client as its peer, in network namespaces: on the guest's computer through `viv connect` as
 * ProxyCommand, from another computer through a forwarded port. VIVARIUM_ROUNDS is how many commands run one after the other.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GuestKit } from '../../main/images/index.ts';
import { describeWith } from '../kit/tools.ts';
import { VIV } from './viv.ts';

const COMMANDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 6);
const LIMIT = 400_000 + COMMANDS * 10_000;
const TEMPLATE = 'debian-riscv64-ssh';

/** Processes, too: all that was started in them ends with their first. */
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Runs in the namespaces of the guest's computer, and makes the other one. */
const SCRIPT = `
set -e
viv() { "$NODE" "$VIV" "$@"; }
unshare -n sleep 100000 & other=$!
there() { nsenter -t $other -n "$@"; }
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.1; done
ip link add guests type veth peer name others netns $other
ip link set lo up
ip addr add 198.51.100.1/24 dev guests
ip link set guests up
there ip link set lo up
there ip addr add 198.51.100.2/24 dev others
there ip link set others up
cd "$FOLDER"
viv create box --template ${TEMPLATE} --memory 256M --forward 198.51.100.1:2222:22
viv start box
viv ssh --config box > config
# The other computer has the keys, and not the program.
grep -v ProxyCommand config > away
printf '  HostName 198.51.100.1\\n  Port 2222\\n' >> away
through() { ssh -F config box "$@"; }
forwarded() { there ssh -F away box "$@"; }
echo "through $(echo in | through 'cat; uname -m')"
echo "forwarded $(echo in | forwarded 'cat; uname -m')"
through 'exit 7' || echo "status $?"
forwarded 'echo err >&2; exit 8' 2> err || echo "status $? $(cat err)"
head -c 3000000 /dev/urandom > sent
forwarded 'cat > /tmp/sent' < sent
through 'cat /tmp/sent' > back
cmp sent back && echo "same bytes"
n=0; wrong=0
while [ $n -lt ${COMMANDS} ]; do
  n=$((n+1)); word=$n-$RANDOM
  if [ $((n%2)) = 0 ]; then said=$(through echo $word < /dev/null 2>> errors) || true; else said=$(forwarded echo $word < /dev/null 2>> errors) || true; fi
  [ "$said" = "$word" ] || { wrong=$((wrong+1)); echo "command $n said: $said"; }
done
cat errors
echo "$wrong of $n wrong"
# Nothing of them is left: no process of the guest's server but the one that asks and the one that listens.
viv exec box 'ps | grep -c "[d]ropbear"'
viv stop box
`;

describeWith(['apt', 'netns', 'ssh'], 'openssh-client and a guest', () => {
  test(`run ${COMMANDS} commands one after the other, and carry bytes`, { timeout: LIMIT }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vivarium-ssh-peers-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // Out there is no mirror: what the guest is made of is fetched before.
    await new GuestKit({ home: join(folder, 'home') }).prepare(TEMPLATE);
    writeFileSync(join(folder, 'script'), SCRIPT);
    const env: NodeJS.ProcessEnv = { ...process.env, FOLDER: folder, NODE: process.execPath, VIV, XDG_DATA_HOME: folder };
    delete env['VIVARIUM_HOME'];
    const child = spawn('unshare', [...NAMESPACES, 'bash', join(folder, 'script')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill());
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    expect({ out: out.split('\n'), err }).toEqual({
      out: [
        'through in',
        'riscv64',
        'forwarded in',
        'riscv64',
        'status 7',
        'status 8 err',
        'same bytes',
        `0 of ${COMMANDS} wrong`,
        '1',
        '',
      ],
      err: '',
    });
  });
});
