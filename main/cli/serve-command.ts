/** `viv serve`: the program without a window. `viv start` starts one in the background where nothing runs. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { listenLocally } from '../local/local-server.ts';
import { endDespiteThreads, endOnSignals } from '../ending/quitting.ts';
import { EXIT } from './call-error.ts';
import { readArguments, words, type Command } from './command.ts';
import { openApplication } from './open-application.ts';

/** With `--until-idle`: how long nothing must run and nobody be connected before it ends, in milliseconds. */
const IDLE_FOR = 2000;
const LOOK_EVERY = 200;

export const serveCommand: Command = {
  help: `viv serve: keep machines running without a window

Usage: viv serve [--until-idle]

Keeps the library open and serves the other viv commands until interrupted; running machines are then suspended and
resume with viv start (or are stopped, with viv set NAME --on-quit stop). A second interrupt stops machines that are
not saved yet; a third one quits immediately.

  --until-idle    exit when the last machine and the last task have ended (used by viv start)

Examples:
  viv serve &
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { 'until-idle': { type: 'boolean' } });
    words(positionals);
    const end = Promise.withResolvers<undefined>();
    let hurry = () => end.resolve(undefined);
    endOnSignals({ end: () => end.resolve(undefined), hurry: () => hurry() });
    const application = await openApplication({ shell: 'cli', program: 'viv serve', listens: true, quit: () => end.resolve(undefined) });
    if (!application) throw new ContractError('cli-library-open');
    const { home } = application;
    hurry = () => application.hurry();
    try {
      const server = await listenLocally(home.socket, (link) => application.serve(link), home.folder).catch((error: Error) => {
        if (error instanceof ContractError) throw error;
        throw new ContractError('socket-unusable', { path: home.socket, detail: error.message });
      });
      let busyAt = Date.now();
      const look = () => {
        const working = application.tasks.list().some(({ state }) => state === 'running');
        if (working || application.supervisor.running().length > 0 || server.clients() > 0) busyAt = Date.now();
        if (Date.now() - busyAt > IDLE_FOR) end.resolve(undefined);
      };
      const looking = values['until-idle'] ? setInterval(look, LOOK_EVERY) : undefined;
      await end.promise;
      clearInterval(looking);
      await server.close();
    } finally {
      await application.close();
      await endDespiteThreads();
    }
    return EXIT.ok;
  },
};
