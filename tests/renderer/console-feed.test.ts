/** Console bytes: acknowledged when rendered, replayed without answering, kept while the connection is lost. */
import { said } from '../kit/said.ts';
import { describe, expect, test } from 'vitest';
import { openConsoleFeed, type ConsoleScreen } from '../../renderer/console/console-feed.ts';
import { fakeTransport, type FakeChannel } from './fake-transport.ts';

/** A screen that renders when told to. */
function slowScreen() {
  const pending: (() => void)[] = [];
  const log: string[] = [];
  const screen: ConsoleScreen = {
    write(bytes, done) {
      log.push(new TextDecoder().decode(bytes));
      pending.push(done);
    },
    writePast(bytes, position, done) {
      log.push(`${position}: ${new TextDecoder().decode(bytes)}`);
      pending.push(done);
    },
    reset: () => void log.push('<reset>'),
    skipped: (bytes) => void log.push(`<skipped ${bytes}>`),
    answering: () => undefined,
    lost: (bytes) => void log.push(`<lost ${bytes}>`),
    replaying: (now) => void log.push(now ? '<past>' : '<present>'),
  };
  return { screen, log, render: () => pending.splice(0).forEach((done) => done()) };
}
const bytes = (text: string) => new TextEncoder().encode(text);
const open = (screen: ConsoleScreen) => {
  const fake = fakeTransport();
  const feed = openConsoleFeed(fake.transport, 'M', 0, screen);
  return { ...fake, feed, channel: fake.channels[0] as FakeChannel };
};

describe('a console feed', () => {
  test('acknowledges bytes when they were rendered, not when they came', () => {
    const { screen, render } = slowScreen();
    const { channel } = open(screen);
    channel.opened(0);
    channel.output(bytes('hello'));
    expect(channel.acknowledged).toEqual([]);
    render();
    expect(channel.acknowledged).toEqual([5]);
  });
  test('marks the past, also where a batch holds its end', () => {
    const { screen, log, render } = slowScreen();
    const { channel } = open(screen);
    channel.opened(6, 1000);
    channel.output(bytes('old '));
    channel.output(bytes('ernew'));
    render();
    expect(log).toEqual(['<past>', '1000: old ', '1004: er', 'new', '<present>']);
    expect(channel.acknowledged.reduce((sum, count) => sum + count)).toBe(9);
  });
  test('without a past marks none', () => {
    const { screen, log } = slowScreen();
    const { channel } = open(screen);
    channel.opened(0);
    channel.output(bytes('new'));
    expect(log).toEqual(['new']);
  });
  test('a past that fell off the end is over', () => {
    const { screen, log } = slowScreen();
    const { channel } = open(screen);
    channel.opened(100);
    channel.skipped(100);
    channel.output(bytes('new'));
    expect(log).toEqual(['<past>', '<skipped 100>', '<present>', 'new']);
  });
  test('takes no keys while the connection is lost, says so, and shows the tail anew', () => {
    const { screen, log } = slowScreen();
    const { channel, channels, become, feed } = open(screen);
    const told: boolean[] = [];
    feed.onConnected((connected) => told.push(connected));
    feed.type('a');
    become('lost');
    expect(feed.connected).toBe(false);
    feed.type('rm -rf /\r');
    feed.send(new Uint8Array([13]));
    become('refused');
    become('connected');
    feed.type('b');
    expect(channel.written).toEqual(['a']);
    expect(channels.map(({ written }) => written)).toEqual([['a'], ['b']]);
    expect(told).toEqual([false, true]);
    expect(log).toEqual(['<reset>']);
  });
  test('takes none after the program has closed the console', () => {
    const { channel, feed } = open(slowScreen().screen);
    const told: boolean[] = [];
    feed.onConnected((connected) => told.push(connected));
    channel.ended(said('the machine was deleted'));
    feed.type('a');
    expect(channel.written).toEqual([]);
    expect(told).toEqual([false]);
  });
  test('closed, it lets go of its channel and stays closed', () => {
    const { screen } = slowScreen();
    const { channel, channels, become, feed } = open(screen);
    feed.close();
    become('lost');
    become('connected');
    expect(channel.closed).toBe(true);
    expect(channels).toHaveLength(1);
  });
});
