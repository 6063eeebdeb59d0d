import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { GlmmError } from '../errors.js'

/** The kind of file at a path, links followed; null where there is none. FILE where that cannot be found out. */
export function fileStatus(path: string): Stats | null {
  try {
    return statSync(path)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw systemFault(thrown, path) ?? thrown
  }
}

const reasons: Readonly<Record<string, readonly [got: string, hint: string]>> = {
  ELOOP: ['its symbolic links lead in a circle', 'remove the link, or name another file'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter name'],
  EACCES: ['it may not be read', 'check the permissions of the file and its folders'],
  EPERM: ['it may not be read', 'check the permissions of the file and its folders'],
  ENOENT: ['there is no such file', 'check the path; it is relative to the current directory'],
  ENOTDIR: ['part of its path is a file', 'check the path'],
  EISDIR: ['it is a folder', 'name a file in it'],
  ENOSPC: ['the disk is full', 'free some space, or write elsewhere'],
  EDQUOT: ['the disk is full', 'free some space, or write elsewhere'],
  EMFILE: ['too many files are open', 'close some, or raise the limit with ulimit -n'],
  ENFILE: ['too many files are open', 'close some, or raise the limit with ulimit -n'],
  EIO: ['the device failed', 'check the disk'],
}

/** What the system refused to do with a file, as a FILE error; null for any other fault. */
export function systemFault(thrown: unknown, path?: string): GlmmError | null {
  if (!(thrown instanceof Error) || !('syscall' in thrown) || !('code' in thrown)) return null
  const { code, path: reported } = thrown as NodeJS.ErrnoException
  const found = reasons[String(code)]
  const named = path ?? reported
  if (!found || named === undefined) return null
  return new GlmmError('FILE', `expected to use the file ${named}, but ${found[0]}`, found[1])
}

/** Whether there is a folder at the place of a path's folder. */
export const hasFolder = (path: string): boolean => fileStatus(dirname(path))?.isDirectory() === true
