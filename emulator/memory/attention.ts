/** What a core's word `attention` holds. */

/**
 * Something wants the core: more than any budget of instructions, so that generated code asks for both with one comparison
 * (it leaves when no more than this is left). Otherwise the word is 0.
 */
export const WANTED = 0x7fff_ffff;
