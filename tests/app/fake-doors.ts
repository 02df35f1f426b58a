/** Ways to consoles, for tests of the window: they lead nowhere. */
import type { Handlers } from '../../preload/contract/contract.ts';
import type { ConsoleDoor, consoles } from '../../preload/contract/consoles.ts';

export function fakeDoors(): Pick<Handlers<typeof consoles>, 'doors' | 'openDoor' | 'closeDoor'> {
  const open: ConsoleDoor[] = [];
  return {
    doors: () => [...open],
    openDoor(_id, console, { kind, port = 4001 }) {
      const address = { pty: '/dev/pts/7', tcp: `127.0.0.1:${port || 4001}`, socket: '/home/ada/vivarium/doors/1.sock' }[kind];
      const command = { pty: `screen ${address}`, tcp: `nc 127.0.0.1 ${port || 4001}`, socket: `nc -U ${address}` }[kind];
      const door = { id: String(open.length + 1), console, kind, address, commands: [command], ...(kind === 'pty' ? {} : { readers: 2 }) };
      open.push(door);
      return door;
    },
    closeDoor: (_id, door) =>
      void open.splice(
        open.findIndex(({ id }) => id === door),
        1,
      ),
  };
}
