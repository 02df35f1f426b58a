/** What consoles printed, for tests of the window: searched in the logs themselves, all of it printed at one time. */
import type { ConsoleLog } from '../../main/supervisor/console-log.ts';
import { plainLines } from '../../main/supervisor/plain-text.ts';
import type { Handlers } from '../../preload/contract/contract.ts';
import type { consoles } from '../../preload/contract/consoles.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';

/** When everything was printed. */
export const PRINTED_AT = Date.UTC(2026, 0, 5, 12);

type Past = Pick<Handlers<typeof consoles>, 'between' | 'find' | 'kept' | 'past' | 'usage'>;

export function fakePast(machines: () => readonly { readonly id: MachineId; readonly logs: readonly ConsoleLog[] }[]): Past {
  const logOf = (id: MachineId, console: number) => machines().find((machine) => machine.id === id)?.logs[console] as ConsoleLog;
  return {
    find({ text, machine, console }) {
      const found = machines()
        .filter(({ id }) => machine === undefined || id === machine)
        .flatMap(({ id, logs }) =>
          logs.flatMap((log, index) => {
            if (console !== undefined && index !== console) return [];
            let position = log.start;
            return plainLines(log.tail()).flatMap((line) => {
              const at = position;
              const rest = log.slice(at, log.end);
              position += rest.indexOf(10) + 1;
              if (!line.toLowerCase().includes(text.toLowerCase())) return [];
              const snapshot = { id: 'S1' as SnapshotId, name: 'before the change', createdAt: PRINTED_AT };
              return [{ machine: id, console: index, position: at, time: PRINTED_AT, line, snapshot }];
            });
          }),
        );
      return { found: found.reverse() };
    },
    kept(id, console) {
      const log = logOf(id, console);
      return { stretches: [{ position: log.start, length: log.end - log.start }], marks: [[log.start, PRINTED_AT]] };
    },
    past(id, console, from, to) {
      const log = logOf(id, console);
      return log.slice(Math.max(from, log.start), Math.min(to, log.end));
    },
    between(id, console) {
      const log = logOf(id, console);
      return { from: log.start, to: log.end, lines: plainLines(log.tail()), omitted: 0 };
    },
    usage: () => ({ printedBytes: 5e6, storedBytes: 2e6, mostBytes: 512 * 2 ** 20, unindexedBytes: 0 }),
  };
}
