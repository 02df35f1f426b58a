/** State of a platform-level interrupt controller (RISC-V PLIC specification 1.0.0). */
import { type Schema, schema, u32s, type Field } from '../../snapshot/schema.ts';

/** Interrupt sources 1 to 95, as on QEMU's `virt`; source 0 means none. */
export const SOURCES = 96;
/** 32-bit words of one bit a source. */
export const SOURCE_WORDS = SOURCES / 32;
/** Highest priority and threshold: three bits, as on QEMU's `virt`. */
export const HIGHEST_PRIORITY = 7;

type PlicFields = {
  priority: Field<Int32Array>;
  level: Field<Int32Array>;
  claimed: Field<Int32Array>;
  enable: Field<Int32Array>;
  threshold: Field<Int32Array>;
};

/** The schema for a board with `contexts` interrupt targets (two a hart: M, S). */
export const plicState = (contexts: number): Schema<PlicFields> =>
  schema('plic', 1, {
    priority: u32s(SOURCES),
    /** The lines as the devices drive them. */
    level: u32s(SOURCE_WORDS),
    /** Claimed and not yet completed: the gateways that are closed. */
    claimed: u32s(SOURCE_WORDS),
    /** `SOURCE_WORDS` a context. */
    enable: u32s(SOURCE_WORDS * contexts),
    threshold: u32s(contexts),
  });
