/** A PCI function that says what it is and does nothing: the bridges of a chip set. */
import { schema } from '../../snapshot/schema.ts';
import type { PciIdentity } from './config-registers.ts';
import { PciFunction } from './function.ts';
import { functionName, type PciPart } from './part.ts';
import { pciFields } from './state.ts';

/** @param name its component is called so, with `-pci` behind */
export function plainFunction(name: string, title: string, identity: PciIdentity): PciPart {
  const own = functionName(name);
  const shape = schema(own, 1, pciFields(0));
  return {
    name,
    title,
    components: [{ name: own, schema: shape }],
    build: (site) => ({
      function: new PciFunction(own, shape, site.place(own), { identity, regions: [], capabilities: [], pin: 0 }, site),
      behind: [],
    }),
  };
}
