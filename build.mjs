// Compiles the TypeScript sources into dist and bundles the three modules that reach into @stdlib and ml-matrix, so that the built
// package needs none of their thousands of files at run time; then each file that a program or a user starts from,
// with the files it needs, so that Node opens dozens and not hundreds; and the core, whole, for browsers. Builds beside dist and swaps at the end: a
// failed build leaves the last good one. `node build.mjs --if-stale` does nothing where dist is newer than all it is made of.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'

const sources = ['src', 'samplers', 'workers', 'package.json', 'tsconfig.json', 'build.mjs']
const stamp = join('dist', '.built')

/** Time of the last change below a path. */
function changed(path) {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changed(join(path, name))))
}

if (process.argv.includes('--if-stale') && existsSync(stamp)) {
  const built = statSync(stamp).mtimeMs
  if (sources.every((source) => changed(source) < built)) process.exit(0)
}

const require = createRequire(import.meta.url)

/** The licence of a package as a comment. */
const notice = (name) => `/*! ${name}\n${readFileSync(join('node_modules', name, 'LICENSE'), 'utf8')}*/`
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const fresh = `dist.${process.pid}`
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--outDir', fresh], { stdio: 'inherit' })
  const facades = ['src/numerics/special.js', 'src/random/generators.js', 'src/numerics/linear-algebra.js']
  for (const facade of facades) {
    await build({
      entryPoints: [join(fresh, facade)],
      outfile: join(fresh, facade),
      allowOverwrite: true,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser', // nothing of Node: the core runs in browsers, too
      target: 'es2022',
      alias: { 'ml-matrix': resolve('node_modules', 'ml-matrix', 'src', 'index.js') }, // modules, of which few are needed
      legalComments: 'eof', // keeps the Apache-2.0 notices
      footer: facade.endsWith('linear-algebra.js') ? { js: notice('ml-matrix') } : {},
      logLevel: 'warning',
    })
  }
  const entries = [
    'src/cli/main.js',
    'src/index.js',
    'workers/index.js',
    'workers/worker.js',
    'src/data/files/parquet-worker.js',
  ]
  await build({
    entryPoints: entries.map((entry) => join(fresh, entry)),
    outdir: fresh,
    outbase: fresh,
    chunkNames: 'chunks/[name]-[hash]',
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  })
  await build({
    entryPoints: [join(fresh, 'src', 'core.js')],
    outfile: join(fresh, 'src', 'core.js'),
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    alias: { 'csv-parse/sync': 'csv-parse/browser/esm/sync' },
    legalComments: 'eof',
    footer: { js: notice('csv-parse') },
    logLevel: 'warning',
  })
  chmodSync(join(fresh, 'src', 'cli', 'main.js'), 0o755)
  writeFileSync(join(fresh, '.built'), '')
  rmSync('dist', { recursive: true, force: true })
  renameSync(fresh, 'dist')
} catch {
  rmSync(fresh, { recursive: true, force: true })
  process.exit(1) // the compiler has said why
}
