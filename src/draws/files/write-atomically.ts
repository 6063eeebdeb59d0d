import { realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GlmmError } from '../../errors.js'
import { sweepTemporaries, temporaryName } from './temporary-files.js'

/**
 * Writes a file whole or not at all: `write` fills a temporary file in the same folder, which then takes the name, so
 * that a reader never meets half a file and an old one survives a failure. A link keeps its place, and its file gets the
 * content; a device or a pipe, which must not be replaced by a file, is written to as it is.
 */
export async function writeAtomically(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  let temporary: string | null = null
  try {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (found !== null && !found.isFile() && !found.isDirectory()) return await write(path)
    const target = found === null ? path : await realpath(path)
    await sweepTemporaries(dirname(target))
    temporary = temporaryName(target)
    await write(temporary)
    await rename(temporary, target)
  } catch (error) {
    if (temporary !== null) await rm(temporary, { force: true }).catch(() => {})
    throw fileError(path, error)
  }
}

/** A fault of the disk as a FILE error; any other error as it is. */
export function fileError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const folder = dirname(path)
  const found = ((): [got: string, hint: string] | undefined => {
    switch (code) {
      case 'ENOENT':
        return [`the folder ${folder} does not exist`, 'make the folder first, or write elsewhere']
      case 'ENOTDIR':
        return [`${folder} is not a folder`, 'write into a folder']
      case 'EISDIR':
      case 'EEXIST':
      case 'ENOTEMPTY':
        return [`${path} is a folder`, 'name a file in it']
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return [`the folder ${folder} may not be written to`, 'check its permissions, or write elsewhere']
      case 'ENOSPC':
      case 'EDQUOT':
        return ['the disk is full', 'free some space, or write elsewhere']
      case 'ELOOP':
        return ['its symbolic links lead in a circle', 'remove the link, or write elsewhere']
      case 'ENAMETOOLONG':
        return ['the name is too long', 'choose a shorter name']
    }
    return undefined
  })()
  return found === undefined ? error : new GlmmError('FILE', `expected to write ${path}, but ${found[0]}`, found[1])
}
