/** CPUID (SDM, volume 2A, "CPUID"): a processor with the features there are rows for, whose model Linux knows to need no mitigations. */
import { CR4 } from '../state.ts';
import type { Context, CoreState } from './context.ts';
import { COMPONENT, XSAVE_AREA } from './extended-state.ts';

type Registers = readonly [eax: number, ebx: number, ecx: number, edx: number];

/** Family 6, model 0x36, stepping 10: one that does not speculate, as far as Linux is concerned. */
const SIGNATURE = 0x0003_066a;
const NANOSECONDS = 1_000_000_000;
const MEGAHERTZ = 1000;

const bits = (...places: number[]): number => places.reduce((all, place) => all | (1 << place), 0);
const FEATURES = {
  /** SSE3, PCLMULQDQ, SSSE3, FMA, CX16, PCID, SSE4.1, SSE4.2, MOVBE, POPCNT, TSC deadline, AES, XSAVE, AVX, F16C, RDRAND, hypervisor. */
  ecx: bits(0, 1, 9, 12, 13, 17, 19, 20, 22, 23, 24, 25, 26, 28, 29, 30, 31),
  osxsave: 1 << 27,
  /** FPU, DE, PSE, TSC, MSR, PAE, MCE, CX8, APIC, SEP, MTRR, PGE, MCA, CMOV, PAT, PSE-36, CLFLUSH, MMX, FXSR, SSE, SSE2. */
  edx: 0x078b_fbfd,
  hyperthreads: 1 << 28,
};
/** FSGSBASE, TSC_ADJUST, BMI1, AVX2, SMEP, BMI2, ERMS, INVPCID, RDSEED, ADX, SHA. */
const STRUCTURED_EBX = bits(0, 1, 3, 5, 7, 8, 9, 10, 18, 19, 29);
/** Linear addresses of 57 bits. */
const STRUCTURED_ECX = 1 << 16;
/** FSRM and SERIALIZE. */
const STRUCTURED_EDX = (1 << 4) | (1 << 14);
/** LAHF, LZCNT and PREFETCHW. */
const EXTENDED_ECX = 0x121;
/** SYSCALL, NX, pages of 1 GiB, RDTSCP, long mode. */
const EXTENDED_EDX = 0x2c10_0800;
const ADDRESS_BITS = 0x3928;

const words = (text: string): number[] =>
  Array.from({ length: Math.ceil(text.length / 4) }, (_, word) =>
    [0, 1, 2, 3].reduce((bits, byte) => bits | ((text.charCodeAt(4 * word + byte) || 0) << (8 * byte)), 0),
  );
const NAME = words('Vivarium emulated x86-64 processor'.padEnd(48, '\0'));
const VENDOR = words('GenuineIntel');
const HYPERVISOR = words('Vivarium'.padEnd(12, '\0'));
const named = (from: number): Registers => [NAME[from] ?? 0, NAME[from + 1] ?? 0, NAME[from + 2] ?? 0, NAME[from + 3] ?? 0];

const NONE: Registers = [0, 0, 0, 0];
/** 32 KiB, 32 KiB, 1 MiB and 16 MiB, so that libraries copy through the cache. */
const CACHES: readonly Registers[] = [
  [0x121, 0x01c0_003f, 0x3f, 0],
  [0x122, 0x01c0_003f, 0x3f, 0],
  [0x143, 0x03c0_003f, 0x3ff, 0],
  [0x163, 0x03c0_003f, 0x3fff, 0],
];

export interface Topology {
  readonly apicId: number;
  readonly cores: number;
}

const log2 = (count: number) => 32 - Math.clz32(count - 1);

function topologyLeaf(subleaf: number, { apicId, cores }: Topology): Registers {
  if (subleaf === 0) return [0, 1, 0x100, apicId];
  if (subleaf === 1) return [log2(cores), cores, 0x201, apicId];
  return [0, 0, subleaf, apicId];
}

/** XSAVEOPT, XSAVEC and XGETBV of what is in use. */
const SAVE_FORMS = bits(0, 1, 2);
/** The area of XSAVE: bytes for what XCR0 enables, and for all there is; then each component behind the header. */
function extendedStateLeaf({ xcr0 }: Pick<CoreState, 'xcr0'>, subleaf: number): Registers {
  const { avx, end } = XSAVE_AREA;
  const enabled = xcr0 & COMPONENT.avx ? end : avx;
  if (subleaf === 0) return [Number(COMPONENT.x87 | COMPONENT.sse | COMPONENT.avx), enabled, end, 0];
  if (subleaf === 1) return [SAVE_FORMS, enabled, 0, 0];
  return subleaf === 2 ? [end - avx, avx, 0, 0] : NONE;
}

/** What a leaf answers. */
export function cpuid({ state }: Pick<Context, 'state'>, leaf: number, subleaf: number, topology: Topology): Registers {
  switch (leaf >>> 0) {
    case 0:
      return [0x16, VENDOR[0] ?? 0, VENDOR[2] ?? 0, VENDOR[1] ?? 0];
    case 1: {
      const ecx = FEATURES.ecx | (state.cr4 & CR4.OSXSAVE ? FEATURES.osxsave : 0);
      const edx = FEATURES.edx | (topology.cores > 1 ? FEATURES.hyperthreads : 0);
      return [SIGNATURE, (topology.apicId << 24) | (topology.cores << 16) | 0x0800, ecx, edx];
    }
    case 2:
      return [0x00fe_ff01, 0xf0, 0, 0];
    case 4:
      return CACHES[subleaf] ?? NONE;
    case 6:
      return [4, 0, 0, 0];
    case 7:
      return subleaf === 0 ? [0, STRUCTURED_EBX, STRUCTURED_ECX, STRUCTURED_EDX] : NONE;
    case 0xb:
      return topologyLeaf(subleaf, topology);
    case 0xd:
      return extendedStateLeaf(state, subleaf);
    case 0x15:
      return [1, 1, NANOSECONDS, 0];
    case 0x16:
      return [MEGAHERTZ, MEGAHERTZ, 100, 0];
    case 0x4000_0000:
      return [0x4000_0000, HYPERVISOR[0] ?? 0, HYPERVISOR[1] ?? 0, HYPERVISOR[2] ?? 0];
    case 0x8000_0000:
      return [0x8000_0008 | 0, 0, 0, 0];
    case 0x8000_0001:
      return [0, 0, EXTENDED_ECX, EXTENDED_EDX];
    case 0x8000_0002:
    case 0x8000_0003:
    case 0x8000_0004:
      return named(4 * ((leaf & 15) - 2));
    case 0x8000_0006:
      return [0, 0, 0x0400_8040, 0];
    case 0x8000_0007:
      return [0, 0, 0, 0x100];
    case 0x8000_0008:
      return [ADDRESS_BITS, 0, 0, 0];
    default:
      return NONE;
  }
}
