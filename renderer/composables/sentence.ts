/** Main's messages are phrases that can stand inside a sentence; on their own in the window they begin with a capital. */
export const sentence = (phrase: string): string => phrase.replace(/^[a-z]/, (first) => first.toUpperCase());

/** What an error tells a person. */
export const messageOf = (error: unknown): string => sentence(error instanceof Error ? error.message : String(error));
