/** Banks of the lookaside buffer, and of what is remembered for fetching. */
import { DECODINGS } from '../prefixes.ts';

/**
 * Banks of data: a program's, the supervisor's, and the supervisor's where RFLAGS.AC lets it at user pages (SMAP); and one for
 * whoever has accesses watched.
 */
export const BANK = { user: 0, supervisor: 1, supervisorAccess: 2, watched: 3 } as const;
export const DATA_BANKS = Object.keys(BANK).length;
/** Code is fetched through banks of its own by decoding and privilege. */
export const FETCH_BANKS = 2 * DECODINGS;
export const fetchBankOf = (decoding: number, user: boolean): number => 2 * decoding + (user ? 0 : 1);
