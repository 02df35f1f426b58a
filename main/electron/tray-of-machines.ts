/** Opens the tray over a running program, and keeps it at what its machines do. */
import type { MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { Application } from '../application.ts';
import type { Electron } from './electron.ts';
import { openTray, type MachineTray, type TrayActions } from './tray.ts';

/** @returns nothing where the system has no tray */
export async function followMachines(
  electron: Pick<Electron, 'Tray' | 'Menu'>,
  application: Pick<Application, 'dispatch' | 'listen'>,
  icon: string,
  actions: TrayActions,
): Promise<MachineTray | undefined> {
  const machines = (await application.dispatch('machines', 'list', [])) as readonly MachineStatus[];
  const tray = openTray(electron, icon, machines, actions);
  if (!tray) return undefined;
  const end = application.listen((service, name, payload) => {
    if (service !== 'machines') return;
    if (name === 'changed') tray.changed(payload as MachineStatus);
    else if (name === 'deleted') tray.removed((payload as { readonly id: MachineId }).id);
  });
  return {
    ...tray,
    close() {
      end();
      tray.close();
    },
  };
}
