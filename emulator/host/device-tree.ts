/** The device tree of a machine that need not run. */
import { loadBoard } from '../board/boards.ts';
import { type MachineConfiguration, MachineError } from '../index.ts';

/**
 * The flattened device tree (Devicetree Specification 0.4, chapter 5) that a machine of this configuration gives its
 * guest, without what only a boot knows: where the initial file system lies, and the random seed.
 * @throws MachineError for more devices than the board has room for
 */
export async function deviceTreeOf(configuration: MachineConfiguration): Promise<Uint8Array> {
  const board = await loadBoard(configuration.board);
  if (!board.deviceTree) throw new MachineError('board-no-device-tree', { board: configuration.board });
  const { boot } = configuration;
  const bootArguments = boot.kind === 'linux' ? { bootArguments: boot.commandLine } : {};
  return board.deviceTree(configuration, board.plan(configuration), bootArguments);
}
