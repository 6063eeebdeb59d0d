import type { Command } from 'commander'
import type { OutputFlag } from './flags.js'
import type { OptionValues } from './option-values.js'
import type { StudyFlags } from './study-command.js'
import type { WorkerFlags } from './worker-command.js'

const keyFile = 'a file with the key that study and workers share (or GLMM_QUEUE_KEY); see docs/studies.md'

/** Adds `glmm study` and what belongs to it. */
export function addStudyCommands(
  glmm: Command,
  { word, wholeNumber, ownModules, outFile, json, outResult }: OptionValues,
): void {
  // What follows the name of a command belongs to that command, also where the one above it has such an option.
  const study = glmm
    .enablePositionalOptions()
    .command('study')
    .argument('<file>', 'a study file; see docs/studies.md')
    .description('bootstrap and simulation studies of a file, on all cores or many machines, restartable')
    .enablePositionalOptions()
    .option('--threads <n>', 'threads to use (default: all cores)', wholeNumber('--threads'))
    .option('--redis <url>', 'in place of threads: the workers of a Redis or Valkey, see glmm worker', word('--redis'))
    .option('--key-file <file>', keyFile, word('--key-file'))
    .option(...ownModules)
    .option('--resume', 'go on with the rows of the log')
    .option(
      '--log <file>',
      'where rows are kept as they finish (default: beside the study, until it is done)',
      word('--log'),
    )
    .option('--no-log', 'keep rows in memory only')
    .option('--shard <i/n>', 'part i of n, such as 3/40, for glmm study merge', word('--shard'))
    .option('--until <limit>', 'end conditions early, such as "coverageMcse < 0.005"', word('--until'))
    .option('--replicates <n>', 'in place of those of the file', wholeNumber('--replicates'))
    .option('--seed <n>', 'in place of that of the file', wholeNumber('--seed'))
    .option(...json)
    .option('--out <file>', `${outResult}; .ndjson keeps the rows`, outFile)
    .addHelpText('after', '\nExample:\n  glmm study bootstrap.json --threads 4 --resume --out bootstrap.html')
    .action(async (path: string, flags: StudyFlags) => (await import('./study-command.js')).studyCommand(path, flags))

  glmm
    .command('worker')
    .description('takes part in the studies of a Redis or Valkey until it is stopped')
    .option('--redis <url>', 'needed: redis://host:6379, the same as that of glmm study', word('--redis'))
    .option('--key-file <file>', keyFile, word('--key-file'))
    .option(...ownModules)
    .option('--threads <n>', 'threads to use (default: all cores)', wholeNumber('--threads'))
    .option('--concurrency <n>', 'jobs held at a time (default: one more than threads)', wholeNumber('--concurrency'))
    .addHelpText('after', '\nExample:\n  glmm worker --redis redis://host:6379 --threads 8')
    .action(async (flags: WorkerFlags) => (await import('./worker-command.js')).workerCommand(flags))

  study
    .command('merge')
    .argument('[logs...]', 'rows that glmm study --shard wrote')
    .description('the result of a study from the rows of its parts')
    .option(...json)
    .option('--out <file>', outResult, outFile)
    .addHelpText('after', '\nExample:\n  glmm study merge part*.ndjson --out study.json')
    .action(async (paths: readonly string[], flags: OutputFlag & { readonly json?: true }) =>
      (await import('./study-command.js')).mergeCommand(paths, flags),
    )

  study
    .command('replay')
    .argument('<id>', 'a row as condition:replicate, such as 0:17')
    .argument('<file>', 'the study file')
    .description('makes one row of a study again, and shows what went wrong')
    .option('--seed <n>', 'in place of that of the file', wholeNumber('--seed'))
    .option('--replicates <n>', 'in place of those of the file', wholeNumber('--replicates'))
    .option(...json)
    .addHelpText('after', '\nExample:\n  glmm study replay 0:17 bootstrap.json')
    .action(async (id: string, path: string, flags: StudyFlags) =>
      (await import('./study-command.js')).replayCommand(id, path, flags),
    )

  study
    .command('schema')
    .description('prints the JSON Schema of study files')
    .action(async () => (await import('./study-command.js')).schemaCommand())
}
