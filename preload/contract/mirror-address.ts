/** Addresses of Debian mirrors, as people write them. */

const MOST = 1000;

/** Whether a text can be one: an address of the web, without a question or a part of a page. */
export const isMirrorAddress = (text: string): boolean => text.length <= MOST && /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/i.test(text);
