/** Names and operands that assemblers write otherwise than the tables have them. */
import { registerName, type Term } from './terms.ts';

/** What CMPPS and its like compare for (SDM, volume 2, "CMPPD", table 3-1); without VEX there are the first eight. */
const PREDICATES = [
  'eq', 'lt', 'le', 'unord', 'neq', 'nlt', 'nle', 'ord', 'eq_uq', 'nge', 'ngt', 'false', 'neq_oq', 'ge', 'gt', 'true',
  'eq_os', 'lt_oq', 'le_oq', 'unord_s', 'neq_us', 'nlt_uq', 'nle_uq', 'ord_s', 'eq_us', 'nge_uq', 'ngt_uq', 'false_os', 'neq_os', 'ge_oq', 'gt_oq', 'true_us',
] as const; // prettier-ignore
const PRODUCTS: Readonly<Record<string, string>> = { 0: 'lqlq', 1: 'hqlq', 16: 'lqhq', 17: 'hqhq' };

/** An instruction as it is written. */
export interface Written {
  readonly name: string;
  readonly terms: readonly Term[];
}
/** The immediate as part of the name. */
function byImmediate({ name, terms }: Written): Written {
  const last = terms.at(-1);
  if (last?.kind !== 'immediate') return { name, terms };
  const [, v, kind] = /^(v?)cmp([ps][sd])$/.exec(name) ?? [];
  const predicate = kind && (v || last.value < 8n) ? PREDICATES[Number(last.value)] : undefined;
  if (predicate) return { name: `${v}cmp${predicate}${kind}`, terms: terms.slice(0, -1) };
  const product = /^v?pclmulqdq$/.test(name) ? PRODUCTS[String(last.value)] : undefined;
  return product ? { name: name.replace('mulqdq', `mul${product}dq`), terms: terms.slice(0, -1) } : { name, terms };
}
/** Elements that are moved from and to registers of 32 bits, memory of their own size. */
const ELEMENT = /^v?p(?:ext|ins)r([bw])$/;
function byElement({ name, terms }: Written): Written {
  const [, letter] = ELEMENT.exec(name) ?? [];
  if (!letter) return { name, terms };
  const size = letter === 'b' ? 8 : 16;
  return {
    name,
    terms: terms.map((term) =>
      term.kind === 'memory'
        ? { ...term, size }
        : term.kind === 'register' && term.number !== undefined
          ? { ...term, name: registerName(term.number, 32) }
          : term,
    ),
  };
}
/** The register by nature. */
const XMM0: Term = { kind: 'register', name: 'xmm0', size: 128 };
const byNature = ({ name, terms }: Written): Written =>
  /^(p?blendv(b|p[sd])|sha256rnds2)$/.test(name) ? { name, terms: [...terms, XMM0] } : { name, terms };

/** Memory of which no size is said. */
const sizeless = ({ name, terms }: Written): Written =>
  /^v?lddqu$/.test(name)
    ? { name, terms: terms.map((term) => (term.kind === 'memory' ? { ...term, size: undefined } : term)) }
    : { name, terms };

export const written = (given: Written): Written => sizeless(byNature(byElement(byImmediate(given))));
