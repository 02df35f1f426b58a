/**
 * `npm test`: runs every test, cheapest first, then says what was left out for want of a tool and ends with the line
 * `N passed, N failed`. The exit status is 0 only when something ran and nothing failed.
 *
 * `npm test -- tests/main boot` runs the files whose path contains one of the words.
 */
import { startVitest } from 'vitest/node';
import { installCommand, toolsNeededBy, type ToolName } from './kit/tools.ts';
import { count, lastLine, succeeded, unfinished, unsteady } from './kit/verdict.ts';

const filters = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const files = new Set<string>();
/** Left-out suites by the tools they need. */
const leftOut = new Map<string, string[]>();

const vitest = await startVitest('test', filters, {
  watch: false,
  reporters: [
    'default',
    {
      onTestModuleCollected(file) {
        files.add(file.moduleId);
        for (const suite of file.children.allSuites()) {
          const needed = toolsNeededBy(suite.name)?.join(', ');
          if (needed !== undefined) leftOut.set(needed, [...(leftOut.get(needed) ?? []), `${file.relativeModuleId}: ${suite.name}`]);
        }
      },
    },
  ],
});
const modules = vitest.state.getTestModules();
const totals = count(modules, vitest.state.getUnhandledErrors().length);
await vitest.close();

for (const file of unfinished(modules)) console.log(`\nThe process of ${file} ended before all of its tests had a verdict.`);

const again = unsteady(modules);
if (again.length > 0) {
  console.log('\nPassed only when tried again, which is a fault to be found:');
  for (const test of again) console.log(`  ${test}`);
}
if (leftOut.size > 0) {
  console.log('\nLeft out, because this machine lacks a tool:');
  for (const suites of leftOut.values()) for (const suite of suites) console.log(`  ${suite}`);
  const missing = [...new Set([...leftOut.keys()].flatMap((names) => names.split(', ') as ToolName[]))];
  console.log(`To run them too: ${installCommand(missing)}\n`);
}
console.log(lastLine(totals));
process.exit(succeeded(totals) ? 0 : 1);
