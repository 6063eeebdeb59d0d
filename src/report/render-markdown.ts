import { visibleText } from '../plot/display-text.js'
import type { Block, Document, Table } from './document.js'

/** Columns of the figures drawn with characters. */
const FIGURE_WIDTH = 80

/** The document as GitHub-flavoured Markdown. Figures are drawn with characters: inline SVG is not shown there. */
export function renderMarkdown(document: Document): string {
  const parts = [`# ${escapeMarkdown(document.title)}`, ...document.blocks.map(blockMarkdown)]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escapeMarkdown(block.text)}`
    case 'paragraph':
      return escapeMarkdown(block.text)
    case 'facts':
      return block.items.map(([name, value]) => `- **${escapeMarkdown(name)}:** ${escapeMarkdown(value)}`).join('\n')
    case 'table':
      return tableMarkdown(block)
    case 'preformatted':
      return fence(block.text)
    case 'figure':
      return block.text === null ? '' : `${fence(block.text(FIGURE_WIDTH))}\n\n*${escapeMarkdown(block.caption)}*`
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n')
    case 'callout':
      return [`> **${escapeMarkdown(block.title)}**`, ...block.items.map((item) => `> - ${escapeMarkdown(item)}`)].join(
        '\n>\n',
      )
  }
}

function tableMarkdown(table: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`
  const rule = table.columns.map(({ align }) => (align === 'right' ? '---:' : ':---'))
  const lines = [line(table.columns.map(({ header }) => header)), `| ${rule.join(' | ')} |`, ...table.rows.map(line)]
  return [lines.join('\n'), ...table.notes.map(escapeMarkdown)].join('\n\n')
}

/** Text that stays text: every punctuation mark with a meaning in Markdown or HTML loses it. */
export function escapeMarkdown(text: string): string {
  return visibleText(text)
    .replace(/[\\`*_[\]<>|~#&$]/g, '\\$&')
    .replace(
      /^(\s*)([-+=]|\d+[.)])(?=\s|$)/,
      (_, space: string, mark: string) => `${space}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    )
    .replace(/\b(https?|ftp):/gi, '$1\\:')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, 3)}\\.`)
}

/** A code block whose fence is longer than any run of backticks inside. */
function fence(text: string): string {
  const runs = text.match(/`+/g) ?? []
  const mark = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)))
  return `${mark}text\n${text.split('\n').map(visibleText).join('\n')}\n${mark}`
}
