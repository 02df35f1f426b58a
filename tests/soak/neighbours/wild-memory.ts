/** Machines with so much memory are those in whose threads errors strike: a configuration has nothing else to know them by. */
export const WILD_MEMORY_MIB = 24;
