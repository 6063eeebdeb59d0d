import { visibleText } from '../plot/display-text.js'
import type { Block, Document, Table } from './document.js'
import { HTML_STYLE } from './html-style.js'

export interface HtmlOptions {
  /** Title of the page; the document's unless given. */
  readonly title?: string
}

/** Columns of a figure that has no SVG. */
const FIGURE_WIDTH = 96

/** The document as one page that needs nothing else: no script, no reference to anything outside. */
export function renderHtml(document: Document, options: HtmlOptions = {}): string {
  const title = escapeHtml(options.title ?? document.title)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
${HTML_STYLE}
</style>
</head>
<body>
<main>
<h1>${escapeHtml(document.title)}</h1>
${document.blocks.map((block, i) => blockHtml(block, headingBefore(document, i))).join('\n')}
</main>
</body>
</html>
`
}

/** The nearest heading above block `i`, which names a table for those who hear it. */
function headingBefore(document: Document, i: number): string {
  for (let j = i - 1; j >= 0; j--) {
    const block = document.blocks[j]
    if (block.kind === 'heading') return block.text
  }
  return document.title
}

function blockHtml(block: Block, headingText: string): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`
    case 'paragraph':
      return `<p>${escapeHtml(block.text)}</p>`
    case 'facts': {
      const items = block.items.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
      return `<dl>${items.join('')}</dl>`
    }
    case 'table':
      return tableHtml(block, headingText)
    case 'preformatted':
      return `<pre tabindex="0">${escapeHtml(block.text, true)}</pre>`
    case 'figure': {
      const drawn = block.svg ?? (block.text === null ? '' : preHtml(block.text(FIGURE_WIDTH)))
      return drawn === '' ? '' : `<figure>${drawn}<figcaption>${escapeHtml(block.caption)}</figcaption></figure>`
    }
    case 'list':
      return listHtml(block.items)
    case 'callout':
      return `<section class="callout ${block.tone}"><p><strong>${escapeHtml(block.title)}</strong></p>${listHtml(block.items)}</section>`
  }
}

const preHtml = (text: string): string => `<pre>${escapeHtml(text, true)}</pre>`

const listHtml = (items: readonly string[]): string =>
  items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`

function tableHtml(table: Table, name: string): string {
  const side = table.columns.map(({ align }) => (align === 'right' ? ' class="n"' : ''))
  const head = table.columns.map(({ header }, c) =>
    header === '' ? '<td></td>' : `<th scope="col"${side[c]}>${escapeHtml(header)}</th>`,
  )
  const rows = table.rows.map((row) => {
    const cells = row.map((text, c) =>
      c === 0 && table.columns[0].align === 'left'
        ? `<th scope="row">${escapeHtml(text)}</th>`
        : `<td${side[c] ?? ''}>${escapeHtml(text)}</td>`,
    )
    return `<tr>${cells.join('')}</tr>`
  })
  const notes = table.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`)
  const label = escapeHtml(name)
  return `<div class="table" role="region" tabindex="0" aria-label="${label}"><table><caption>${label}</caption><thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>${notes.join('')}`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that stays text, in an element or a quoted attribute; `lines` keeps line feeds. */
export function escapeHtml(text: string, lines = false): string {
  const visible = lines ? text.split('\n').map(visibleText).join('\n') : visibleText(text)
  return visible.replace(/[&<>"']/g, (c) => ENTITIES[c])
}
