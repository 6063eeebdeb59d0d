import type { Command, CommanderError } from 'commander'
import { GlmmError } from '../errors.js'

/** A complaint of commander's about the call `argv`, in the form of ours: expected, got, what to do. */
export function usageError({ code, message }: CommanderError, glmm: Command, argv: readonly string[]): GlmmError {
  const command = glmm.commands.find((known) => known.name() === argv.find((word) => !word.startsWith('-')))
  const name = command === undefined ? 'glmm' : `glmm ${command.name()}`
  const [quoted] = message.match(/(?<=').*(?=')/s) ?? ['']
  const [near] = message.match(/(?<=\(Did you mean (?:one of )?).*(?=\?\)$)/s) ?? [undefined]
  const help = `see ${name} --help`
  const usage = (got: string, hint: string): GlmmError => new GlmmError('USAGE', got, hint)
  switch (code) {
    case 'commander.help':
      return usage(`expected a command (${commandNames(glmm)}), got none`, 'see glmm --help')
    case 'commander.unknownCommand': {
      const hint = near === undefined ? 'see glmm --help' : `did you mean glmm ${near}?`
      return usage(`expected a command (${commandNames(glmm)}), got '${clipped(quoted)}'`, hint)
    }
    case 'commander.unknownOption': {
      const hint = near === undefined ? help : `did you mean ${near}?`
      return usage(`expected an option of ${name}, got '${clipped(quoted)}'`, hint)
    }
    case 'commander.optionMissingArgument':
      return usage(`expected a value after ${quoted}, got none`, help)
    case 'commander.missingArgument':
      return quoted === 'formula'
        ? usage('expected a formula, got none', `give it in quotes, such as ${name} "y ~ x + (1 | group)" --data FILE`)
        : quoted === 'means'
          ? usage('expected what to have means of, got none', `give it in quotes, such as ${name} fit.json "~ treat"`)
          : usage(`expected ${files[quoted] ?? quoted}, got none`, help)
    case 'commander.excessArguments': {
      const [, most, got] = message.match(/Expected (\d+) arguments? but got (\d+)/) ?? []
      return usage(
        `expected ${most} argument${most === '1' ? '' : 's'} to ${name}, got ${got}`,
        'put the formula in quotes',
      )
    }
  }
  return usage(message.replace(/^error: /, ''), help)
}

/** What the argument of that name is, where it is a file. */
const files: Readonly<Record<string, string>> = {
  fit: 'the file of a fit',
  result: 'the file of a result',
  file: 'a study file',
}

const commandNames = (glmm: Command): string => glmm.commands.map((command) => command.name()).join(', ')

/** A word of the call as it is shown in a message: of any length there, of bounded length here. */
export const clipped = (word: string): string => (word.length > 60 ? `${word.slice(0, 57)}...` : word)
