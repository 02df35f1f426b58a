/**
 * Where the focus goes when a panel opens: to what is marked `autofocus`, else to its first control that is not in its
 * heading, where the button to close it stands. For the event `openAutoFocus` of reka-ui.
 */
export function focusMarked(event: Event): void {
  const panel = event.target;
  if (!(panel instanceof HTMLElement)) return;
  const wanted =
    panel.querySelector<HTMLElement>('[autofocus]') ??
    panel.querySelector<HTMLElement>(':is(input, textarea, select, button, a[href], [tabindex="0"]):not(:disabled, header *)');
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
}
