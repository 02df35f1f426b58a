/** `viv run --run` with every kind of standard stream: each case boots a guest of its own. */
import { describeWith } from '../kit/tools.ts';
import { testStandardStreams } from './guest-streams.ts';
import { guestBox } from './guest-box.ts';

describeWith(['apt'], 'viv run --run', () => {
  testStandardStreams('viv run --template debian-riscv64 --memory 256M --run', (line) => guestBox().run(line));
});
