/** The parts of the window that F6 goes through, as in desktop programs; each is marked with `data-pane`. */
const PANES = ['tour', 'list', 'tabs', 'timeline', 'console', 'help', 'messages'] as const;

/** Puts the focus into the next part of the window that is there. */
export function nextPane(backwards: boolean): void {
  const panes = PANES.map((pane) => document.querySelector<HTMLElement>(`[data-pane="${pane}"]`)).filter((pane) => pane !== null);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[(at + (backwards ? panes.length - 1 : 1)) % panes.length];
  (pane?.querySelector<HTMLElement>('textarea, [tabindex="0"]') ?? pane)?.focus();
}
