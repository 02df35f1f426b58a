/** The contracts, in one list: transports walk it, so that adding a service is adding a line here. */
import { application } from './application.ts';
import { consoles } from './consoles.ts';
import { images } from './images.ts';
import { machines } from './machines.ts';
import { tasks } from './tasks.ts';

export const contracts = { application, consoles, images, machines, tasks } as const;
