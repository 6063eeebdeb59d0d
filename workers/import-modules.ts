import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GlmmError } from '../src/errors.js'

/**
 * Modules of the user's own as URLs that every thread can import: a path, relative to the current directory, or a file: URL. USAGE
 * where there is no such file.
 */
export function moduleUrls(modules: readonly (string | URL)[] = []): string[] {
  return modules.map((named) => {
    const text = String(named)
    const url = text.startsWith('file:')
      ? new URL(text)
      : pathToFileURL(isAbsolute(text) ? text : resolve(process.cwd(), text))
    if (existsSync(url)) return url.href
    throw new GlmmError(
      'USAGE',
      `expected a module to import in ${text}, but there is no such file`,
      'name a file that calls addFamily, addLink or addCovariance, and nothing that samples itself',
    )
  })
}

/** Imports modules in this thread, in their order. USAGE says what went wrong in them. */
export async function importModules(urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    try {
      await import(url)
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      const message = `expected to import ${url}, but ${reason}`
      throw new GlmmError('USAGE', message, 'mend that module: every thread imports it before it takes up work')
    }
  }
}
