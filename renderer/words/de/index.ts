/** The catalogue in German; loaded when it is chosen. */
import type { english } from '../en/index.ts';
import type { Translation } from '../shape.ts';
import { everyday } from './everyday.ts';
import { settings } from './settings.ts';
import { check } from './check.ts';
import { quantities } from './quantities.ts';
import { components } from './components.ts';
import { shell } from './shell.ts';
import { quit } from './quit.ts';
import { create } from './create.ts';
import { carry } from './carry.ts';
import { snapshots } from './snapshots.ts';
import { machines } from './machines.ts';
import { bin } from './bin.ts';
import { numbers } from './numbers.ts';
import { commands } from './commands.ts';
import { commandGroups } from './command-groups.ts';
import { keyNames } from './key-names.ts';
import { palette } from './palette.ts';
import { keys } from './keys.ts';
import { list } from './list.ts';
import { tasks } from './tasks.ts';
import { machine } from './machine.ts';
import { overview } from './overview.ts';
import { search } from './search.ts';
import { fixes } from './fixes.ts';
import { network } from './network.ts';
import { files } from './files.ts';
import { console } from './console.ts';
import { welcome } from './welcome.ts';
import { hardware } from './hardware.ts';
import { browse } from './browse.ts';
import { compare } from './compare.ts';
import { timeline } from './timeline.ts';
import { help } from './help.ts';
import { tour } from './tour.ts';

export const german: Translation<typeof english> = {
  everyday,
  settings,
  check,
  quantities,
  components,
  shell,
  quit,
  create,
  carry,
  snapshots,
  machines,
  bin,
  numbers,
  commands,
  commandGroups,
  keyNames,
  palette,
  keys,
  list,
  tasks,
  machine,
  overview,
  search,
  fixes,
  network,
  files,
  console,
  welcome,
  hardware,
  browse,
  compare,
  timeline,
  help,
  tour,
};
