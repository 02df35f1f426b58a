/** What quick paths of generated code ask about the present mode: bits of `ExecutionMode.facts`. */
export const FACTS = {
  /** SFENCE.VMA is legal. */
  mayFence: 1,
} as const;
