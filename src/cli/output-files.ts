import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { GlmmError } from '../errors.js'
import type { OutputFlag } from './flags.js'

/** Endings under which a result can be written. */
export const resultEndings: readonly string[] = ['.json', '.html', '.htm', '.md', '.txt']

/** The files that a call names with --out, each once, in their order. */
export function outputsOf({ out }: OutputFlag): readonly string[] {
  const paths = out === undefined ? [] : [out].flat()
  const twice = paths.find((path, i) => paths.indexOf(path) < i)
  if (twice === undefined) return paths
  throw new GlmmError('USAGE', `expected each --out to name another file, got ${twice} twice`, 'leave one of them out')
}

/**
 * Refuses, before any work is done, a file whose ending does not say what is to be written into it; devices and pipes take
 * the JSON. `more` endings are those of the command itself.
 */
export function checkEndings(flags: OutputFlag, more: readonly string[] = []): void {
  const known = [...resultEndings, ...more]
  for (const path of outputsOf(flags)) {
    const ending = extname(path).toLowerCase()
    if (known.includes(ending) || path.endsWith('/')) continue
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && !found.isFile()) continue
    const got = ending === '' ? `${path}, which has none` : path
    const hint = ending === '' ? `name it ${path}.json for the result, ${path}.html for a report` : 'change the ending'
    throw new GlmmError('USAGE', `expected an ending of ${known.join(', ')} after --out, got ${got}`, hint)
  }
}
