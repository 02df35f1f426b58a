/** Preloaded by Node (`--import`): whoever imports `electron` gets the fake module. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: new URL('./fake-module.ts', import.meta.url).href, shortCircuit: true } : next(specifier, context),
});
