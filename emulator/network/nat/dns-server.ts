/**
 * The name server of a private network. Names are resolved as the host's own programs resolve them (hosts file, split
 * DNS of a VPN); what that cannot answer is asked of the host's name servers as it is.
 */
import { bytesOf4, bytesOf6, textOf4, textOf6 } from '../wire/address.ts';
import {
  type Answer,
  addressAnswer,
  CLASS_IN,
  CODE,
  dnsReply,
  EXTENDED_BYTES,
  nameBytes,
  PLAIN_BYTES,
  type Question,
  readQuestion,
  TYPE,
  typeText,
} from '../wire/dns.ts';
import type { Lookup, Outside } from './outside.ts';
import { type AddressPlan, isInside, ZONE } from './plan.ts';
import type { QuestionOutcome, QuestionReport } from './report.ts';

/** Questions under way. */
const AT_ONCE = 64;
/** Seconds that an answer holds: names of ours, and those of the host's resolver, which does not say how long they do. */
const OWN_LIFETIME = 5;
const HOST_LIFETIME = 30;
const LARGEST = 65_535;
const REVERSE = '.in-addr.arpa';
const REVERSE6 = '.ip6.arpa';

/** Addresses that are told of an answer. */
const TOLD_ADDRESSES = 4;

export class DnsServer {
  readonly #outside: Outside;
  readonly #plan: AddressPlan;
  readonly #fixed: ReadonlyMap<string, readonly string[]>;
  #own: ReadonlyMap<string, readonly string[]>;
  #underWay = 0;
  /** Only names of the network's own are answered. */
  isClosed: boolean;
  /** Told of every question that was answered. */
  asked: (question: QuestionReport) => void = () => undefined;

  /** @param hostName of the machine; its own name leads to it */
  constructor(outside: Outside, plan: AddressPlan, hostName: string | undefined, isClosed = false) {
    this.#outside = outside;
    this.#plan = plan;
    this.isClosed = isClosed;
    this.#own = this.#fixed = new Map<string, readonly string[]>([
      ...[`host.${ZONE}`, `gateway.${ZONE}`, 'gateway'].map((name) => [name, [plan.host, plan.six.host]] as const),
      [`dns.${ZONE}`, [plan.dns, plan.six.dns]],
      ...(hostName === undefined ? [] : [[`${hostName.toLowerCase()}.${ZONE}`, [plan.guest]] as const]),
    ]);
  }

  /** Other machines on the network, by name; in place of those told before. A name of its own stays its own. */
  setMachines(names: readonly (readonly [name: string, address: string])[]): void {
    const all = names.flatMap(([name, address]) => [[name, [address]] as const, [`${name}.${ZONE}`, [address]] as const]);
    this.#own = new Map([...all, ...this.#fixed]);
  }

  /**
   * The answer to a message. @param isStream it came over TCP, where answers may be long
   * @returns undefined where it cannot be answered at all
   */
  async answer(message: Uint8Array, isStream: boolean): Promise<Uint8Array | undefined> {
    const question = readQuestion(message);
    if (!question) return undefined;
    const limit = isStream ? LARGEST : Math.min(EXTENDED_BYTES, Math.max(PLAIN_BYTES, question.extended ?? 0));
    const tell = (outcome: QuestionOutcome, addresses: readonly string[] = []) =>
      this.asked({ name: question.name, type: typeText(question.type), outcome, addresses });
    const say = (code: number, answers: readonly Answer[] = [], outcome = outcomeOf(code, answers.length)) => {
      tell(outcome, answers.slice(0, TOLD_ADDRESSES).flatMap(addressOf));
      return dnsReply(message, question, code, answers, limit);
    };
    if (!question.isStandard) return say(CODE.notImplemented);
    const own = this.#ours(question);
    if (own) return say(own.code, own.answers);
    if (this.isClosed) return say(CODE.noSuchName, [], 'closed');
    if (this.#underWay >= AT_ONCE) return say(CODE.failed, [], 'busy');
    this.#underWay++;
    try {
      if (question.class === CLASS_IN && (question.type === TYPE.a || question.type === TYPE.aaaa))
        return say(...(await this.#looked(question)));
      const relayed = await this.#outside.relay(message.slice());
      if (!relayed || relayed.length < 12) return say(CODE.failed);
      tell(outcomeOf((relayed[3] as number) & 0xf, ((relayed[6] as number) << 8) | (relayed[7] as number)));
      return relayed.length > limit ? cut(message, question) : relayed;
    } catch {
      return say(CODE.failed);
    } finally {
      this.#underWay--;
    }
  }

  async #looked({ name, type }: Question): Promise<[number, readonly Answer[]]> {
    const lookup: Lookup = await this.#outside.lookup(name, type === TYPE.a ? 4 : 6);
    if (lookup.kind === 'missing') return [CODE.noSuchName, []];
    if (lookup.kind === 'failed') return [CODE.failed, []];
    const addresses = lookup.kind === 'found' ? lookup.addresses : [];
    const answers = addresses.flatMap((address) => addressAnswer(address, HOST_LIFETIME) ?? []);
    return [CODE.fine, answers.filter((answer) => answer.type === type)];
  }

  /** Names that this network has of its own; undefined for all others. */
  #ours({ name, type }: Question): { readonly code: number; readonly answers: readonly Answer[] } | undefined {
    // The guest's own, never the host's.
    if (name === 'localhost' || name.endsWith('.localhost')) return known(type, '127.0.0.1', '::1');
    const addresses = this.#own.get(name);
    if (addresses) return known(type, ...addresses);
    if (name === ZONE || name.endsWith(`.${ZONE}`)) return { code: name === ZONE ? CODE.fine : CODE.noSuchName, answers: [] };
    const reversed = reversedAddress(name);
    if (reversed === undefined) return undefined;
    const found = [...this.#own].find(([own, at]) => at.includes(reversed) && own.includes('.'));
    if (!found && !isInside(this.#plan, reversed)) return undefined;
    if (!found) return { code: CODE.noSuchName, answers: [] };
    const answers = type === TYPE.ptr ? [{ type: TYPE.ptr, lifetime: OWN_LIFETIME, data: nameBytes(found[0]) }] : [];
    return { code: CODE.fine, answers };
  }
}

/** What an answer's code and its number of records come to. */
function outcomeOf(code: number, records: number): QuestionOutcome {
  if (code === CODE.fine) return records > 0 ? 'answered' : 'empty';
  return code === CODE.noSuchName ? 'missing' : code === CODE.notImplemented ? 'unsupported' : 'failed';
}
const addressOf = ({ type, data }: Answer): readonly string[] =>
  type === TYPE.a ? [textOf4(data, 0)] : type === TYPE.aaaa ? [textOf6(data, 0)] : [];

/** The address whose name is asked for (RFC 1035, section 3.5; RFC 3596, section 2.5); undefined for other names. */
function reversedAddress(name: string): string | undefined {
  if (name.endsWith(REVERSE)) {
    const four = name.slice(0, -REVERSE.length).split('.').reverse().join('.');
    return bytesOf4(four) && four;
  }
  if (!name.endsWith(REVERSE6)) return undefined;
  const digits = name.slice(0, -REVERSE6.length).split('.').reverse().join('');
  const bytes = digits.length === 32 ? bytesOf6(digits.replace(/.{4}(?=.)/g, '$&:')) : undefined;
  return bytes && textOf6(bytes, 0);
}

/** A name with these addresses. */
function known(type: number, ...addresses: readonly string[]) {
  const answers = addresses.flatMap((address) => addressAnswer(address, OWN_LIFETIME) ?? []).filter((answer) => answer.type === type);
  return { code: CODE.fine, answers };
}

/** An answer that says no more than that it is too long: its asker comes again over TCP. */
function cut(message: Uint8Array, question: Question): Uint8Array {
  const reply = dnsReply(message, question, CODE.fine, [], PLAIN_BYTES);
  reply[2] = (reply[2] as number) | 2;
  return reply;
}
