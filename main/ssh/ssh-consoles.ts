/**
 * Terminals that are logged in to guests: this computer's own ssh on a pseudo-terminal, one a machine, shown as one more of its
 * consoles. It lives here and not in a window, so that a page that is loaded again finds it as it was.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { IPty } from 'node-pty';
import type { TerminalSize } from '../../preload/contract/commands.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { Attachment } from '../../preload/contract/wire.ts';
import { SSH_HOST } from '../images/ssh/keys.ts';
import { type Channel, type ChannelListener, ConsoleLog } from '../supervisor/console-log.ts';
import { loadNodePty } from './node-pty.ts';
import { sshOptions } from './ssh-options.ts';

/** Bytes of ssh's output that nobody has taken, before it is paused. */
const WINDOW = 100 * 1024;
const FIRST_SIZE: TerminalSize = { columns: 80, rows: 24 };
const isWindows = process.platform === 'win32';

/** @throws ContractError where this computer has no ssh */
function requireSsh(path = process.env['PATH'] ?? ''): void {
  if (isWindows) return;
  const isThere = path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'ssh'), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!isThere) throw new ContractError('cli-ssh-missing', { program: 'ssh' });
}

class SshConsole {
  readonly log = new ConsoleLog();
  #terminal: IPty | undefined;
  #size = FIRST_SIZE;
  #untaken = 0;
  #isClosed = false;

  /** Logs in, unless that is so already or under way. @param again what is under way ends first */
  async start(machine: string, again: boolean): Promise<void> {
    if (again) this.#end();
    if (this.#terminal) return;
    requireSsh();
    const { spawn } = await loadNodePty();
    const args = [...(await sshOptions(machine)), '-tt', SSH_HOST];
    if (this.#terminal || this.#isClosed) return;
    this.log.insert(Buffer.from(`\x1b[2mLogging in to ${machine}…\x1b[0m\r\n`));
    const { columns: cols, rows } = this.#size;
    // Where Electron runs this, the command that ssh begins is to be plain Node.
    const env = { ...process.env, ...(process.versions['electron'] ? { ELECTRON_RUN_AS_NODE: '1' } : {}) };
    const terminal = spawn('ssh', args, { name: 'xterm-256color', cols, rows, env, encoding: null });
    this.#terminal = terminal;
    this.#untaken = 0;
    this.log.attachGuest((count) => {
      this.#untaken -= count;
      if (this.#terminal === terminal && this.#untaken < WINDOW) terminal.resume();
    });
    // Without an encoding it gives bytes; its types do not say so.
    terminal.onData((given) => {
      if (this.#terminal !== terminal) return;
      const bytes = given as unknown as Buffer;
      this.#untaken += bytes.length;
      if (this.#untaken >= WINDOW) terminal.pause();
      this.log.append(new Uint8Array(bytes));
    });
    terminal.onExit(({ exitCode }) => {
      if (this.#terminal !== terminal) return;
      this.#terminal = undefined;
      this.log.insert(Buffer.from(`\r\n\x1b[2mssh has ended with status ${exitCode}.\x1b[0m\r\n`));
    });
  }

  attach(attachment: Attachment, listener: ChannelListener): Channel & { write(bytes: Uint8Array): Promise<number> } {
    const channel = this.log.open(listener, attachment);
    return {
      ...channel,
      write: (bytes) => {
        channel.touched();
        this.#terminal?.write(Buffer.from(bytes));
        return Promise.resolve(this.#terminal ? bytes.length : 0);
      },
    };
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#terminal?.resize(size.columns, size.rows);
  }

  close(): void {
    this.#isClosed = true;
    this.#end();
  }
  #end(): void {
    const terminal = this.#terminal;
    this.#terminal = undefined;
    terminal?.kill();
  }
}

export class SshConsoles {
  readonly #consoles = new Map<MachineId, SshConsole>();

  has(machine: MachineId): boolean {
    return this.#consoles.has(machine);
  }
  /** @throws ContractError when none was opened */
  require(machine: MachineId): SshConsole {
    const found = this.#consoles.get(machine);
    if (!found) throw new ContractError('ssh-not-open');
    return found;
  }

  /** Logs in to a machine's guest. @param name the machine's @param again even where somebody is logged in @throws ContractError where this computer lacks what that needs */
  async open(machine: MachineId, name: string, again = false): Promise<void> {
    const known = this.#consoles.get(machine);
    const console = known ?? new SshConsole();
    this.#consoles.set(machine, console);
    try {
      await console.start(name, again);
    } catch (error) {
      if (!known) this.close(machine);
      throw error;
    }
  }
  close(machine: MachineId): void {
    this.#consoles.get(machine)?.close();
    this.#consoles.delete(machine);
  }
  closeAll(): void {
    for (const machine of [...this.#consoles.keys()]) this.close(machine);
  }
}
