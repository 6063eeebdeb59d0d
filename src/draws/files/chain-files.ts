import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GlmmError } from '../../errors.js'

/** What stands for the number of a chain in the name of files of one chain each. */
const mark = '{chain}'

/** Whether a name stands for a file a chain: 'draws-{chain}.csv'. */
export const namesChains = (path: string): boolean => path.includes(mark)

/** The file of a chain, from 1. */
export const chainFile = (path: string, chain: number): string => path.replace(mark, String(chain))

/** Refuses a name of chain files that cannot be one. */
export function checkChainFiles(path: string): void {
  const name = basename(path)
  if (/\.csv$/i.test(name) && name.split(mark).length === 2 && !dirname(path).includes(mark)) return
  const message = `expected files of a chain each named .csv, with ${mark} once in the name, got ${path}`
  throw new GlmmError('FILE', message, `name them draws-${mark}.csv`)
}

/** The files there are of such a name, in the order of their chains. */
export async function existingChainFiles(path: string): Promise<string[]> {
  checkChainFiles(path)
  const [before, after] = basename(path).split(mark)
  const names = await readdir(dirname(path)).catch(() => [] as string[])
  const chains = names.flatMap((name) => {
    const chain = name.slice(before.length, name.length - after.length)
    return name === before + chain + after && /^[1-9]\d*$/.test(chain) ? [Number(chain)] : []
  })
  if (chains.length === 0) {
    const message = `expected files of draws named ${path}, found none`
    throw new GlmmError('FILE', message, `${mark} stands for the number of a chain`)
  }
  return chains.sort((a, b) => a - b).map((chain) => join(dirname(path), before + chain + after))
}
