/** The contracts, in one list: transports walk it, so that adding a service is adding a line here. */
import { application } from './application.ts';
import { consoles } from './consoles.ts';
import { disks } from './disks.ts';
import { files } from './files.ts';
import { images } from './images.ts';
import { machines } from './machines.ts';
import { networks } from './networks.ts';
import { snapshots } from './snapshots.ts';
import { tasks } from './tasks.ts';

export const contracts = { application, consoles, disks, files, images, machines, networks, snapshots, tasks } as const;
