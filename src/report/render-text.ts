import pc from 'picocolors'
import { displayWidth, pad, visibleText } from '../plot/display-text.js'
import type { Block, Document, Tone } from './document.js'
import { textTable } from './text-table.js'

export interface TextOptions {
  /** Columns of the terminal. */
  readonly width: number
  readonly colour: boolean
}

type Colours = ReturnType<typeof pc.createColors>

/** The document for a terminal; without colour it is plain text, fit for a pipe or a file. */
export function renderText(document: Document, { width, colour }: TextOptions): string {
  const colours = pc.createColors(colour)
  const parts = [colours.bold(wrap(document.title, width, '').join('\n'))]
  for (const [i, block] of document.blocks.entries()) {
    const text = blockText(block, width, colours)
    if (text === '') continue
    // A heading stands directly above what it heads.
    parts.push(document.blocks[i - 1]?.kind === 'heading' ? `\n${text}` : `\n\n${text}`)
  }
  return `${parts.join('')}\n`
}

function blockText(block: Block, width: number, colours: Colours): string {
  switch (block.kind) {
    case 'heading':
      return colours.bold(wrap(block.text, width, '').join('\n'))
    case 'paragraph':
      return wrap(block.text, width, '').join('\n')
    case 'facts':
      return factsText(block.items, width, colours)
    case 'table': {
      const notes = block.notes.flatMap((note) => wrap(note, width, '').map(colours.dim))
      return [textTable(block, width, colours.dim), ...notes].join('\n')
    }
    case 'preformatted':
      return block.text
        .split('\n')
        .map((line) => `  ${visibleText(line)}`)
        .join('\n')
    case 'figure': {
      const caption = wrap(block.caption, width, '').join('\n')
      return block.text === null ? '' : `${block.text(width).split('\n').map(visibleText).join('\n')}\n${caption}`
    }
    case 'list':
      return block.items.map((item) => bullet(item, width)).join('\n')
    case 'callout':
      return [paint(block.tone, colours)(wrap(block.title, width, '').join('\n'))]
        .concat(block.items.map((item) => bullet(item, width)))
        .join('\n')
  }
}

const bullet = (item: string, width: number): string => wrap(item, width, '    ', '  - ').join('\n')

function paint(tone: Tone, colours: Colours): (text: string) => string {
  const colour = tone === 'good' ? colours.green : tone === 'bad' ? colours.red : colours.yellow
  return (text) => colours.bold(colour(text))
}

function factsText(items: readonly (readonly [string, string])[], width: number, colours: Colours): string {
  const names = items.map(([name]) => visibleText(name))
  const indent = Math.max(0, ...names.map(displayWidth)) + 2 // colon and space
  return items
    .map(([, value], i) => {
      const lines = wrap(value, width, ' '.repeat(indent))
      return colours.dim(pad(`${names[i]}: `, indent, 'right')) + lines.join('\n').slice(indent)
    })
    .join('\n')
}

/** Text broken at spaces into lines of at most `width` columns; a word longer than a line stays whole. */
function wrap(text: string, width: number, indent: string, first: string = indent): string[] {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of visibleText(text).split(' ')) {
    if (!empty && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line)
      line = indent
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}
