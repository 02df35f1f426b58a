/**
 * Draws a terminal with WebGL where the computer has a graphics card for it: a flood costs a fraction of what it does as
 * elements of the page. Without one, or when the browser takes the context away, the page's elements are drawn again.
 */
import type { Terminal } from '@xterm/xterm';

/** Software that passes for a graphics card: slower than the page's own elements. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function hasGraphicsCard(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const card = String(context.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(card);
}
let isUsable: boolean | undefined;

/** @returns what ends it */
export function drawWithGpu(terminal: Terminal): () => void {
  let ended = false;
  let end = () => undefined as void;
  if (!(isUsable ??= hasGraphicsCard())) return end;
  void import('@xterm/addon-webgl')
    .then(({ WebglAddon }) => {
      if (ended) return;
      const addon = new WebglAddon();
      addon.onContextLoss(() => addon.dispose());
      terminal.loadAddon(addon);
      end = () => addon.dispose();
    })
    .catch((error: unknown) => {
      isUsable = false;
      console.warn('consoles are drawn without WebGL', error);
    });
  return () => {
    ended = true;
    end();
  };
}
