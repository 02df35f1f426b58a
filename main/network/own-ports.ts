/** Ports of the loopback on which this program itself answers: no guest reaches them, whatever its definition lists. */
const ports = new Set<number>();

/** From now on the port is closed to guests. @returns what opens it again */
export function keepFromGuests(port: number): () => void {
  ports.add(port);
  return () => void ports.delete(port);
}

/** Those that guests may reach of the ports listed. */
export const reachableByGuests = (listed: readonly number[]): readonly number[] => listed.filter((port) => !ports.has(port));
