/**
 * Takes the questions out of a console's output on its way to a terminal (preload/contract/terminal-questions.ts). Reads
 * the stream as a terminal does, byte by byte across pieces: what may become a question is kept until it is known.
 */
import { isAskingCommand, isAskingSequence, isAskingString } from '../../preload/contract/terminal-questions.ts';

const ESC = 0x1b;
const BEL = 0x07;
const ENQ = 0x05;
const CAN = 0x18;
const SUB = 0x1a;
/** The first byte of a C1 control (U+0080 to U+009F) in UTF-8. */
const C1_LEAD = 0xc2;
/** The C1 control that ends a string. */
const ST = 0x9c;

/** What begins a sequence after ESC, or as a C1 control with 0x40 added. */
const CSI = '[';
const OSC = ']';
const STRINGS = ['P', '_', '^', 'X'];
/** Of longer sequences (pictures, the clipboard) what came so far is passed on, and a question is cancelled at its end. */
const MAX_KEPT = 4096;

type State = 'text' | 'escape' | 'designation' | 'sequence' | 'string';
/** What is known of a sequence that is complete. */
type Verdict = 'passes' | 'asks' | undefined;

const isC1 = (byte: number): boolean => byte >= 0x80 && byte < 0xa0;

export class QuestionFilter {
  #state: State = 'text';
  /** The sequence's first byte, and what kind it makes it. */
  #lead = 0;
  #kind = '';
  /** Its bytes that have not been passed on. */
  #kept: number[] = [];
  #isCut = false;
  #text = '';
  /** Continuation bytes of a character that are still to come: none of them is a control. */
  #continuation = 0;
  /** In a string: ESC or the lead of a C1 control, which may begin its end. */
  #ending = 0;
  #out: number[] = [];

  /** @param asking whether questions may pass: then everything does, and is only followed */
  filter(bytes: Uint8Array, asking: boolean): Uint8Array {
    for (const byte of bytes) this.#take(byte, asking);
    return Uint8Array.from(this.#out.splice(0));
  }

  #take(byte: number, asking: boolean): void {
    if (this.#state === 'text') return this.#inText(byte, asking);
    this.#kept.push(byte);
    if (this.#state === 'string' && this.#ending === ESC && byte !== 0x5c) {
      // The string is over without its end, and another sequence has begun.
      this.#kept.splice(-2);
      this.#give(this.#verdict(), asking);
      this.#begin(ESC);
      return this.#take(byte, asking);
    }
    const verdict = this.#inSequence(byte);
    if (verdict) this.#give(verdict, asking);
    else if (this.#kept.length > MAX_KEPT) {
      this.#out.push(...this.#kept.splice(0));
      this.#isCut = true;
    }
  }

  #give(verdict: Verdict, asking: boolean): void {
    if (verdict === 'passes' || asking) this.#out.push(...this.#kept);
    else if (this.#isCut) this.#out.push(CAN);
    this.#kept = [];
    this.#state = 'text';
  }

  #inText(byte: number, asking: boolean): void {
    if (this.#continuation > 0 && byte >= 0x80 && byte < 0xc0) {
      this.#continuation--;
      this.#out.push(byte);
      return;
    }
    this.#continuation = 0;
    if (byte === ESC || byte === C1_LEAD || isC1(byte)) return this.#begin(byte);
    if (byte >= 0xc3 && byte < 0xf8) this.#continuation = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte !== ENQ || asking) this.#out.push(byte);
  }

  /** ESC, the lead of a C1 control, or such a control as one byte, which terminals know that are not in UTF-8. */
  #begin(byte: number): void {
    this.#kept = [byte];
    this.#isCut = false;
    this.#lead = byte;
    this.#state = 'escape';
    if (isC1(byte) && this.#introduce(String.fromCharCode(byte - 0x40))) this.#give('passes', true);
  }

  /** @returns the verdict on a sequence that is complete; nothing while it is not */
  #inSequence(byte: number): Verdict {
    if (byte === CAN || byte === SUB) return 'passes';
    if (this.#state === 'designation') return 'passes';
    if (this.#state === 'sequence') return this.#afterIntroducer(byte);
    if (this.#state === 'string') return this.#inString(byte);
    if (this.#lead !== C1_LEAD) return this.#introduce(String.fromCharCode(byte));
    return isC1(byte) ? this.#introduce(String.fromCharCode(byte - 0x40)) : 'passes';
  }

  #introduce(kind: string): Verdict {
    this.#kind = kind;
    this.#text = '';
    this.#ending = 0;
    if (kind === CSI) this.#state = 'sequence';
    else if (kind === OSC || STRINGS.includes(kind)) this.#state = 'string';
    else if (kind >= ' ' && kind <= '/') this.#state = 'designation';
    else if (kind !== '\x1b') return kind === 'Z' ? 'asks' : 'passes';
    return undefined;
  }

  #afterIntroducer(byte: number): Verdict {
    if (byte === ESC) {
      this.#lead = ESC;
      this.#state = 'escape';
      return undefined;
    }
    const character = String.fromCharCode(byte);
    if (byte >= 0x40 && byte < 0x7f) return isAskingSequence(this.#text, character) ? 'asks' : 'passes';
    // Controls within a sequence are obeyed at once and belong to nothing.
    if (byte >= 0x20 && this.#text.length < MAX_KEPT) this.#text += character;
    return undefined;
  }

  #inString(byte: number): Verdict {
    const ended =
      byte === BEL || (this.#ending === ESC && byte === 0x5c) || (byte === ST && (this.#ending === C1_LEAD || isC1(this.#lead)));
    if (ended) return this.#verdict();
    this.#ending = byte === ESC || byte === C1_LEAD ? byte : 0;
    if (this.#ending === 0 && this.#text.length < MAX_KEPT) this.#text += String.fromCharCode(byte);
    return undefined;
  }

  /** On a string. */
  #verdict(): Verdict {
    // Kitty answers to graphics commands.
    const asks =
      this.#kind === OSC
        ? isAskingCommand(this.#text)
        : this.#kind === 'P'
          ? isAskingString(this.#text)
          : this.#kind === '_' && this.#text.startsWith('G');
    return asks ? 'asks' : 'passes';
  }
}
