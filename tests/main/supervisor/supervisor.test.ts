/** The life of supervised machines: states and reasons, whatever the guest, the person or the threads do. */
import { told } from '../../kit/said.ts';
import { expect, test, vi } from 'vitest';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';
import { scriptedSupervisor } from './scripted-supervisor.ts';

type Scripted = Awaited<ReturnType<typeof scriptedSupervisor>>;

async function started(scripted: Scripted, name = 'box') {
  const { id } = await scripted.supervisor.create(bareDefinition(name));
  await scripted.supervisor.machine(id).start();
  return { id, machine: scripted.supervisor.machine(id), guest: scripted.emulator.machines.at(-1)! };
}

test('start, pause, resume, stop', async () => {
  const scripted = await scriptedSupervisor();
  const { machine, guest } = await started(scripted);
  expect(told(machine.status())).toMatchObject({ state: 'running', reason: 'running' });
  await machine.life.pause();
  await machine.life.resume();
  await machine.life.stop();
  expect(guest.calls).toEqual(['pause', 'resume', 'stop']);
  expect(scripted.states()).toEqual(['off', 'starting', 'running', 'paused', 'running', 'stopping', 'off']);
  expect(told(machine.status())).toMatchObject({ state: 'off', reason: 'stopped' });
  expect(machine.status().startedAt).toBeUndefined();
});

test('what does not fit the state is refused and changes nothing', async () => {
  const scripted = await scriptedSupervisor();
  const { id } = await scripted.supervisor.create(bareDefinition('box'));
  const machine = scripted.supervisor.machine(id);
  for (const act of [() => machine.life.pause(), () => machine.life.resume(), () => machine.life.reset(), () => machine.life.stop()])
    await expect(act()).rejects.toMatchObject({ kind: 'conflict' });
  await machine.start();
  await expect(machine.start()).rejects.toThrow('already running');
  await expect(scripted.supervisor.delete(id)).rejects.toThrow('stop it before deleting it');
  expect(machine.status().state).toBe('running');
});

test('a guest that powers off leaves the machine off, with the reason', async () => {
  const scripted = await scriptedSupervisor();
  const { machine, guest } = await started(scripted);
  guest.end({ kind: 'poweroff', code: 0 });
  expect(told(machine.status())).toMatchObject({ state: 'off', reason: 'powered off by the guest' });
  await machine.start();
  scripted.emulator.machines.at(-1)?.end({ kind: 'poweroff', code: 3 });
  expect(told(machine.status()).reason).toBe('powered off by the guest with exit code 3');
});

test('a guest that reboots starts again with the configuration it had', async () => {
  const scripted = await scriptedSupervisor();
  const { id, machine, guest } = await started(scripted);
  await scripted.supervisor.update(id, { memoryMiB: 99 });
  expect(machine.status().needsRestart).toBe(true);
  guest.end({ kind: 'reboot' });
  await vi.waitFor(() => expect(machine.status().state).toBe('running'));
  expect(scripted.emulator.machines.map(({ configuration }) => configuration.memoryBytes)).toEqual([16 << 20, 16 << 20]);
});

test('a guest that reboots stops its machine where its owner wants that, also from now on', async () => {
  const scripted = await scriptedSupervisor();
  const { id, machine, guest } = await started(scripted);
  await scripted.supervisor.update(id, { onReboot: 'stop' });
  expect(machine.status().needsRestart).toBe(false);
  guest.end({ kind: 'reboot' });
  expect(told(machine.status())).toMatchObject({ state: 'off', reason: 'rebooted by the guest' });
  expect(scripted.emulator.machines).toHaveLength(1);
});

test('a guest that does nothing but reboot is failed, not restarted for ever', async () => {
  const scripted = await scriptedSupervisor();
  const { machine } = await started(scripted);
  for (let reboots = 0; machine.life.isActive && reboots < 100; reboots++) {
    const count = scripted.emulator.machines.length;
    scripted.emulator.machines.at(-1)?.end({ kind: 'reboot' });
    await vi.waitFor(() => expect(!machine.life.isActive || scripted.emulator.machines.length > count).toBe(true));
  }
  expect(told(machine.status())).toMatchObject({ state: 'failed', reason: expect.stringContaining('rebooted 10 times') });
});

test('reset stops the run and begins another', async () => {
  const scripted = await scriptedSupervisor();
  const { machine, guest } = await started(scripted);
  await machine.life.reset();
  expect([guest.ended, scripted.emulator.machines.length, machine.status().state]).toEqual([true, 2, 'running']);
});

test('threads that die leave a failed machine with its log; others run on and it can be started again', async () => {
  const scripted = await scriptedSupervisor();
  const { machine, guest } = await started(scripted);
  const other = await started(scripted, 'other');
  guest.events.log('booting from a kernel');
  guest.end({
    kind: 'failed',
    fault: { code: 'machine-thread-crashed', facts: { thread: 'the core thread', detail: 'out of memory' } },
    log: 'RangeError: ...',
  });
  expect(told(machine.status())).toMatchObject({
    state: 'failed',
    reason: 'the core thread ended with an error: out of memory',
    log: 'RangeError: ...',
  });
  expect(other.machine.status().state).toBe('running');
  await machine.start();
  expect(machine.status()).toMatchObject({ state: 'running' });
  expect(machine.status().log).toBeUndefined();
});

test('an emulator that cannot start: failed, with its words', async () => {
  const scripted = await scriptedSupervisor();
  const { id } = await scripted.supervisor.create(bareDefinition('box'));
  scripted.emulator.failNext(new Error('this is an x86 kernel'));
  await expect(scripted.supervisor.machine(id).start()).rejects.toThrow('this is an x86 kernel');
  expect(told(scripted.supervisor.machine(id).status())).toMatchObject({ state: 'failed', reason: 'this is an x86 kernel' });
});

test.for([
  ['a program', { boot: { kind: 'bare', program: '/nowhere/prog.elf' } }, 'program file not found: /nowhere/prog.elf'],
  ['a kernel', { boot: { kind: 'linux', kernel: '/nowhere/Image' } }, 'kernel file not found: /nowhere/Image'],
  ['an initrd', { boot: { kind: 'linux', kernel: process.execPath, initrd: '/nowhere/initrd' } }, 'initrd file not found: /nowhere/initrd'],
  ['a disk', { disks: [{ path: '/nowhere/disk.img', readonly: true }] }, 'disk 1 file not found: /nowhere/disk.img'],
  ['nothing', { boot: { kind: 'linux' } }, 'no kernel is set'],
] as const)('start refuses when %s is missing, with the exact path', async ([, change, message]) => {
  const scripted = await scriptedSupervisor();
  const { id } = await scripted.supervisor.create(bareDefinition('box', change));
  await expect(scripted.supervisor.machine(id).start()).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining(message),
  });
  expect(told(scripted.supervisor.machine(id).status())).toMatchObject({ state: 'failed', reason: expect.stringContaining(message) });
  expect(scripted.emulator.machines).toEqual([]);
});

test('stopping a machine that is still starting', async () => {
  const scripted = await scriptedSupervisor();
  const { id } = await scripted.supervisor.create(bareDefinition('box'));
  const machine = scripted.supervisor.machine(id);
  const starting = machine.start();
  const refused = expect(starting).rejects.toThrow('stopped while it was starting');
  await machine.life.stop();
  expect(told(machine.status())).toMatchObject({ state: 'off', reason: 'stopped' });
  await refused;
});

test('what a given-up run still says is not taken for the next one', async () => {
  const scripted = await scriptedSupervisor();
  const { machine, guest } = await started(scripted);
  guest.end({ kind: 'poweroff', code: 0 });
  await machine.start();
  guest.events.output(0, new TextEncoder().encode('a ghost'));
  guest.events.ended({ kind: 'failed', fault: { code: 'machine-core-silent', facts: {} }, log: '' });
  expect(machine.status().state).toBe('running');
  expect((await machine.consoles.log(0)).tail().length).toBe(0);
});

test('a machine with a thread of its last run left is not started before that has gone', async () => {
  const scripted = await scriptedSupervisor();
  const { machine, guest } = await started(scripted);
  const gone = Promise.withResolvers<void>();
  guest.events.lingers?.(gone.promise);
  guest.end({ kind: 'failed', fault: { code: 'machine-io-silent', facts: {} }, log: '' });
  await expect(machine.start()).rejects.toThrow('may still write to its disks');
  expect(told(machine.status())).toMatchObject({ state: 'failed', reason: 'the input/output thread of the machine does not answer' });
  gone.resolve();
  await gone.promise;
  await machine.start();
  expect(machine.status().state).toBe('running');
});

test('a reset whose start fails says so, and so does a pause that ends the machine', async () => {
  const scripted = await scriptedSupervisor();
  const { machine, guest } = await started(scripted);
  guest.pause = async () => guest.end({ kind: 'failed', fault: { code: 'machine-core-silent', facts: {} }, log: '' });
  await expect(machine.life.pause()).rejects.toThrow('the machine failed: a core of the machine does not answer');
  await machine.start();
  scripted.emulator.failNext(new Error('the kernel cannot be read'));
  await expect(machine.life.reset()).rejects.toThrow('the kernel cannot be read');
  expect(told(machine.status())).toMatchObject({ state: 'failed', reason: 'the kernel cannot be read' });
});

test('closing stops everything and keeps reasons and history for the next program', async () => {
  const home = temporaryHome();
  const first = await scriptedSupervisor(home);
  const { id, guest } = await started(first);
  guest.print('Linux version 6.12\r\n\x1b[1mroot@vivarium\x1b[0m:~# ');
  await first.close();
  expect(guest.calls).toEqual(['stop']);
  const second = await scriptedSupervisor(home);
  const status = second.supervisor.machine(id).status();
  expect(told(status)).toMatchObject({ state: 'off', reason: 'stopped', lastLine: 'root@vivarium:~#' });
  const log = await second.supervisor.machine(id).consoles.log(0);
  expect(new TextDecoder().decode(log.tail())).toContain('Linux version 6.12');
  expect((await second.library.runs.list(id)).map(told)).toMatchObject([{ ending: 'stopped', reason: 'stopped' }]);
});

test('a change can be undone through the supervisor, a deletion too', async () => {
  const { supervisor } = await scriptedSupervisor();
  const { id } = await supervisor.create(bareDefinition('box'));
  await supervisor.update(id, { name: 'other' });
  expect((await supervisor.undo(id))?.definition.name).toBe('box');
  await supervisor.delete(id);
  expect(supervisor.list()).toEqual([]);
  expect((await supervisor.bin()).map(({ definition }) => definition.name)).toEqual(['box']);
  expect((await supervisor.undelete(id)).definition.name).toBe('box');
  expect(() => supervisor.machine('other' as MachineId)).toThrow('this machine no longer exists');
});

test('activity is told once a second as rates', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const scripted = await scriptedSupervisor();
    const { guest } = await started(scripted);
    guest.figuresNow = { instructions: 0, compiledInstructions: 0, fragments: 0, seconds: 0, hostCpuSeconds: 5 };
    vi.advanceTimersByTime(1000);
    guest.figuresNow = { instructions: 500e6, compiledInstructions: 400e6, fragments: 7, seconds: 1, hostCpuSeconds: 5.5 };
    vi.advanceTimersByTime(1000);
    expect(scripted.activities).toHaveLength(2);
    expect(scripted.activities[1]).toMatchObject({ mips: 500, hostCpuPercent: 50, fragments: 7 });
  } finally {
    vi.useRealTimers();
  }
});
