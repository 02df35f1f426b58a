/** Machines that were running when the program ended are offered, and resume: after a crash, after quitting, by themselves. */
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { startViv, viv } from './viv.ts';

const POLL = { timeout: 120_000, interval: 200 };

async function serving(home: string) {
  const serve = startViv(home, 'serve');
  await vi.waitFor(async () => expect((await viv(home, 'list')).status).toBe(0), POLL);
  return serve;
}
const stateOf = async (home: string) => {
  const { out } = await viv(home, 'list', '--json');
  const [{ state, reason } = { state: '', reason: '' }] = JSON.parse(out) as { state: string; reason: string }[];
  return { state, reason };
};

test('a machine of a program that crashed, then was quit, then resumes by itself', async () => {
  const home = temporaryFolder();
  const first = await serving(home);
  expect((await viv(home, 'create', 'box', '--template', 'hello-riscv64')).status).toBe(0);
  expect((await viv(home, 'continue', '--list')).out).toContain('No machine was running');
  expect((await viv(home, 'start', 'box')).status).toBe(0);
  expect((await viv(home, 'snapshot', 'create', 'box', 'kept', '--wait')).status).toBe(0);
  first.kill('SIGKILL');
  await first.result;

  const crashed = await stateOf(home);
  expect(crashed.state).toBe('off');
  expect(crashed.reason).toMatch(/^the program ended while the machine ran; last snapshot \d\d:\d\d$/);
  expect((await viv(home, 'continue', '--list')).out).toMatch(/box\s+last snapshot before the crash/);
  const second = await serving(home);
  expect(await viv(home, 'continue', 'nobody')).toMatchObject({ status: 2 });
  expect((await viv(home, 'continue')).status).toBe(0);
  expect((await stateOf(home)).state).toBe('running');
  expect((await viv(home, 'continue', '--list')).out).toContain('No machine was running');
  second.kill('SIGINT');
  await second.result;

  expect(await stateOf(home)).toEqual({ state: 'off', reason: 'saved when Vivarium was quit' });
  expect((await viv(home, 'continue', '--list')).out).toMatch(/box\s+saved when Vivarium was quit/);
  expect((await viv(home, 'continue', '--at-start', 'resume')).status).toBe(0);
  const third = await serving(home);
  await vi.waitFor(async () => expect((await stateOf(home)).state).toBe('running'), POLL);

  // What its person suspended is not resumed by itself, nor what was stopped.
  expect((await viv(home, 'suspend', 'box')).status).toBe(0);
  third.kill('SIGINT');
  await third.result;
  expect(await stateOf(home)).toEqual({ state: 'off', reason: 'suspended' });
  expect((await viv(home, 'continue', '--list')).out).toContain('No machine was running');
});

test('wrong calls', async () => {
  const home = temporaryFolder();
  for (const args of [
    ['--at-start', 'never'],
    ['--at-start', 'offer', 'box'],
    ['--list', 'box'],
  ])
    expect((await viv(home, 'continue', ...args)).status).toBe(2);
});
